"""Ruby tests that say nothing about the code, by their text: stubs, tautologies, swallowed and hollow assertions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tdd_orchestrator.core.claims import BROAD, EXISTS, OWN, SWALLOWED, TAUTOLOGY
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.ruby_tests import Example, tests_in
from tdd_orchestrator.core.ruby_text import depth_of, plain, without_remarks

NEVER_HOLDS = "fails whatever the code does: let it compare something."
NOTHING = "asserts nothing: say what should hold once the code is there."
ITSELF = "compares a thing with itself: that holds without any code."
CLAIM = re.compile(
    r"(?<![\w.:@])(?:assert|refute|expect|is_expected|flunk|verify|allow|check|should)\w*"
    r"|\.(?:must|wont|should)_?\w*|\.verify\b"
)
LITERAL = r"(?:-?\d[\d_.]*|true|false|nil|:\w+|\"[^\"#]*\"|'[^']*')"
NEVER = re.compile(
    r"\s*(?:flunk\b|assert[ (]+(?:false|nil)\s*\)?\s*(?:,.*)?$|fail\b|raise\b|refute[ (]+true\s*\)?\s*$"
    r"|expect\((?:true|nil)\)\.to\s+(?:be[ (]+false|be_falsey)|expect\(false\)\.to\s+(?:be[ (]+true|be_truthy))"
)
ALWAYS = re.compile(rf"\s*(?:assert[ (]+(?!nil|false){LITERAL}\s*\)?\s*(?:,.*)?$|refute[ (]+(?:nil|false)\s*\)?\s*$)")
SIDE = r"([^,\n]+?(?:\([^)\n]*\))?)"
EQUAL = re.compile(rf"\bassert_(?:equal|same)\s*\(?\s*{SIDE}\s*,\s*{SIDE}\s*\)?\s*$")
EXPECTED = re.compile(r"\bexpect\((.+?)\)\.to\s+(?:eq|eql|equal|be)\b[ (]+(.+?)\)?\s*$")
ANY = r"(?:StandardError|Exception)"
ANY_EXCEPTION = re.compile(
    rf"\bassert_raises\s*(?:\(\s*{ANY}\s*\)|[ ]+{ANY}\b)?\s*(?:\{{|do\b)"
    rf"|\.to\s+raise_error\s*(?:\(\s*{ANY}\s*\)|[ ]+{ANY})?\s*$"
)
NAME = r"[A-Z][\w:]*"
ASKED = r"\.(?:respond_to\?|method_defined\?|const_defined\?|instance_methods)"
THERE = re.compile(
    rf"\bassert_respond_to[ (]+{NAME}\s*,|\brefute_nil[ (]+{NAME}\s*\)?\s*$|\bexpect\(defined\?"
    rf"|\bexpect\({NAME}\)\.to\s+(?:respond_to\b|be_a[ (]+(?:Class|Module)|be\s*$|be_truthy)"
    rf"|\bassert[ (]+(?:defined\?|{NAME}(?:{ASKED}|\s*\)?\s*$))|\bassert_(?:kind|instance)_of[ (]+(?:Class|Module)\s*,"
)
MOCKED = re.compile(
    r"^\s*(\w+)\s*=\s*(?:Minitest::Mock\.new|(?:instance_|class_|object_)?double\b|spy\b|stub\b|mock\b|OpenStruct\.new"
    rf"|{LITERAL}\s*$)"
)
KNOWN = """
expect to not_to to_not eq eql be equal match include is_expected assert refute true false nil do end and or not
have_received receive with once twice verify it self
"""
WORDS = frozenset(KNOWN.split())
CATCHES = re.compile(r"\brescue\s+(?:Exception|Minitest::Assertion|RSpec::Expectations::\w+)|\brescue\s*=>?\s*$")
RAISES = re.compile(r"\b(?:raise|flunk|fail)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """One claim: its line, and what is wrong with it (empty: nothing)."""

    line: int
    fault: str = ""
    never_holds: bool = False


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line."""
    found = ((name, test, _complaint(test)) for name, test in tests_in(source).items())
    return tuple(
        Reason(f"{path}::{name}", FailureClass.VACUOUS, path, said.line, f"{name} {said.fault}")
        for name, test, said in found
        if said is not None
    )


def _complaint(test: Example) -> Said | None:
    said = list(_claims(test))
    if hopeless := next((each for each in said if each.never_holds), None):
        return hopeless
    if not said:
        return Said(test.line, NOTHING)
    if all(each.fault for each in said):
        return said[0]
    return None


def _claims(test: Example) -> Iterator[Said]:
    body = without_remarks(test.body)
    lines, bare = body.split("\n"), plain(body).split("\n")
    alone = len(lines) == 1
    depth = next((depth_of(line) for line in lines if line.strip()), 0)
    swallowed = _swallows(lines)
    made_up = _made_up(bare, lines)
    for place, line in enumerate(lines):
        at = test.line + (0 if alone else place + 1)
        if depth_of(line) == depth and NEVER.match(line):
            yield Said(at, NEVER_HOLDS, never_holds=True)
        elif CLAIM.search(bare[place]):
            yield Said(at, SWALLOWED if swallowed else _fault(line, bare[place], made_up))


def _fault(line: str, bare: str, made_up: frozenset[str]) -> str:
    pairs = (*EQUAL.findall(line), *EXPECTED.findall(line))
    if ALWAYS.match(line) or any(_constants(*pair) for pair in pairs):
        return TAUTOLOGY
    if any(left == right for left, right in pairs):
        return ITSELF
    if THERE.search(line):
        return EXISTS
    if ANY_EXCEPTION.search(line):
        return BROAD
    names = {name for name in re.findall(r"(?<![\w.:@\"'])[a-z_]\w*", bare) if not CLAIM.match(name)} - WORDS
    own = bool(names) and names <= made_up and not re.search(r"[A-Z@]", bare)
    return OWN if own else ""


def _constants(left: str, right: str) -> bool:
    return re.fullmatch(LITERAL, left) is not None and re.fullmatch(LITERAL, right) is not None


def _swallows(lines: list[str]) -> bool:
    """Whether a `rescue` of the test's own takes in its assertions, and lets nothing through."""
    at = next((place for place, line in enumerate(lines) if CATCHES.search(line)), None)
    return at is not None and not any(RAISES.search(line) for line in lines[at + 1 :])


def _made_up(bare: list[str], lines: list[str]) -> frozenset[str]:
    """Local names that stand for mocks and literals of the test's own, and that nobody else was given."""
    names = {found[1] for line in lines if (found := MOCKED.match(line))}
    return frozenset(name for name in names if not any(_handed_out(name, line) for line in bare))


def _handed_out(name: str, line: str) -> bool:
    """Whether the name stands where somebody else could take it: an argument of a call that is no assertion."""
    if CLAIM.search(line) or re.match(rf"\s*{name}\s*=", line):
        return bool(re.search(rf"[A-Z]\w*[^\n]*\b{name}\b(?!\s*=)", line)) and not re.match(rf"\s*{name}\s*=", line)
    return re.search(rf"\b{name}\b(?!\.)", line) is not None
