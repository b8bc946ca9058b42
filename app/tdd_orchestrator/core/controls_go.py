"""Turns round what Go tests assert: what a test fails on, an assertion of testify, an example's output."""

import re
from collections.abc import Iterator, Sequence

from tdd_orchestrator.core.braces import Function, outermost
from tdd_orchestrator.core.controls_braces import (
    MADE_TO_FAIL,
    Edit,
    Turning,
    block,
    calls_turned,
    ends_early,
    top_level,
)
from tdd_orchestrator.core.go_tests import tests_in

FAILING = re.compile(r"\b\w+\.(?:Errorf?|Fatalf?|Fail|FailNow)\s*\(")
IF = re.compile(r"(?:^|[;\n{])[ \t]*if\b")
FUNCTION = re.compile(r"\bfunc\(")
SUBTEST = re.compile(r"(?:^|[;\n])[ \t]*\w+\.Run\([^{\n]*?\bfunc\(\s*\w+\s+\*testing\.T\s*\)\s*(?=\{)")
TABLE = re.compile(r"(?:^|[;\n])[ \t]*for\b[^{\n;]*?\brange\s+(\w+|\[\][^\n]*?|map\[[^\n]*?)\s*(?=\{)")
LIBRARY = re.compile(r"(?:^|[;\n])[ \t]*(?:assert|require)\.(\w+)(?=\()")
HEADING = re.compile(r"\(\s*(\w+)\s+\*testing\.[TF]\s*\)\s*\{?$")
OUTPUT = re.compile(r"//\s*(?:[Uu]nordered )?[Oo]utput:")
PAIRS = {
    "Equal": "NotEqual",
    "EqualValues": "NotEqualValues",
    "True": "False",
    "Nil": "NotNil",
    "NoError": "Error",
    "Empty": "NotEmpty",
    "Contains": "NotContains",
    "Same": "NotSame",
    "Zero": "NotZero",
    "ErrorIs": "NotErrorIs",
}
OPPOSITE = {**PAIRS, **{there: here for here, there in PAIRS.items()}}


def _claims(test: Function) -> Iterator[Edit]:
    if test.name.startswith("Example"):
        yield from ((each.end(), each.end(), f" {MADE_TO_FAIL}\n\t//") for each in OUTPUT.finditer(test.body))
        return
    yield from _conditions(test.plain, 0, len(test.plain))
    yield from calls_turned(test, LIBRARY, OPPOSITE)


def _conditions(plain: str, start: int, end: int) -> Iterator[Edit]:
    """`if a != b { t.Error() }` becomes `if !(a != b)`: at the top, in subtests, in loops over literals."""
    body = plain[start:end]
    outer = outermost(body)
    failing = [*_failing(body, outer)]
    inner = [block(body, opening) for _, opening in failing]
    inner += [block(body, top_level_brace(body, found.end() - 1) or found.end()) for found in FUNCTION.finditer(outer)]
    if ends_early(_without(body, inner)):
        return  # what follows is not sure to be reached
    for condition, opening in failing:
        first = max([condition, *(place + 1 for place in top_level(body, ";", condition, opening))])
        yield start + first, start + first, " !("
        yield start + opening, start + opening, ") "
    for found in (*SUBTEST.finditer(outer), *(each for each in TABLE.finditer(outer) if _is_table(each[1], body))):
        first, last = block(body, _last_opening(body, found.end()))
        yield from _conditions(plain, start + first, start + last)


def _failing(body: str, outer: str) -> Iterator[tuple[int, int]]:
    """The `if`s of the own statements that let the test fail: where the condition begins, and where the block opens."""
    for found in IF.finditer(outer):
        opening = _opening(body, found.end())
        if opening is not None and FAILING.search(outermost(body[slice(*block(body, opening))])):
            yield found.end(), opening


def _without(body: str, blocks: Sequence[tuple[int, int]]) -> str:
    for first, last in blocks:
        body = body[:first] + " " * (last - first) + body[last:]
    return body


def _opening(body: str, at: int) -> int | None:
    """Where the block of an `if` opens: behind its condition, on the same line."""
    found = top_level_brace(body, at)
    return found if found is not None and "\n" not in body[at:found] else None


def top_level_brace(body: str, at: int) -> int | None:
    """The first brace behind a place that is in no round bracket."""
    depth = 0
    for place in range(at, len(body)):
        if body[place] in "([":
            depth += 1
        elif body[place] in ")]":
            depth -= 1
        elif body[place] == "{" and depth == 0:
            return place
    return None


def _last_opening(body: str, at: int) -> int:
    """The block of a loop over a literal is the last that opens on its line."""
    line = body.find("\n", at)
    end = len(body) if line < 0 else line
    found = body.rfind("{", at, end)
    return found if found >= 0 else at


def _is_table(over: str, body: str) -> bool:
    """Whether a loop is over a literal, or over a name that was given one."""
    if over.startswith(("[]", "map[")):
        return True
    return re.search(rf"\b{re.escape(over)}\s*:?=\s*(?:\[\]|map\[)[^\n]*\{{(?!\s*\}})", body) is not None


def _stop(heading: str) -> str:
    found = HEADING.search(heading)
    return f'{found[1]}.Fatal("{MADE_TO_FAIL}");' if found and found[1] != "_" else ""


TURNING = Turning(tests_in, _claims, _stop)
