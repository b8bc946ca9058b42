"""Ruby tests that say nothing about the code, by their text."""

import re

from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.ruby_tests import tests_in

CLAIM = re.compile(r"\b(?:assert|refute|must|wont|expect|should|is_expected|flunk|verify|allow|check)\w*")
NEVER = re.compile(r"\A\s*(?:flunk\b|assert\s*\(?\s*(?:false|nil)\b|fail\b|raise\b|expect\(true\)\.to\s+be\(?\s*false)")
EQUAL = re.compile(r"\b(?:assert|refute)_(?:equal|same)\s*\(?\s*([^,\n]+?)\s*,\s*([^,\n]+?)\s*\)?\s*$", re.MULTILINE)
EXPECTED = re.compile(r"\bexpect\((.+?)\)\.to\s+(?:eq|eql|equal|be)\b[ (]+(.+?)\)?\s*$", re.MULTILINE)
TRUE = re.compile(r"\bassert\s*\(?\s*true\b|\bexpect\(true\)\.to\s+(?:be\b|eq)")
LITERAL = re.compile(r"-?[\d_.]+|true|false|nil|:\w+|\"[^\"#]*\"|'[^']*'")


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line."""
    found = ((name, test.line, _fault(test.body)) for name, test in tests_in(source).items())
    return tuple(
        Reason(f"{path}::{name}", FailureClass.VACUOUS, path, line, f"{name} {fault}")
        for name, line, fault in found
        if fault
    )


def _fault(body: str) -> str:
    bare = re.sub(r"(?m)(?:^|\s)#(?!\{).*$", "", body)
    claims = len(CLAIM.findall(bare))
    if NEVER.match(bare):
        return "fails whatever the code does: let it compare something."
    if not claims:
        return "asserts nothing: say what should hold once the code is there."
    pairs = (*EQUAL.findall(bare), *EXPECTED.findall(bare))
    hollow = sum(1 for left, right in pairs if _same(left, right)) + len(TRUE.findall(bare))
    return "compares a thing with itself: that holds without any code." if hollow >= claims else ""


def _same(left: str, right: str) -> bool:
    return left == right or (LITERAL.fullmatch(left) is not None and LITERAL.fullmatch(right) is not None)
