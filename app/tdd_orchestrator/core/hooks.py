"""Finds hooks of pytest in the files that RED brings: a hook can decide how every test ends, whatever the code does."""

import ast

from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason

# It only writes out the parameters of tests.
HARMLESS = frozenset({"pytest_generate_tests"})
# Names that pytest and unittest look for, and obey.
OBEYED = frozenset({"collect_ignore", "collect_ignore_glob", "load_tests"})
SAID = "`{name}` in {path} decides how tests run: RED may bring tests and fixtures, but no hooks and no plugins."


def foreign_hooks(source: str, path: str, before: str | None = None) -> tuple[Reason, ...]:
    """Every hook or plugin that a file defines, imports or loads, at its line, but those that `before` has word for
    word. A file that is no Python has none.
    """
    known = {(name, ast.dump(node)) for node in _body(before or "") for name in _names(node)}
    found = ((name, node) for node in _body(source) for name in _names(node))
    return tuple(
        Reason(path, FailureClass.VACUOUS, path, node.lineno, SAID.format(name=name, path=path))
        for name, node in found
        if _decides(name) and (name, ast.dump(node)) not in known
    )


def _decides(name: str) -> bool:
    return name in OBEYED or (name.startswith("pytest_") and name not in HARMLESS)


def _body(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _names(node: ast.stmt) -> list[str]:
    """Names that a statement of a module brings in."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name, *_declared_global(node)]
        case ast.Import():
            return []  # a module is no hook, though some are named like one
        case ast.ImportFrom(names=names):
            return [each.asname or each.name for each in names]
        case ast.If() | ast.Try() | ast.With():
            return [name for inner in ast.walk(node) if inner is not node for name in _bound(inner)]
        case _:
            return [name for inner in ast.walk(node) for name in _bound(inner)]


def _declared_global(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [name for inner in ast.walk(function) if isinstance(inner, ast.Global) for name in inner.names]


def _bound(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case ast.ImportFrom(names=names):
            return [each.asname or each.name for each in names]
        case _:
            return []
