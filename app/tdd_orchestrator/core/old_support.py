"""Finds what a change to test files takes from under the old tests there: functions, fixtures, imports, constants."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.evidence.verdicts import Reason

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef
# What pytest and unittest call without being asked.
UNASKED = frozenset(
    f"{when}{what}"
    for when in ("setup", "teardown", "setUp", "tearDown")
    for what in ("", "_module", "_function", "_method", "_class", "Module")
)
CHANGED = "`{name}` in {path} was there before and old tests rest on it: add a new one beside it."
OVERLAID = "`{name}` in {path} takes the place of a fixture that old tests use: give the new one another name."
AUTOUSE = "`{name}` in {path} is used by old tests unasked (`autouse`): let the new tests ask for it."


@dataclass(frozen=True, slots=True)
class OldTest:
    """A test that was there before: its file, and the fixtures that it asks for."""

    path: str
    asks: frozenset[str]


def undermined(path: str, before: str | None, after: str) -> Iterator[Reason]:
    """Support in one test file that is not what it was. A table of cases may grow."""
    was, now = _bindings(before or ""), _bindings(after)
    for name, (node, meaning) in now.items():
        if name in was and was[name][1] != meaning and not _grew(was[name][0], node):
            yield Reason("", None, path, node.lineno, CHANGED.format(name=name, path=path))


def overlaid(path: str, before: str | None, after: str, old: tuple[OldTest, ...]) -> Iterator[Reason]:
    """New fixtures in a file that reach tests which were there before: unasked, or in the place of another."""
    known = _fixtures(before or "")
    reached = [test for test in old if _reaches(path, test.path)]
    if not reached:
        return
    for name, (node, unasked) in _fixtures(after).items():
        if name in known:
            continue
        if unasked or any(name in test.asks for test in reached):
            said = AUTOUSE if unasked else OVERLAID
            yield Reason("", None, path, node.lineno, said.format(name=name, path=path))


def old_tests(path: str, source: str) -> tuple[OldTest, ...]:
    """One for the whole file: what any function in it takes as a parameter counts as asked for."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    functions = [node for node in ast.walk(module) if isinstance(node, Function)]
    if not any(each.name.startswith("test") for each in functions):
        return ()
    return (OldTest(path, frozenset(given.arg for each in functions for given in each.args.args)),)


def _reaches(path: str, test: str) -> bool:
    """A conftest speaks for its folder and all below, any other file for itself."""
    folder, _, name = path.rpartition("/")
    return path == test or (name == "conftest.py" and (not folder or test.startswith(f"{folder}/")))


def _bindings(source: str) -> Mapping[str, tuple[ast.stmt, str]]:
    """What each name of a module means, tests apart; of a name bound twice, the last."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    return {name: (node, meaning) for node in body for name, meaning in _bound(node)}


def _bound(node: ast.stmt) -> list[tuple[str, str]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [] if _is_test(node) else [(node.name, ast.dump(node))]
        case ast.ImportFrom(names=names, module=module, level=level):
            return [(each.asname or each.name, f"{level}{module}:{each.name}") for each in names]
        case ast.Import(names=names):
            return [(each.asname or each.name, each.name) for each in names]
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ):
            return [(name, ast.dump(value))]
        case _:
            return []


def _grew(before: ast.stmt, after: ast.stmt) -> bool:
    """Whether a literal list, tuple, set or dict still has all that it had."""
    was, now = _elements(before), _elements(after)
    return was is not None and now is not None and all(each in now for each in was)


def _elements(node: ast.stmt) -> list[str] | None:
    match getattr(node, "value", None):
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [ast.dump(each) for each in elements]
        case ast.Dict(keys=keys, values=values):
            return [
                f"{ast.dump(key) if key else ''}:{ast.dump(value)}" for key, value in zip(keys, values, strict=True)
            ]
        case _:
            return None


def _is_test(node: Definition) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(_is_test(each) for each in node.body if isinstance(each, Definition))
    return node.name.startswith("test")


def _fixtures(source: str) -> Mapping[str, tuple[Function, bool]]:
    """The fixtures at the top of a module by the name that tests use, and whether every test gets them."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in body:
        for decorator in node.decorator_list if isinstance(node, Function) else []:
            assert isinstance(node, Function)
            if "fixture" in ast.dump(decorator):
                keywords = {
                    each.arg: each.value for each in (decorator.keywords if isinstance(decorator, ast.Call) else [])
                }
                name, unasked = keywords.get("name"), keywords.get("autouse")
                given = name.value if isinstance(name, ast.Constant) else node.name
                found[str(given)] = (node, isinstance(unasked, ast.Constant) and bool(unasked.value))
        if isinstance(node, Function) and node.name in UNASKED:
            found[node.name] = (node, True)
    return found
