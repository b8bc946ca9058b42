"""Finds JavaScript and TypeScript tests that say nothing about the code: no assertion, tautologies, swallowed ones.

Judged by the text alone, as for Python: at least one assertion must remain that can fail and that nothing swallows.
Where the text leaves a doubt (a helper from elsewhere), the test is believed; the run and the stubs look again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tdd_orchestrator.core.claims import ITSELF, STUB, SWALLOWED, TAUTOLOGY
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.javascript_tests import blocks_of, titled
from tdd_orchestrator.core.javascript_tokens import Token, arguments, is_mark, pairs_of, tokens_of

NO_CLAIM = "asserts nothing: say what should hold once the code is there."
OPEN_END = "has an `expect(...)` without a matcher: say what is expected."

CHECKING = re.compile(r"(?i)^(assert|expect|check|verify|should|must|ensure)")
STRICT_CALLS = frozenset({"strictEqual", "deepStrictEqual", "deepEqual", "notStrictEqual", "rejects", "throws", "ok"})
ALIKE = frozenset({"equal", "strictEqual", "deepEqual", "deepStrictEqual", "is", "same"})
MATCHED_ALIKE = frozenset({"toBe", "toEqual", "toStrictEqual", "equal", "equals", "eql", "eq"})
CONSTANT_NAMES = frozenset({"true", "false", "null", "undefined", "NaN", "Infinity"})
CHAINED = frozenset({"not", "resolves", "rejects", "to", "be", "have", "deep", "and", "soft", "that", "is"})


@dataclass(frozen=True, slots=True)
class Said:
    """One assertion: its line, and what is wrong with it (empty: nothing)."""

    line: int
    fault: str = ""
    never_holds: bool = False


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line; none where it cannot be read."""
    try:
        tests = tuple(titled(blocks_of(source)))
        helpers = _asserting_functions(tokens_of(source))
    except SyntaxError:
        return ()
    found = []
    for titles, block in tests:
        if fault := _complaint(tuple(_claims(block.body, helpers)), block.line):
            name = " > ".join(title or "a test with a computed title" for title in titles)
            test = "::".join((path, *(title or "" for title in titles)))
            found.append(Reason(test, FailureClass.VACUOUS, path, fault[0], f"`{name}` {fault[1]}"))
    return tuple(found)


def _complaint(said: Sequence[Said], line: int) -> tuple[int, str] | None:
    hopeless = next((each for each in said if each.never_holds), None)
    if hopeless:
        return hopeless.line, STUB
    if not said:
        return line, NO_CLAIM
    if all(each.fault for each in said):
        return said[0].line, said[0].fault
    return None


def _asserting_functions(tokens: Sequence[Token]) -> frozenset[str]:
    """Functions of the file itself in whose body something is asserted: `function f() {`, `const f = () => {`."""
    pairs, found = pairs_of(tokens), set()
    for place, token in enumerate(tokens[:-2]):
        if token.text not in ("function", "const", "let", "var") or tokens[place + 1].kind != "name":
            continue
        opening = next((at for at in range(place + 2, min(place + 60, len(tokens))) if is_mark(tokens[at], "{")), None)
        if opening is not None and any(True for _ in _claims(tokens[opening + 1 : pairs[opening]], frozenset())):
            found.add(tokens[place + 1].text)
    return frozenset(found)


def _claims(tokens: Sequence[Token], helpers: frozenset[str]) -> Iterator[Said]:
    pairs = pairs_of(tokens)
    shut = list(_swallowing(tokens, pairs))
    for place, token in enumerate(tokens):
        said = _claim_at(tokens, pairs, place, helpers) if token.kind == "name" else None
        if said is None:
            continue
        swallowed = any(start < place < end for start, end in shut)
        yield Said(said.line, said.fault or SWALLOWED) if swallowed else said


def _swallowing(tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[tuple[int, int]]:
    """`try` blocks whose `catch` lets nothing through."""
    for place, token in enumerate(tokens[:-1]):
        if token.text != "try" or not is_mark(tokens[place + 1], "{"):
            continue
        end = pairs[place + 1]
        if end + 1 >= len(tokens) or tokens[end + 1].text != "catch":
            continue
        opening = next((at for at in range(end + 2, len(tokens)) if is_mark(tokens[at], "{")), None)
        handler = tokens[opening : pairs[opening]] if opening is not None else ()
        if not any(each.text in ("throw", "fail", "done") or CHECKING.match(each.text) for each in handler):
            yield place, end


def _claim_at(tokens: Sequence[Token], pairs: dict[int, int], place: int, helpers: frozenset[str]) -> Said | None:
    """The assertion whose first word stands here."""
    token = tokens[place]
    after_dot = place > 0 and tokens[place - 1].text in (".", "?.")
    if after_dot and token.text == "should":
        return Said(token.line)
    if after_dot and token.text != "assert":  # `t.assert.equal(...)`
        return None
    names, at = _chain(tokens, place)
    if at >= len(tokens) or not is_mark(tokens[at], "("):
        return None
    given = arguments(tokens[at + 1 : pairs[at]])
    if names[0] == "expect":
        return _of_expect(tokens, pairs, names, at, given)
    if names[0] == "assert" or (len(names) == 1 and names[0] in STRICT_CALLS):
        return _of_assert(token.line, names, given)
    known = names[0] in helpers or (CHECKING.match(names[-1]) is not None)
    return Said(token.line) if known else None


def _chain(tokens: Sequence[Token], place: int) -> tuple[list[str], int]:
    """The names of `a.b.c` that begin here, and the place behind them."""
    names, at = [tokens[place].text], place + 1
    while at + 1 < len(tokens) and tokens[at].text in (".", "?.") and tokens[at + 1].kind == "name":
        names.append(tokens[at + 1].text)
        at += 2
    return names, at


def _of_assert(line: int, names: Sequence[str], given: Sequence[tuple[Token, ...]]) -> Said | None:
    method = names[-1]
    if method == "fail":
        return Said(line, STUB, never_holds=True)
    if method in ("assert", "ok", "isTrue", "isOk") and given and _constant(given[0]):
        return Said(line, TAUTOLOGY) if _truth(given[0]) else Said(line, STUB, never_holds=True)
    if method in ALIKE and len(given) >= 2:
        return _of_pair(line, given[0], given[1])
    return Said(line)


def _of_pair(line: int, one: tuple[Token, ...], other: tuple[Token, ...], turned: bool = False) -> Said:
    same = _words(one) == _words(other)
    if _constant(one) and _constant(other):
        return Said(line, TAUTOLOGY) if same != turned else Said(line, STUB, never_holds=True)
    return Said(line, ITSELF) if same else Said(line)


def _of_expect(
    tokens: Sequence[Token],
    pairs: dict[int, int],
    names: Sequence[str],
    at: int,
    given: Sequence[tuple[Token, ...]],
) -> Said | None:
    line = tokens[at].line
    if len(names) > 1 and names[1] in ("assertions", "hasAssertions", "extend", "addSnapshotSerializer"):
        return None
    if names[-1] in ("fail", "unreachable"):
        return Said(line, STUB, never_holds=True)
    matchers, behind = _chain(tokens, pairs[at])
    if len(matchers) == 1:
        return Said(line, OPEN_END)
    subject = given[0] if given else ()
    called = behind < len(tokens) and is_mark(tokens[behind], "(")
    expected = arguments(tokens[behind + 1 : pairs[behind]]) if called else []
    turned = "not" in matchers
    if matchers[-1] in MATCHED_ALIKE and expected:
        return _of_pair(line, subject, expected[0], turned)
    if _constant(subject):
        return Said(line, TAUTOLOGY)
    return Said(line) if called or matchers[-1] not in CHAINED or len(matchers) > 2 else Said(line, OPEN_END)


def _constant(tokens: Sequence[Token]) -> bool:
    """Whether an expression is made of literals only."""
    return bool(tokens) and all(
        token.kind in ("number", "string", "regex")
        or (token.kind == "template" and "${" not in token.text)
        or token.text in CONSTANT_NAMES
        or (token.kind == "mark" and token.text in "!-+[]{},:=====!==")
        for token in tokens
    )


def _truth(tokens: Sequence[Token]) -> bool:
    words = _words(tokens)
    turned = words.count("!") % 2 == 1 if words and words[0] == "!" else False
    bare = tuple(word for word in words if word != "!")
    for sign in ("===", "=="):
        if sign in bare:
            where = bare.index(sign)
            return (bare[:where] == bare[where + 1 :]) != turned
    return (bare not in (("false",), ("null",), ("undefined",), ("0",), ('""',), ("''",), ("NaN",))) != turned


def _words(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.text for token in tokens)
