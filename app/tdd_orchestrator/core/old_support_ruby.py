"""Finds what a change to a Ruby test file takes from under the old tests: helpers, set-up, the runner itself.

Every test file is loaded into one process, so that what a new file opens again is open for the old tests as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.hooks import SAID
from tdd_orchestrator.core.meddling import REPLACES
from tdd_orchestrator.core.meddling_ruby import findings
from tdd_orchestrator.core.old_support import CHANGED
from tdd_orchestrator.core.ruby_tests import BLOCK, GROUP, METHOD
from tdd_orchestrator.core.ruby_text import block_end, depth_of, plain, without_remarks

UNASKED = "`{name}` in {path} decides for old tests as well: put it into a new file, or a new group."
DECIDING = re.compile(
    r"^[ \t]*(?:class|module)[ \t]+(?:::)?((?:Mini[Tt]est|RSpec|Test::Unit|ActiveSupport)(?:::\w+)*)\b(?![ \t]*<)"
    r"|\b(Mini[Tt]est\.(?:extensions|after_run|seed|autorun|run|reporter|load|register_plugin|plugin_\w+)"
    r"|Minitest::(?:Test|Runnable|Spec|Assertions|Result)\.(?:\w*eval|prepend|include|send|define_method|reset|runnables)"
    r"|RSpec::(?:Core|Expectations|Matchers|Mocks)\b[\w:]*\.(?:\w*eval|prepend|include|send|define_method|register)"
    r"|\bat_exit\b|^exit!?(?=[ (]|$)|^abort\b)"
)
CONFIGURED = re.compile(r"\bRSpec\.configure\b")
HOOKING = re.compile(
    r"\.(?:before|after|around|prepend_before|prepend_after|append_after|include|extend|prepend|filter_run\w*"
    r"|\w*exclu\w*|define_derived_metadata|add_formatter|reporter|dry_run|failure_exit_code|add_setting|when_first\w*)\b"
)
HARMLESS = re.compile(
    r"(?:private|protected|public)$|require(?:_relative)?\b|\$LOAD_PATH|\$:|attr_|using\b|frozen_string"
)
SPECIAL = re.compile(
    r"def (?:self\.)?(?:(?:before_|after_)?(?:setup|teardown)|assert\w*|refute\w*|expect\w*|run\w*|_\()"
)
NAMED = re.compile(
    r"(?P<name>def (?:self\.)?[\w?!=]+|(?:let!?|subject)\s*\(?\s*:?\w*|[A-Z]\w*(?=\s*=)|(?:before|after|around)\b.*)"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What stands in a group beside its tests: its words, what to call it, and its 1-based line."""

    said: str
    shown: str
    line: int


Key = tuple[tuple[str, ...], str]
"""The groups around a statement, and its name or, where it has none, its words."""


def undermined(path: str, before: str | None, after: str) -> Iterator[Reason]:
    """What the old tests rest on and what is not as it was; and what a file decides for all tests."""
    yield from _deciding(path, before, after)
    if before is None:
        return
    (was, old_groups), (now, _) = _read(before), _read(after)
    for (group, name), statement in now.items():
        earlier = was.get((group, name))
        if earlier is None and _reaches(group, old_groups) and _decides(name):
            yield Reason("", None, path, statement.line, UNASKED.format(name=statement.shown, path=path))
        elif earlier is not None and not _grew(earlier.said, statement.said):
            yield Reason("", None, path, statement.line, CHANGED.format(name=statement.shown, path=path))
    for key, gone in was.items():
        if key not in now and not HARMLESS.match(key[1]):
            yield Reason("", None, path, 0, CHANGED.format(name=gone.shown, path=path))


def _deciding(path: str, before: str | None, after: str) -> Iterator[Reason]:
    """Hooks of the runner, and methods of Ruby's own classes, that the file did not have before."""
    was = {name for name, _ in _hooks(before or "")}
    for name, line in _hooks(after):
        if name not in was:
            yield Reason(path, None, path, line, SAID.format(name=name, path=path))
    known = {what for said, what, _ in findings(before or "") if said == REPLACES}
    for said, what, line in findings(after):
        if said == REPLACES and what not in known:
            yield Reason(path, None, path, line, SAID.format(name=what, path=path))


def _hooks(source: str) -> Iterator[tuple[str, int]]:
    lines = plain(source).splitlines()
    for place, line in enumerate(lines):
        if found := DECIDING.search(line):
            yield found[1] or found[2], place + 1
        if CONFIGURED.search(line) and HOOKING.search("\n".join(lines[place : block_end(lines, place) + 1])):
            yield "RSpec.configure", place + 1


def _read(source: str) -> tuple[dict[Key, Statement], frozenset[tuple[str, ...]]]:
    """Statements that are no tests, by group; and the groups that hold tests."""
    lines, found, holding = without_remarks(source).splitlines(), dict[Key, Statement](), set[tuple[str, ...]]()
    groups: list[tuple[int, str]] = []
    place = 0
    while place < len(lines):
        line, depth = lines[place], depth_of(lines[place])
        if not line.strip() or re.match(r"[ \t]*end\b", line):
            place += 1
            continue
        groups = [group for group in groups if group[0] < depth]
        within = tuple(group[1] for group in groups)
        if GROUP.match(line):
            groups.append((depth, " ".join(line.split())))
            place += 1
            continue
        end = block_end(lines, place)
        if METHOD.match(line) or BLOCK.match(line):
            holding.add(within)
        else:
            said = " ".join(" ".join(lines[place : end + 1]).split())
            name = _name(line, said)
            found[within, name] = Statement(said, line.strip() if name == said else name, place + 1)
        place = end + 1
    return found, frozenset(holding)


def _name(line: str, said: str) -> str:
    named = NAMED.match(line.strip())
    return " ".join(named["name"].split()) if named else said


def _reaches(group: tuple[str, ...], old: frozenset[tuple[str, ...]]) -> bool:
    """Whether old tests stand in the group, or in one inside of it."""
    return not old or any(each[: len(group)] == group for each in old)


def _decides(name: str) -> bool:
    """Whether something new beside old tests has a say in how they end; a helper of another name has not."""
    if HARMLESS.match(name):
        return False
    return SPECIAL.match(name) is not None or not re.match(r"def |let|subject\s*\(|[A-Z]\w*$", name)


def _grew(was: str, now: str) -> bool:
    """Whether it is as it was, or a table that only got longer."""
    table = re.match(r"[A-Z]\w* = .*[\]}](?:\.freeze)?$", was) is not None
    return was == now or (table and now.startswith(re.sub(r"[\]} ,]*(?:\.freeze)?$", "", was)))
