"""Finds Python code that looks at, or reaches for, what judges it: the test run, the clock, equality itself."""

import ast
from collections.abc import Iterator

from tdd_orchestrator.core.meddling import EQUALS, FRAME, IMPORTS, LOOKS, REPLACES, Finding

RUNNERS = frozenset({"pytest", "_pytest", "unittest", "mock", "pluggy", "nose", "hypothesis"})
NAMES_OF_RUNS = frozenset({"pytest", "_pytest", "py.test", "unittest"})
FRAMES = frozenset({"_getframe", "currentframe", "stack", "extract_stack", "get_objects", "get_referrers"})
# Replaced for a whole process, these change what every test sees.
SHARED_MODULES = frozenset({"time", "random", "datetime", "builtins", "secrets", "uuid", "math", "operator"})


def findings(source: str) -> Iterator[Finding]:
    """What a Python source holds of this kind, each at its line; nothing where it is no Python."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    prose = {id(e.value) for e in ast.walk(module) if isinstance(e, ast.Expr) and isinstance(e.value, ast.Constant)}
    imported = {name for node in ast.walk(module) for name in _imported(node)}
    for node in ast.walk(module):
        if id(node) not in prose:
            yield from _of(node, imported)


def _of(node: ast.AST, imported: set[str]) -> Iterator[Finding]:
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from ((IMPORTS, name, node.lineno) for name in _modules(node) if name.split(".")[0] in RUNNERS)
        case ast.Constant(value=str(text)) if text.startswith("PYTEST_") or text in NAMES_OF_RUNS:
            yield LOOKS, f"`{text}`", node.lineno
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            if node.name == "__eq__" and _always_yes(node.args, list(ast.walk(node))):
                yield EQUALS, "__eq__", node.lineno
            if told := _looks_at_callers(node):
                yield FRAME, told, node.lineno
        case ast.Assign(targets=targets, value=value):
            yield from _of_assignment(targets, value, imported)
        case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=owner), ast.Constant(value=str(name)), *_]):
            if owner in imported & SHARED_MODULES:
                yield REPLACES, f"{owner}.{name}", node.lineno
        case _:
            pass


def _of_assignment(targets: list[ast.expr], value: ast.expr, imported: set[str]) -> Iterator[Finding]:
    for target in targets:
        match target:
            case ast.Name(id="__eq__") if isinstance(value, ast.Lambda):
                if _always_yes(value.args, [ast.Return(value.body), *ast.walk(value.body)]):
                    yield EQUALS, "__eq__", target.lineno
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in imported & SHARED_MODULES:
                yield REPLACES, f"{owner}.{name}", target.lineno
            case _:
                pass


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [node.module] if node.module and not node.level else []


def _imported(node: ast.AST) -> list[str]:
    return [each.asname or each.name for each in node.names] if isinstance(node, ast.Import) else []


def _always_yes(arguments: ast.arguments, body: list[ast.AST]) -> bool:
    """Whether it returns a plain True and never looks at its second parameter."""
    given = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    looked = {each.id for each in body if isinstance(each, ast.Name)}
    says = any(isinstance(e, ast.Return) and isinstance(e.value, ast.Constant) and e.value.value is True for e in body)
    return says and not (set(given[1:2]) & looked)


def _looks_at_callers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    inside = list(ast.walk(function))
    called = [_called(each.func) for each in inside if isinstance(each, ast.Call)]
    frames = next((name for name in called if name in FRAMES), "")
    words = [e.value for e in inside if isinstance(e, ast.Constant) and isinstance(e.value, str)]
    return f"`{frames}`" if frames and any("test" in word.lower() for word in words) else ""


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
