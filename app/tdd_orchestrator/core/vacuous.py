"""Finds Python tests that say nothing about the code: stubs, tautologies, tests without assertion or with swallowed
ones.

Judged by the text alone. The rule for each test: at least one *claim* must remain. A claim is an assertion (of whatever
library) that can fail, that nothing swallows, and that speaks of something the test did not make up itself.
"""

import ast
from collections.abc import Iterator

from tdd_orchestrator.core.claims import Claim, claims_of
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.new_tests import Function, functions_of

NO_CLAIM = "{test} asserts nothing: say what should hold once the code is there."


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line. A file that is no Python has none
    (see RED).
    """
    try:
        module = ast.parse(source)
    except SyntaxError:
        return ()
    local = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return tuple(
        Reason(f"{path}::{name}", FailureClass.VACUOUS, path, line, sentence.format(test=name))
        for name, function in functions_of(source).items()
        for line, sentence in _complaint(function, local)
    )


def _complaint(function: Function, local: dict[str, Function]) -> Iterator[tuple[int, str]]:
    """At most one complaint: what is wrong with the best claim that the test has."""
    claims = list(claims_of(function, local))
    if hopeless := next((claim for claim in claims if claim.never_holds), None):
        yield hopeless.line, "{test} " + hopeless.fault
    elif not claims:
        yield function.lineno, NO_CLAIM
    elif all(claim.fault for claim in claims):
        best: Claim = claims[0]
        yield best.line, "{test} " + best.fault
