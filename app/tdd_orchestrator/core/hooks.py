"""Finds hooks of pytest in the files that RED brings: a hook can decide how every test ends, whatever the code does."""

import ast

from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason

# It only writes out the parameters of tests.
HARMLESS = frozenset({"pytest_generate_tests"})
SAID = "`{name}` in {path} decides how tests run: RED may bring tests and fixtures, but no hooks and no plugins."


def foreign_hooks(source: str, path: str) -> tuple[Reason, ...]:
    """Every hook or plugin that a file defines, imports or loads, at its line. A file that is no Python has none."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return ()
    found = ((name, node.lineno) for node in body for name in _names(node))
    return tuple(
        Reason(path, FailureClass.VACUOUS, path, line, SAID.format(name=name, path=path))
        for name, line in found
        if name.startswith("pytest_") and name not in HARMLESS
    )


def _names(node: ast.stmt) -> list[str]:
    """Names that a statement of a module brings in."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.Import():
            return []  # a module is no hook, though some are named like one
        case ast.ImportFrom(names=names):
            return [each.asname or each.name for each in names]
        case ast.If() | ast.Try() | ast.With():
            return [name for inner in ast.walk(node) if inner is not node for name in _bound(inner)]
        case _:
            return [name for inner in ast.walk(node) for name in _bound(inner)]


def _bound(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case _:
            return []
