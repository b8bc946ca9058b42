"""Finds JavaScript and TypeScript tests that say nothing about the code: no assertion, tautologies, swallowed ones.

Judged by the text alone, as for Python: at least one assertion must remain that can fail and that nothing swallows.
Where the text leaves a doubt (a helper from elsewhere), the test is believed; the run and the stubs look again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tdd_orchestrator.core.claims import BROAD, EXISTS, ITSELF, OWN, STUB, SWALLOWED, TAUTOLOGY
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.hollow_javascript import any_exception, constant, free_names, made_up_names, only_there
from tdd_orchestrator.core.javascript_imports import taken
from tdd_orchestrator.core.javascript_tests import blocks_of, body_of, titled
from tdd_orchestrator.core.javascript_tokens import Token, arguments, is_mark, pairs_of, tokens_of

NO_CLAIM = "asserts nothing: say what should hold once the code is there."
OPEN_END = "has an `expect(...)` without a matcher: say what is expected."

CHECKING = re.compile(r"(?i)^(assert|expect|check|verify|should|must|ensure)")
STRICT_CALLS = frozenset({"strictEqual", "deepStrictEqual", "deepEqual", "notStrictEqual", "rejects", "throws", "ok"})
ALIKE = frozenset({"equal", "strictEqual", "deepEqual", "deepStrictEqual", "is", "same"})
MATCHED_ALIKE = frozenset({"toBe", "toEqual", "toStrictEqual", "equal", "equals", "eql", "eq"})
CHAINED = frozenset({"not", "resolves", "rejects", "to", "be", "have", "deep", "and", "soft", "that", "is"})


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is known of names where an assertion stands: functions of the file that assert, values that the test made
    up, and what is imported.
    """

    helpers: frozenset[str] = frozenset()
    made_up: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()


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
        imported = frozenset(each.local for each in taken(source))
    except SyntaxError:
        return ()
    found = []
    for titles, block in tests:
        said = (*_thrown(block.body), *_claims(block.body, _Scope(helpers, made_up_names(block.body), imported)))
        if fault := _complaint(said, block.line):
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


def _thrown(tokens: Sequence[Token]) -> Iterator[Said]:
    """A `throw` among the statements of the test itself: it can only fail."""
    pairs, start = pairs_of(tokens), body_of(tokens)
    place = len(tokens) if start is None or not is_mark(tokens[start], "{") else start + 1
    while start is not None and place < pairs.get(start, 0):
        before = tokens[place - 1]
        if tokens[place].text == "throw" and (before.text in (";", "{", "}") or before.line < tokens[place].line):
            shut = is_mark(before, ")") or before.text == "else"  # `if (...) throw`, over two lines
            yield from () if shut else (Said(tokens[place].line, STUB, never_holds=True),)
        place = pairs.get(place, place) + 1


def _asserting_functions(tokens: Sequence[Token]) -> frozenset[str]:
    """Functions of the file itself in whose body something is asserted: `function f() {`, `const f = () => {`."""
    pairs, found = pairs_of(tokens), set()
    for place, token in enumerate(tokens[:-2]):
        if token.text not in ("function", "const", "let", "var") or tokens[place + 1].kind != "name":
            continue
        opening = next((at for at in range(place + 2, min(place + 60, len(tokens))) if is_mark(tokens[at], "{")), None)
        if opening is not None and any(True for _ in _claims(tokens[opening + 1 : pairs[opening]])):
            found.add(tokens[place + 1].text)
    return frozenset(found)


def _claims(tokens: Sequence[Token], scope: _Scope = _Scope()) -> Iterator[Said]:
    pairs = pairs_of(tokens)
    shut = list(_swallowing(tokens, pairs))
    for place, token in enumerate(tokens):
        said = _claim_at(tokens, pairs, place, scope) if token.kind == "name" else None
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


def _claim_at(tokens: Sequence[Token], pairs: dict[int, int], place: int, scope: _Scope) -> Said | None:
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
    if names[-1] == "AssertionError":
        return None
    if names[0] == "expect":
        said = _of_expect(tokens, pairs, names, at, scope)
        return _spoken(said, scope.made_up, _behind(tokens, pairs, at, given)) if said else None
    if names[0] == "assert" or (len(names) == 1 and names[0] in STRICT_CALLS):
        return _spoken(_of_assert(token.line, names, given, scope), scope.made_up, given)
    known = names[0] in scope.helpers or (CHECKING.match(names[-1]) is not None)
    return Said(token.line) if known else None


def _spoken(said: Said, made_up: frozenset[str], given: Sequence[tuple[Token, ...]]) -> Said:
    """The claim, with what is wrong where it speaks of nothing but what the test made up."""
    names = frozenset(name for each in given for name in free_names(each))
    awaited = any(token.text == "await" for each in given for token in each)
    own = not said.fault and bool(names) and names <= made_up and not awaited
    return Said(said.line, OWN) if own else said


def _behind(
    tokens: Sequence[Token], pairs: dict[int, int], at: int, given: Sequence[tuple[Token, ...]]
) -> list[tuple[Token, ...]]:
    """What an `expect` is given, and its matcher."""
    _, behind = _chain(tokens, pairs[at])
    called = behind < len(tokens) and is_mark(tokens[behind], "(")
    return [*given, *(arguments(tokens[behind + 1 : pairs[behind]]) if called else [])]


def _chain(tokens: Sequence[Token], place: int) -> tuple[list[str], int]:
    """The names of `a.b.c` that begin here, and the place behind them."""
    names, at = [tokens[place].text], place + 1
    while at + 1 < len(tokens) and tokens[at].text in (".", "?.") and tokens[at + 1].kind == "name":
        names.append(tokens[at + 1].text)
        at += 2
    return names, at


def _of_assert(line: int, names: Sequence[str], given: Sequence[tuple[Token, ...]], scope: _Scope) -> Said:
    method = names[-1]
    if method == "fail":
        return Said(line, STUB, never_holds=True)
    if method in ("assert", "ok", "isTrue", "isOk") and given and constant(given[0]):
        return Said(line, TAUTOLOGY) if _truth(given[0]) else Said(line, STUB, never_holds=True)
    if method in ALIKE and len(given) >= 2 and (fault := _of_pair(line, given[0], given[1])).fault:
        return fault
    if given and only_there(names, given[0], given[1:2], scope.imported):
        return Said(line, EXISTS)
    return Said(line, BROAD if any_exception(names, given[1:2]) else "")


def _of_pair(line: int, one: tuple[Token, ...], other: tuple[Token, ...], turned: bool = False) -> Said:
    same = _words(one) == _words(other)
    if constant(one) and constant(other):
        return Said(line, TAUTOLOGY) if same != turned else Said(line, STUB, never_holds=True)
    return Said(line, ITSELF) if same else Said(line)


def _of_expect(
    tokens: Sequence[Token], pairs: dict[int, int], names: Sequence[str], at: int, scope: _Scope
) -> Said | None:
    line = tokens[at].line
    if len(names) > 1 and names[1] in ("assertions", "hasAssertions", "extend", "addSnapshotSerializer"):
        return None
    if names[-1] in ("fail", "unreachable"):
        return Said(line, STUB, never_holds=True)
    matchers, behind = _chain(tokens, pairs[at])
    if len(matchers) == 1:
        return Said(line, OPEN_END)
    subject = next(iter(arguments(tokens[at + 1 : pairs[at]])), ())
    called = behind < len(tokens) and is_mark(tokens[behind], "(")
    expected = arguments(tokens[behind + 1 : pairs[behind]]) if called else []
    turned = "not" in matchers
    if matchers[-1] in MATCHED_ALIKE and expected and (fault := _of_pair(line, subject, expected[0], turned)).fault:
        return fault
    if only_there(matchers, subject, expected, scope.imported):
        return Said(line, EXISTS)
    if any_exception(matchers, expected):
        return Said(line, BROAD)
    if constant(subject):
        return Said(line, TAUTOLOGY)
    return Said(line) if called or matchers[-1] not in CHAINED or len(matchers) > 2 else Said(line, OPEN_END)


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
