"""Finds what a change to a JavaScript test file takes from under the old tests there: helpers, hooks, mocks, tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.javascript_imports import taken
from tdd_orchestrator.core.javascript_statements import Declaration, declarations, loose
from tdd_orchestrator.core.javascript_tests import SUITES, TESTS, Block, Titles, blocks_of, titled
from tdd_orchestrator.core.javascript_tokens import PAIRS, Token, is_mark, pairs_of, tokens_of
from tdd_orchestrator.core.old_support import CHANGED

HOOKS = frozenset({"before", "beforeEach", "beforeAll", "after", "afterEach", "afterAll"})
OFFERING = ("module . exports", "exports .", "export")
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
        yield from _imports(path, before, after)
        yield from _loose(path, before, after)
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


def _imports(path: str, before: str, after: str) -> Iterator[Reason]:
    """Names that meant something imported, and mean something else now."""
    was = {each.local: (each.module, each.name) for each in taken(before)}
    now = {each.local: (each.module, each.name) for each in taken(after)}
    declared = declarations(after)
    for name in was:
        if name and name in declared and name not in now:
            yield Reason("", None, path, declared[name].first, CHANGED.format(name=name, path=path))
        elif name and now.get(name, was[name]) != was[name]:
            yield Reason("", None, path, 0, CHANGED.format(name=name, path=path))


def _loose(path: str, before: str, after: str) -> Iterator[Reason]:
    """Statements of the file itself, which are run for every test in it and for all who load it."""
    was, now = [_statements(text) for text in (before, after)]
    for key, statement in now.items():
        if key not in was and not key.startswith(OFFERING):
            yield Reason("", None, path, statement.first, UNASKED.format(name=_shown(key), path=path))
        elif key in was and not _grew(was[key].words, statement.words):
            yield Reason("", None, path, statement.first, CHANGED.format(name=_shown(key), path=path))
    for key in was:
        if key not in now:
            yield Reason("", None, path, 0, CHANGED.format(name=_shown(key), path=path))


def _statements(source: str) -> dict[str, Declaration]:
    """By what they set or say; tests, suites, hooks and mocks aside."""
    found = {}
    for each in loose(source):
        if not (TESTS | SUITES | HOOKS | MOCKING) & {*each.words}:
            setting = each.words.index("=") if "=" in each.words else len(each.words)
            found[" ".join(each.words[:setting])] = each
    return found


def _shown(key: str) -> str:
    return "".join(key.split())[:60]


def _grew(was: Words, now: Words) -> bool:
    """Whether it is as it was, or an object that only got more in it: `module.exports = { one, two }`."""
    if was == now or "{" not in was or "{" not in now:
        return was == now
    old, new = ([*_entries(words)] for words in (was, now))
    return was[: was.index("{")] == now[: now.index("{")] and all(each in new for each in old)


def _entries(words: Words) -> Iterator[Words]:
    """What an object holds, entry by entry."""
    inner, depth, entry = words[words.index("{") + 1 :], 0, list[str]()
    for word in inner:
        depth += (word in PAIRS) - (word in PAIRS.values())
        if depth < 0:
            break
        if word == "," and not depth:
            yield tuple(entry)
            entry = []
        else:
            entry.append(word)
    if entry:
        yield tuple(entry)


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
