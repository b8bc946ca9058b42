"""Turns what a Ruby test asserts into something that cannot hold, as `controls` does for Python."""

import re
from collections.abc import Iterable

from tdd_orchestrator.core.ruby_tests import Example, tests_in
from tdd_orchestrator.core.ruby_text import depth_of

STOP = 'raise "this test was made to fail"'
# It asks the other side: what equals everything equals this as well.
NOTHING_EQUALS = "Class.new { def ==(other) = other == :this_test_was_made_to_fail }.new"
SWAPPED = {"assert": "refute", "refute": "assert", "must": "wont", "wont": "must"}
WITHOUT_OPPOSITE = frozenset({"raises", "throws", "output", "silent", "send", "mock", "nothing_raised"})
ASSERTION = re.compile(r"^(?P<indent>[ \t]*)(?P<kind>assert|refute)(?P<rest>_\w+)?(?P<open>\(|[ \t]+)(?P<given>.*)$")
EXPECTED = re.compile(r"(?P<way>\.(?:to|not_to|to_not|must_\w+|wont_\w+))\b(?P<given>.*)$")
EQUALITY = re.compile(r"^(?P<open>[ \t]+(?:eq|eql)\b[ (]+|[ \t]*\(?[ \t]*(?:eq|eql)\b[ (]+)(?P<given>.*)$")
ENDING_EARLY = re.compile(r"^\s*(?:return|next|skip|break|pending)\b|\b(?:return|next|skip|break)\s+(?:if|unless)\b")


def names(source: str) -> Iterable[str]:
    """The tests of a file by their names below it."""
    return [name for name in tests_in(source) if "#{" not in name]


def falsified(source: str, wanted: frozenset[str]) -> str | None:
    """The source with each of these tests made to fail; `None` where there is none of them.

    The first assertion that is surely reached is turned round, an equality into one with something that equals only
    what equals everything; any other test is stopped at once.
    """
    lines = source.splitlines()
    chosen = [test for name, test in tests_in(source).items() if name in wanted]
    for test in sorted(chosen, key=lambda each: each.line, reverse=True):
        _make_fail(lines, test)
    return "\n".join(lines) + "\n" if chosen else None


def _make_fail(lines: list[str], test: Example) -> None:
    first, own = test.line, test.body.split("\n")
    if lines[first - 1] == test.body:  # all of it stands on one line
        lines[first - 1] = _one_liner(lines[first - 1])
        return
    depth = next((depth_of(line) for line in own if line.strip()), 0)
    for place, line in enumerate(own):
        if ENDING_EARLY.search(line):
            break
        if depth_of(line) == depth and (turned := _turned(line)):
            lines[first + place] = turned
            return
    lines.insert(first, " " * depth + STOP)


def _one_liner(line: str) -> str:
    """`it { is_expected.to eq 1 }`, `def test_x = assert_equal 1, x`."""
    for opening in ("{", " = "):
        head, sign, body = line.partition(opening)
        if sign and (turned := _turned(body.strip())):
            return f"{head}{sign} {turned}"
        if sign:
            return f"{head}{sign} ({STOP}); {body.strip()}" if opening == "{" else f"{head}{sign} ({STOP})"
    return line


def _turned(line: str) -> str:
    if found := ASSERTION.match(line):
        return _of_minitest(found)
    bare = line.lstrip()
    if bare.startswith(("expect", "is_expected", "_(", "value(")) and (found := EXPECTED.search(line)):
        return _of_expectation(line, found)
    return ""


def _of_minitest(found: re.Match[str]) -> str:
    kind, rest, given = found["kind"], found["rest"] or "", found["given"]
    if rest.removeprefix("_") in WITHOUT_OPPOSITE:
        return ""
    if kind == "assert" and rest == "_equal":
        first = _first(given)
        return f"{found['indent']}assert_equal{found['open']}{NOTHING_EQUALS}{given[len(first) :]}" if first else ""
    return f"{found['indent']}{SWAPPED[kind]}{rest}{found['open']}{given}"


def _of_expectation(line: str, found: re.Match[str]) -> str:
    start, way, given = line[: found.start()], found["way"], found["given"]
    if way.startswith((".must", ".wont")):
        kind, _, rest = way[1:].partition("_")
        if rest == "equal" and kind == "must" and (first := _first(given.lstrip(" ("))):
            at = given.index(first)
            return f"{start}{way}{given[:at]}{NOTHING_EQUALS}{given[at + len(first) :]}"
        return f"{start}.{SWAPPED[kind]}_{rest}{given}"
    if way != ".to":
        return f"{start}.to{given}"
    equality = EQUALITY.match(given)
    if equality and (first := _first(equality["given"])):
        return f"{start}.to{equality['open']}{NOTHING_EQUALS}{equality['given'][len(first) :]}"
    return f"{start}.not_to{given}" if given.strip() else ""


def _first(given: str) -> str:
    """The first argument of what stands there, as it is written; empty where it goes on over the line."""
    depth, quote = 0, ""
    for place, letter in enumerate(given):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            if depth == 0:
                return given[:place].rstrip()
            depth -= 1
        elif letter == "," and depth == 0:
            return given[:place]
    whole = given.rstrip()
    goes_on = depth or quote or not whole or re.search(r"(?:,|\||\bdo)$", whole)
    return "" if goes_on else whole
