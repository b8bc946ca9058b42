"""Finds what a change to a JavaScript test file takes from under the old tests there: helpers, hooks, mocks, tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.javascript_statements import declarations
from tdd_orchestrator.core.javascript_tests import Block, Titles, blocks_of, titled
from tdd_orchestrator.core.javascript_tokens import Token, is_mark, pairs_of, tokens_of
from tdd_orchestrator.core.old_support import CHANGED

HOOKS = frozenset({"before", "beforeEach", "beforeAll", "after", "afterEach", "afterAll"})
MOCKING = frozenset({"mock", "doMock", "unstable_mockModule", "stubGlobal", "useFakeTimers", "setSystemTime"})
UNASKED = "`{name}` in {path} decides for old tests as well: put it into a new file, or a new `describe`."
TABLE = "A test with a computed title in {path} is not what it was: leave it, and add a new one beside it."

Words = tuple[str, ...]


def undermined(path: str, before: str | None, after: str) -> Iterator[Reason]:
    """What old tests of the file rest on and what is not as it was. Nothing where one side cannot be read."""
    if before is None:
        return
    try:
        old, new = blocks_of(before), blocks_of(after)
        yield from _declarations(path, before, after)
        if suites := {titles[:-1] for titles, _ in titled(old)}:
            yield from _hooks(path, before, after, suites)
            yield from _tables(path, old, new)
    except SyntaxError:
        return


def _declarations(path: str, before: str, after: str) -> Iterator[Reason]:
    was = declarations(before)
    for name, now in declarations(after).items():
        if name in was and was[name].words != now.words:
            yield Reason("", None, path, now.first, CHANGED.format(name=name, path=path))


def _hooks(path: str, before: str, after: str, suites: set[Titles]) -> Iterator[Reason]:
    """Hooks and mocks of the file and of suites that hold old tests: neither more nor fewer than there were."""
    was, now = _calls(before), _calls(after)
    for where in sorted({(), *suites}, key=str):
        earlier = Counter(words for words, _ in was.get(where, ()))
        for words, line in now.get(where, ()):
            if not earlier[words]:
                yield Reason("", None, path, line, UNASKED.format(name=words[0], path=path))
            earlier[words] -= 1
        if gone := next((words for words, left in earlier.items() if left > 0), None):
            yield Reason("", None, path, 0, CHANGED.format(name=gone[0], path=path))


def _calls(source: str) -> Mapping[Titles, list[tuple[Words, int]]]:
    """Hooks and mocks by the titles of the suite that they stand in; those inside tests are the tests' own."""
    found: dict[Titles, list[tuple[Words, int]]] = {(): _calls_in(tokens_of(source), blocks_of(source))}
    pending: list[tuple[Titles, Block]] = [((), block) for block in blocks_of(source)]
    while pending:
        above, block = pending.pop()
        if block.is_suite:
            titles = (*above, block.title)
            found.setdefault(titles, []).extend(_calls_in(block.body, block.inner))
            pending += [(titles, inner) for inner in block.inner]
    return found


def _calls_in(tokens: Sequence[Token], inner: Sequence[Block]) -> list[tuple[Words, int]]:
    taken = {token.at for block in inner for token in block.whole}
    pairs, found = pairs_of(tokens), []
    for place, token in enumerate(tokens[:-1]):
        after_dot = place > 0 and tokens[place - 1].text == "."
        known = token.text in MOCKING if after_dot else token.text in HOOKS
        if known and token.at not in taken and is_mark(tokens[place + 1], "("):
            found.append((tuple(each.text for each in tokens[place : pairs[place + 1] + 1]), token.line))
    return found


def _tables(path: str, old: Sequence[Block], new: Sequence[Block]) -> Iterator[Reason]:
    """Tests that only the report knows by name: each must still be there as it was."""
    kept = {block.said for titles, block in titled(new) if None in titles}
    for titles, block in titled(old):
        if None in titles and block.said not in kept:
            yield Reason("", None, path, block.line, TABLE.format(path=path))
