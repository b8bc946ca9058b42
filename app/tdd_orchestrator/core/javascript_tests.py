"""The tests in a JavaScript or TypeScript file, read from its text: where each is, what it is called, what it says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tdd_orchestrator.core.javascript_tokens import Token, is_mark, literal, pairs_of, tokens_of

TESTS = frozenset({"test", "it", "specify", "fit", "xit", "xtest"})
SUITES = frozenset({"describe", "suite", "context", "fdescribe", "xdescribe"})
# Called with something else first, and only then with the title.
IN_TWO_CALLS = frozenset({"each", "for", "skipIf", "runIf"})

SOME = "\0"
"""Stands in a test's name for what only a run knows."""
TELLING = 3
"""How many letters of a title must be known."""

Titles = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A call that defines a test or a suite. `title` is None where it is computed; `body` are the call's arguments.

    `spelled` is the title with `SOME` for what is filled in at run time.
    """

    name: str
    title: str | None
    line: int
    modifiers: tuple[str, ...]
    body: tuple[Token, ...]
    whole: tuple[Token, ...]
    inner: tuple["Block", ...] = ()
    spelled: str | None = None

    @property
    def is_suite(self) -> bool:
        return self.name in SUITES

    @property
    def said(self) -> tuple[str, ...]:
        """Its words without line numbers: two blocks that say the same are the same."""
        return tuple(token.text for token in self.whole)


def blocks_of(source: str) -> tuple[Block, ...]:
    """The outermost tests and suites of a file. Raises SyntaxError where its brackets do not match."""
    return tuple(_blocks(tokens_of(source)))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    pairs, place = pairs_of(tokens), 0
    while place < len(tokens):
        found = _block_at(tokens, pairs, place)
        if found is None:
            place += 1
            continue
        yield found[0]
        place = found[1]


def _block_at(tokens: Sequence[Token], pairs: dict[int, int], start: int) -> tuple[Block, int] | None:
    """The block that begins here and the place behind it."""
    token = tokens[start]
    if token.kind != "name" or token.text not in TESTS | SUITES:
        return None
    if start and tokens[start - 1].text in (".", "?.", "function", "class", "new"):
        return None
    modifiers, at = [], start + 1
    while at + 1 < len(tokens) and is_mark(tokens[at], ".") and tokens[at + 1].kind == "name":
        modifiers.append(tokens[at + 1].text)
        at += 2
    if not IN_TWO_CALLS.isdisjoint(modifiers) and at < len(tokens):
        at = pairs.get(at, at) + 1
    if at >= len(tokens) or not is_mark(tokens[at], "("):
        return None
    end = pairs[at]
    body = tuple(tokens[at + 1 : end])
    if not body or (literal(body[0]) is None and not any(each.text in ("=>", "function") for each in body)):
        return None
    title = None if not IN_TWO_CALLS.isdisjoint(modifiers) else literal(body[0]) if _alone(body) else None
    inner = tuple(_blocks(body)) if token.text in SUITES else ()
    whole = tuple(tokens[start : end + 1])
    plain = title if title is not None else _spelled(body[0]) if _alone(body) else None
    return Block(token.text, title, token.line, tuple(modifiers), body, whole, inner, plain), end + 1


def _alone(body: Sequence[Token]) -> bool:
    """Whether the title is the first token and nothing is added to it."""
    return len(body) == 1 or is_mark(body[1], ",")


def titled(blocks: Sequence[Block]) -> Iterator[tuple[Titles, Block]]:
    """Every test with the titles that lead to it, its own last."""
    for block in blocks:
        if block.is_suite:
            yield from (((block.title, *titles), inner) for titles, inner in titled(block.inner))
        else:
            yield (block.title,), block


def spelled(blocks: Sequence[Block], above: str = "") -> Iterator[tuple[str | None, Block]]:
    """Every test with its name below the file, `SOME` where a title is filled in at run time; `None`: nobody knows."""
    for block in blocks:
        name = None if block.spelled is None or above is None else f"{above}{block.spelled}"
        if not block.is_suite:
            yield name, block
        elif name is not None:
            yield from spelled(block.inner, f"{name}::")


def _spelled(token: Token) -> str | None:
    """A title that is filled in at run time, as far as it is known; `None` where that is next to nothing."""
    if token.kind not in ("string", "template"):
        return None
    found = re.sub(r"\$\{[^}]*\}|%[a-zA-Z#$%]|\$[\w.#]+", SOME, token.text[1:-1])
    return found if len(re.findall(r"\w", found)) >= TELLING else None


def new_tests(path: str, before: str | None, after: str) -> tuple[str, ...]:
    """Selectors for what was written or rewritten: the whole file where it is new or cannot be read, else
    `file::suite::test`.

    A test whose title is computed is known by the report alone.
    """
    if before is None:
        return (path,) if _may_hold_tests(after) else ()
    try:
        was, now = named_tests(before), named_tests(after)
    except SyntaxError:
        return (path,)
    return tuple(f"{path}::{name}" for name, said in now.items() if was.get(name) != said)


def _may_hold_tests(source: str) -> bool:
    try:
        return next(titled(blocks_of(source)), None) is not None
    except SyntaxError:
        return True


def body_of(tokens: Sequence[Token]) -> int | None:
    """Where the body of the outermost function among the arguments of a block begins: a brace, or an expression."""
    pairs, place = pairs_of(tokens), 0
    while place < len(tokens) - 1:
        if tokens[place].text == "=>" and tokens[place].kind == "mark":
            return place + 1
        if tokens[place].text == "function":
            opening = next((at for at in range(place, len(tokens)) if is_mark(tokens[at], "(")), None)
            return None if opening is None else pairs[opening] + 1
        place = pairs.get(place, place) + 1
    return None


def named_tests(source: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """What each test whose title is plain says, by its titles joined with `::`. Raises SyntaxError."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for titles, block in titled(blocks_of(source)):
        if None not in titles:
            name = "::".join(title for title in titles if title is not None)
            found[name] = (*found.get(name, ()), block.said)
    return found


def always_defines_tests(source: str) -> bool:
    """Whether some test or suite stands outside of all brackets, so that whoever loads the file defines it. Raises
    SyntaxError.
    """
    tokens = tokens_of(source)
    pairs, place = pairs_of(tokens), 0
    while place < len(tokens):
        if _block_at(tokens, pairs, place) is not None:
            return True
        place = pairs.get(place, place) + 1
    return False
