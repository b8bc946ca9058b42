"""Turns round what Go, Rust and Java tests assert, as `controls` does for Python; what differs is a table for each.

A claim is turned only where it is surely reached: at the top of the test. Any other test is stopped at its first line.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.braces import CLOSING, OPENING, Function, arguments, closing, outermost

MADE_TO_FAIL = "this test was made to fail"
Edit = tuple[int, int, str]
"""Where to cut (first and behind the last character), and what to put there."""


@dataclass(frozen=True, slots=True)
class Turning:
    """How a language's tests are turned: `claims` gives edits within a masked body, `stop` what ends a test at once.

    `stop` gets the test's heading and is empty where nothing can stop it for certain.
    """

    tests_in: Callable[[str], Mapping[str, Function]]
    claims: Callable[[Function], Iterator[Edit]]
    stop: Callable[[str], str]

    def falsified(self, source: str, wanted: frozenset[str]) -> str | None:
        """The source with each of these tests made to fail; `None` where none of them can be."""
        edits: list[Edit] = []
        for name, test in self.tests_in(source).items():
            start = source.find(test.whole)
            if name in wanted and start >= 0:
                inside = start + len(test.whole) - len(test.body) - 1
                edits += ((inside + first, inside + last, text) for first, last, text in self._turned(test))
        for first, last, text in sorted(edits, reverse=True):
            source = source[:first] + text + source[last:]
        return source if edits else None

    def _turned(self, test: Function) -> list[Edit]:
        if found := [*self.claims(test)]:
            return found
        stop = self.stop(test.whole[: len(test.whole) - len(test.body) - 1])
        return [(0, 0, f" {stop} ")] if stop else []


def ends_early(plain: str) -> bool:
    """Whether a body might be left before its end."""
    return re.search(r"\b(?:return|break|continue|goto)\b", plain) is not None


def calls_turned(test: Function, call: re.Pattern[str], opposite: Mapping[str, str]) -> Iterator[Edit]:
    """The calls among the body's own statements (group 1: the name) that have an opposite, by another name."""
    if ends_early(test.plain):
        return
    for found in call.finditer(outermost(test.plain)):
        if found[1] in opposite:
            yield found.start(1), found.end(1), opposite[found[1]]


def first_argument(test: Function, at: int) -> tuple[int, int] | None:
    """Where the first argument of the call stands whose bracket opens at `at`."""
    given = arguments(test.body, test.plain, at)
    if not given or not given[0]:
        return None
    start = test.body.index(given[0], at + 1)
    return start, start + len(given[0])


def top_level(plain: str, letter: str, start: int, end: int) -> list[int]:
    """The places of a letter between two places that are in no bracket."""
    depth, found = 0, []
    for place in range(start, end):
        depth += (plain[place] in OPENING) - (plain[place] in CLOSING)
        if depth == 0 and plain[place] == letter:
            found.append(place)
    return found


def block(plain: str, at: int) -> tuple[int, int]:
    """The inside of the first block that opens behind a place; nothing where there is none."""
    start = plain.find("{", at)
    return (start + 1, closing(plain, start)) if start >= 0 else (at, at)
