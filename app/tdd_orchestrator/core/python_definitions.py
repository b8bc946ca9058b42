"""What a Python file defines at its top, and where."""

import ast
from collections.abc import Mapping

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(source: str) -> Mapping[str, tuple[int, int, int]]:
    """First line (decorators included), own line and last line of each function and class, by name.

    Raises SyntaxError for what is no Python.
    """
    return {
        node.name: (
            min([node.lineno, *(each.lineno for each in node.decorator_list)]),
            node.lineno,
            node.end_lineno or node.lineno,
        )
        for node in ast.parse(source).body
        if isinstance(node, Definition)
    }
