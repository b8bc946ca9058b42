"""The examples that Python tests give, and the literals of Python code."""

import ast
from collections.abc import Iterator

from tdd_orchestrator.core.echoes import Example, Key, key
from tdd_orchestrator.core.new_tests import functions_of


def examples(source: str) -> Iterator[Example]:
    """What each test passes in and expects, where it says `f(literal) == literal`."""
    try:
        functions = functions_of(source)
    except SyntaxError:
        return
    for name, function in functions.items():
        for node in ast.walk(function):
            match node:
                case ast.Compare(left=ast.Call(args=given), ops=[ast.Eq()], comparators=[ast.Constant(value=expected)]):
                    yield from _of_call(name, given, expected)
                case _:
                    pass


def _of_call(name: str, given: list[ast.expr], expected: object) -> Iterator[Example]:
    for argument in given:
        if isinstance(argument, ast.Constant):
            yield name, argument.value, expected


def constants(source: str) -> dict[Key, int]:
    """Every literal with its first line, but those that are prose."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    found: dict[Key, int] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            found.setdefault(key(node.value), node.lineno)
    return found
