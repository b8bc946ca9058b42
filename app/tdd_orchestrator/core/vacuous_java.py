"""Java tests that say nothing about the code, by their text."""

import re

from tdd_orchestrator.core.braces import Function, arguments, outermost
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.java_tests import tests_in

CLAIM = re.compile(r"\b(?:assert\w*|verify\w*|expect\w*|should\w*|andExpect|fail|check\w*|then)\s*[(.]|\bassert\s")
CALL = re.compile(r"\b(assert(?:Equals|Same|True|False|NotNull|Null))\s*\(")
NEVER = re.compile(r"(?:^|[;\n}])\s*(?:(?:Assertions\.|Assert\.)?(?:fail\s*\(|assertTrue\s*\(\s*false\b)|throw\b)")
LITERAL = re.compile(r"-?[\d._]+[LlFfDd]?|true|false|null|\"[^\"]*\"|'[^']*'")


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line."""
    found = ((name, test, _fault(test)) for name, test in tests_in(source).items())
    return tuple(
        Reason(f"{path}::{name}", FailureClass.VACUOUS, path, test.line, f"{name} {fault}")
        for name, test, fault in found
        if fault
    )


def _fault(test: Function) -> str:
    expected = re.search(r"@Test\s*\(\s*expected", test.whole[: test.whole.find("{")]) is not None
    if _never_holds(test.plain) and not expected:
        return "fails whatever the code does: let it compare something."
    claims = len(CLAIM.findall(test.plain))
    if not claims:
        return "" if expected else "asserts nothing: say what should hold once the code is there."
    calls = [(found[1], arguments(test.body, test.plain, found.end() - 1)) for found in CALL.finditer(test.plain)]
    hollow = sum(1 for name, given in calls if _holds_by_itself(name, given))
    return "compares a thing with itself: that holds without any code." if hollow >= claims else ""


def _holds_by_itself(name: str, given: list[str]) -> bool:
    if name in ("assertEquals", "assertSame"):
        return len(given) > 1 and (given[0] == given[1] or all(LITERAL.fullmatch(each) for each in given[:2]))
    return bool(given) and LITERAL.fullmatch(given[0]) is not None


def _never_holds(plain: str) -> bool:
    """Whether a failure stands among the body's own statements, and nothing could leave before it."""
    found = NEVER.search(outermost(plain))
    return found is not None and "return" not in plain[: found.start()]
