"""Turns what a JavaScript test asserts into something that cannot hold, as `controls` does for Python."""

from collections.abc import Iterator, Sequence

from tdd_orchestrator.core.javascript_tests import Block, blocks_of, titled
from tdd_orchestrator.core.javascript_tokens import Token, is_mark, pairs_of
from tdd_orchestrator.core.vacuous_javascript import ALIKE, MATCHED_ALIKE

NOTHING_EQUALS = 'Symbol("this test was made to fail")'
STOP = '(() => { throw new Error("this test was made to fail"); })()'
Edit = tuple[int, int, str]
"""Where to cut (first and behind the last character), and what to put there."""


def falsified(source: str, wanted: frozenset[str]) -> str | None:
    """The source with each of these tests (titles joined with `::`) made to fail; `None` where there is none of them.

    The first equality that is surely reached gets something that equals nothing; any other test is stopped at once.
    """
    try:
        tests = [block for titles, block in titled(blocks_of(source)) if None not in titles and _name(titles) in wanted]
    except SyntaxError:
        return None
    edits = sorted((edit for block in tests for edit in _turned(block)), reverse=True)
    for start, end, text in edits:
        source = source[:start] + text + source[end:]
    return source if edits else None


def _name(titles: Sequence[str | None]) -> str:
    return "::".join(title or "" for title in titles)


def _turned(block: Block) -> Iterator[Edit]:
    """At most one edit: in the block's last function, which is the test."""
    tokens = block.body
    pairs = pairs_of(tokens)
    start = _body_at(tokens, pairs)
    if start is None:
        return
    if not is_mark(tokens[start], "{"):  # an arrow with an expression
        yield tokens[start].at, tokens[start].at, f"{STOP} && "
        return
    expected = None if _may_end_early(tokens, start, pairs) else _expected(tokens, pairs, start)
    yield expected or (tokens[start].end, tokens[start].end, f" {STOP};")


def _body_at(tokens: Sequence[Token], pairs: dict[int, int]) -> int | None:
    """Where the body of the outermost function begins."""
    place = 0
    while place < len(tokens) - 1:
        if tokens[place].text == "=>" and tokens[place].kind == "mark":
            return place + 1
        if tokens[place].text == "function":
            opening = next((at for at in range(place, len(tokens)) if is_mark(tokens[at], "(")), None)
            return None if opening is None else pairs[opening] + 1
        place = pairs.get(place, place) + 1
    return None


def _may_end_early(tokens: Sequence[Token], start: int, pairs: dict[int, int]) -> bool:
    return any(token.text in ("return", "yield", "plan", "assertions") for token in tokens[start : pairs[start]])


def _expected(tokens: Sequence[Token], pairs: dict[int, int], start: int) -> Edit | None:
    """The expected value of the first equality among the body's own statements, and what to put in its place."""
    place = start + 1
    while place < pairs[start]:
        token = tokens[place]
        if token.text == "expect" and is_mark(tokens[place + 1], "("):
            after = pairs[place + 1]
            if tokens[after + 1].text == "." and tokens[after + 2].text in MATCHED_ALIKE:
                return _argument(tokens, pairs, after + 3, 0)
        if token.text == "assert" and tokens[place + 1].text == "." and tokens[place + 2].text in ALIKE:
            return _argument(tokens, pairs, place + 3, 1)
        place = pairs.get(place, place) + 1
    return None


def _argument(tokens: Sequence[Token], pairs: dict[int, int], opening: int, wanted: int) -> Edit | None:
    """The place of one argument of the call whose bracket opens there."""
    if not is_mark(tokens[opening], "("):
        return None
    starts, place = [opening + 1], opening + 1
    while place < pairs[opening]:
        if is_mark(tokens[place], ","):
            starts.append(place + 1)
        place = pairs.get(place, place) + 1
    if len(starts) <= wanted or starts[wanted] >= pairs[opening]:
        return None
    following = starts[wanted + 1] - 2 if len(starts) > wanted + 1 else pairs[opening] - 1
    return tokens[starts[wanted]].at, tokens[following].end, NOTHING_EQUALS
