"""Turns what a JavaScript test asserts into something that cannot hold, as `controls` does for Python."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tdd_orchestrator.core.hollow_javascript import constant
from tdd_orchestrator.core.javascript_tests import Block, blocks_of, body_of, spelled
from tdd_orchestrator.core.javascript_tokens import Token, arguments, is_mark, pairs_of
from tdd_orchestrator.core.vacuous_javascript import ALIKE, MATCHED_ALIKE, STRICT_CALLS

NOTHING_EQUALS = 'Symbol("this test was made to fail")'
STOP = '(() => { throw new Error("this test was made to fail"); })()'
Edit = tuple[int, int, str]
"""Where to cut (first and behind the last character), and what to put there."""
OPPOSITE = {
    "notEqual": "equal",
    "notStrictEqual": "strictEqual",
    "notDeepEqual": "deepEqual",
    "notDeepStrictEqual": "deepStrictEqual",
    "match": "doesNotMatch",
    "doesNotMatch": "match",
    "throws": "doesNotThrow",
    "doesNotThrow": "throws",
    "rejects": "doesNotReject",
    "doesNotReject": "rejects",
}
TRUE = frozenset({"assert", "ok", "isTrue", "isOk", "true"})
CONDITIONAL = frozenset({"if", "while", "for", "with", "switch", "catch"})
OPEN = frozenset("+-*/%=<>?:.,&|!([") | {"=>", "&&", "||", "??", "===", "!==", "==", "!=", "?.", "..."}


def names(source: str) -> list[str]:
    """The tests of a file by name, with `SOME` in it where titles are filled in. Raises SyntaxError."""
    return [name for name, _ in spelled(blocks_of(source)) if name is not None]


def falsified(source: str, wanted: frozenset[str]) -> str | None:
    """The source with each of these tests (by `names`) made to fail; `None` where there is none of them.

    The first assertion that is surely reached is turned round, an equality into one with something that equals
    nothing; any other test is stopped at once.
    """
    try:
        tests = [block for name, block in spelled(blocks_of(source)) if name in wanted]
    except SyntaxError:
        return None
    edits = sorted((edit for block in tests for edit in _turned(block)), reverse=True)
    for start, end, text in edits:
        source = source[:start] + text + source[end:]
    return source if edits else None


def _turned(block: Block) -> Iterator[Edit]:
    """What to change in the block's function, which is the test."""
    tokens = block.body
    pairs, start = pairs_of(tokens), body_of(tokens)
    if start is None:
        return
    if not is_mark(tokens[start], "{"):  # an arrow with an expression
        first = start + 1 if tokens[start].text == "await" else start
        yield from _claim(tokens, pairs, first) or [(tokens[start].at, tokens[start].at, f"{STOP} && ")]
        return
    found = [] if _may_end_early(tokens, start, pairs) else _reached(tokens, pairs, start)
    yield from found or [(tokens[start].end, tokens[start].end, f" {STOP};")]


def _may_end_early(tokens: Sequence[Token], start: int, pairs: Mapping[int, int]) -> bool:
    """A `return` inside of a block, or a number of assertions that is counted: what stands further down may not run."""
    place, depth = start + 1, [pairs[start]]
    while place < pairs[start]:
        while place > depth[-1]:
            depth.pop()
        token = tokens[place]
        if is_mark(token, "{") and _is_function(tokens, pairs, place):
            place = pairs[place] + 1
            continue
        if is_mark(token, "{"):
            depth.append(pairs[place])
        if token.text in ("yield", "plan", "assertions") or (token.text == "return" and len(depth) > 1):
            return True
        if token.text == "return" and _before(tokens, place) == ")":  # `if (...) return`
            return True
        place += 1
    return False


def _is_function(tokens: Sequence[Token], pairs: Mapping[int, int], place: int) -> bool:
    """Whether the brace opens the body of an inner function or method."""
    if is_mark(tokens[place - 1], "=>"):
        return True
    if not is_mark(tokens[place - 1], ")"):
        return False
    opening = next((first for first, end in pairs.items() if end == place - 1), 0)
    return tokens[opening - 1].text not in CONDITIONAL


def _before(tokens: Sequence[Token], place: int) -> str:
    return tokens[place - 1].text if place else ""


def _reached(tokens: Sequence[Token], pairs: Mapping[int, int], start: int) -> list[Edit]:
    """The edits of the first claim among the statements of a body that are surely reached."""
    place = start + 1
    while place < pairs[start]:
        token = tokens[place]
        if _begins(tokens, pairs, place):
            first = place + 1 if token.text in ("await", "return") else place
            first = first + 1 if tokens[first].text == "await" else first
            if edits := _claim(tokens, pairs, first):
                return edits
            if token.text in ("return", "throw"):
                return []
            if (inner := _loop(tokens, pairs, place)) and (edits := _reached(tokens, pairs, inner)):
                return edits
        place = pairs.get(place, place) + 1
    return []


def _begins(tokens: Sequence[Token], pairs: Mapping[int, int], place: int) -> bool:
    """Whether a statement begins here that nothing before it can keep from being run."""
    before = tokens[place - 1]
    if before.text in (";", "{", "}"):
        return True
    if before.line == tokens[place].line or before.text in OPEN | {"else", "do"}:
        return False
    if not is_mark(before, ")"):
        return True
    opening = next((first for first, end in pairs.items() if end == place - 1), 0)
    return tokens[opening - 1].text not in CONDITIONAL


def _loop(tokens: Sequence[Token], pairs: Mapping[int, int], place: int) -> int | None:
    """The body of `for (... of [one, ...]) {`, a table that is not empty."""
    if tokens[place].text != "for" or not is_mark(tokens[place + 1], "("):
        return None
    end = pairs[place + 1]
    table = next((at + 1 for at in range(place, end) if tokens[at].text == "of" and is_mark(tokens[at + 1], "[")), None)
    full = table is not None and pairs[table] == end - 1 and pairs[table] > table + 1
    return end + 1 if full and is_mark(tokens[end + 1], "{") else None


def _claim(tokens: Sequence[Token], pairs: Mapping[int, int], place: int) -> list[Edit]:
    """The edits that turn round the assertion which begins here; none where there is none."""
    names, at = _chain(tokens, place)
    if not names or at >= len(tokens) or not is_mark(tokens[at], "("):
        return []
    if names[0] == "expect":
        return _of_expect(tokens, pairs, pairs[at])
    known = "assert" in names[:2] or (len(names) == 1 and names[0] in STRICT_CALLS)
    return _of_assert(tokens, pairs, names[-1], at) if known else []


def _chain(tokens: Sequence[Token], place: int) -> tuple[list[str], int]:
    """The names of `a.b.c` that begin here, and the place behind them."""
    names = []
    while place < len(tokens) and tokens[place].kind == "name":
        names.append(tokens[place].text)
        if place + 1 >= len(tokens) or tokens[place + 1].text != ".":
            return names, place + 1
        place += 2
    return names, place


def _of_assert(tokens: Sequence[Token], pairs: Mapping[int, int], name: str, at: int) -> list[Edit]:
    given = arguments(tokens[at + 1 : pairs[at]])
    if name in ALIKE and len(given) > 1:
        return [_put(given[0 if constant(given[0]) and not constant(given[1]) else 1])]
    if name in TRUE and given and not constant(given[0]):
        return [(given[0][0].at, given[0][0].at, "!("), (given[0][-1].end, given[0][-1].end, ")")]
    if name in OPPOSITE and given:
        return [(tokens[at - 1].at, tokens[at - 1].end, OPPOSITE[name])]
    return []


def _of_expect(tokens: Sequence[Token], pairs: Mapping[int, int], end: int) -> list[Edit]:
    """`end`: where the bracket of `expect(` is closed. What follows is turned round."""
    words = end + 2
    if words >= len(tokens) or not is_mark(tokens[end + 1], "."):
        return []
    names, behind = _chain(tokens, words)
    if "not" in names:
        here = words + 2 * names.index("not")
        return [(tokens[here].at, tokens[here + 1].end, "")] if is_mark(tokens[here + 1], ".") else []
    called = behind < len(tokens) and is_mark(tokens[behind], "(")
    given = arguments(tokens[behind + 1 : pairs[behind]]) if called else []
    if names[-1] in MATCHED_ALIKE and given:
        return [_put(given[0])]
    chai = {"to", "be", "have"} & {*names}
    before = tokens[words if chai else behind - 1]
    return [(before.at, before.at, "not.")] if called or chai else []


def _put(given: Iterable[Token]) -> Edit:
    tokens = tuple(given)
    return tokens[0].at, tokens[-1].end, NOTHING_EQUALS
