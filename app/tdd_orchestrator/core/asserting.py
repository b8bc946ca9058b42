"""The lines of a Python file on which something is asserted: statements, methods of unittest, expected exceptions."""

import ast
from typing import TypeGuard

EXPECTING = ("assert", "raises", "warns")


def asserting_lines(source: str) -> frozenset[int]:
    """1-based lines of every assertion, with all the lines that it spreads over. A file that is no Python has none."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return frozenset()
    spans = [node for node in nodes if isinstance(node, ast.Assert) or _expects(node)]
    return frozenset(line for node in spans for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _expects(node: ast.AST) -> TypeGuard[ast.Expr]:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    name = node.value.func
    word = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
    return word.startswith(EXPECTING)
