"""Finds answers that code gives word for word as the examples of its tests have them: one more example would tell."""

import ast
from collections.abc import Iterator, Mapping

from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.new_tests import functions_of

Example = tuple[str, object, object]
"""The test, one literal that it passes in, and the literal that it expects."""
SAID = (
    "{path} answers the example of {test} word for word ({given!r} gives {expected!r}): "
    "only another example can show that it is more than that."
)
TELLS_NOTHING = ("", 0, 1, None, True, False)


def echoes(tests: Mapping[str, str], path: str, before: str | None, after: str) -> tuple[Reason, ...]:
    """Where new code compares with a test's input and holds the very answer; at most one remark for a test.

    `tests` are the sources of the new tests by path. Honest where there are few cases, so it is never a refusal.
    """
    was, now = _constants(before or ""), _constants(after)
    found = {}
    for test, given, expected in (each for source in tests.values() for each in _examples(source)):
        line = now.get(_key(given))
        if line and _key(expected) in now and _key(given) not in was and test not in found:
            found[test] = Reason(
                "", None, path, line, SAID.format(path=path, test=test, given=given, expected=expected)
            )
    return tuple(found.values())


def _examples(source: str) -> Iterator[Example]:
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
    if expected in TELLS_NOTHING:
        return
    for argument in given:
        if isinstance(argument, ast.Constant) and argument.value not in TELLS_NOTHING:
            yield name, argument.value, expected


def _constants(source: str) -> dict[tuple[str, object], int]:
    """Every literal with its first line, but those that are prose."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    found: dict[tuple[str, object], int] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            found.setdefault(_key(node.value), node.lineno)
    return found


def _key(value: object) -> tuple[str, object]:
    return type(value).__name__, value
