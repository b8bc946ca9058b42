"""Rust tests that say nothing about the code, by their text."""

import re

from tdd_orchestrator.core.braces import Function, arguments, outermost
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.rust_tests import tests_in

ASSERTING = re.compile(r"\b(?:debug_|prop_)?assert(\w*)!\s*([(\[{])")
CLAIM = re.compile(
    r"\bassert\w*[!(.:]|\bprop_assert\w*!|\bpanic!|\bexpect_\w+\(|\bcheck\w*\(|\bverify\w*\(|\bTestResult::"
)
NEVER = re.compile(r"(?:^|[;\n}])\s*(?:std::)?(?:panic|todo|unimplemented|unreachable)!")
LITERAL = re.compile(r"-?[\d._]+(?:[iuf]\d+|usize)?|true|false|\(\)|\"[^\"]*\"")


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line."""
    found = ((name, test, _fault(test)) for name, test in tests_in(source).items())
    return tuple(
        Reason(f"{path}::{name}", FailureClass.VACUOUS, path, test.line, f"{name} {fault}")
        for name, test, fault in found
        if fault
    )


def _fault(test: Function) -> str:
    expected = "should_panic" in test.whole[: test.whole.find("{")]
    if _never_holds(test.plain) and not expected:
        return "fails whatever the code does: let it compare something."
    claims = [(found[1], arguments(test.body, test.plain, found.end() - 1)) for found in ASSERTING.finditer(test.plain)]
    if not claims:
        return "" if expected or CLAIM.search(test.plain) else NOTHING
    if any(kind == "" and given[:1] == ["false"] for kind, given in claims) and not expected:
        return "fails whatever the code does: let it compare something."
    if all(_holds_by_itself(kind, given) for kind, given in claims) and not expected:
        return "compares a thing with itself: that holds without any code."
    return ""


NOTHING = "asserts nothing: say what should hold once the code is there."


def _holds_by_itself(kind: str, given: list[str]) -> bool:
    if kind == "":
        left, equal, right = (given[0] if given else "true").partition("==")
        return left.strip() == "true" or (bool(equal) and left.strip() == right.strip())
    if kind in ("_eq", "_ne") and len(given) > 1:
        return given[0] == given[1] or all(LITERAL.fullmatch(each) for each in given[:2])
    return False


def _never_holds(plain: str) -> bool:
    """Whether a panic stands among the body's own statements, and nothing could leave before it."""
    found = NEVER.search(outermost(plain))
    return found is not None and "return" not in plain[: found.start()] and "?;" not in plain[: found.start()]
