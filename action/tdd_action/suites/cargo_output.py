"""Reads what `cargo test` says: JSON of the compiler, and the lines of libtest by the binary that printed them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.recorded import UNSEEN, Record, completed, last_words, stopped
from tdd_action.suites.rust_crate import Crate
from tdd_action.suites.sealed_record import void
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core.evidence.reports import TIMEOUT, Ended, Outcome, Phase, SuiteReport, TestResult, selects
from tdd_orchestrator.core.rust_compiler import Fault, fault
from tdd_orchestrator.core.rust_tests import line_in_test

RUNNING = re.compile(r"^\s+Running (?:unittests )?(\S+) \((\S+)\)")
DOC_TESTS = re.compile(r"^\s+Doc-tests (\S+)")
COUNT = re.compile(r"^running (\d+) tests?$")
TEST = re.compile(r"^test (.+?)(?: - should panic)? \.\.\. (?:.*\s)?(ok|FAILED|ignored)(?:, .*)?$")
RESULT = re.compile(r"^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored")
SECTION = re.compile(r"^---- (.+?) stdout ----$")
LISTED = re.compile(r"^(.+): test$")
PANIC = re.compile(r"^thread .* panicked at (?:(.+?\.rs):(\d+):\d+:?|'(.*)', (.+?\.rs):(\d+):\d+)$")
DOC = re.compile(r"^(\S+\.rs) - (.*?) ?\(line \d+\)$")
ASSERTING = re.compile(r"\b(?:debug_|prop_)?assert\w*!|\bpanic!|\bunreachable!")
ENDS = {"ok": Outcome.PASSED, "FAILED": Outcome.FAILED, "ignored": Outcome.SKIPPED}
EVERYTHING = "**"
MOST = 4000


@dataclass
class Binary:
    """One test binary while its lines are read."""

    source: str
    program: str = ""
    doc: bool = False
    expected: int = -1
    ends: list[tuple[str, str]] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)
    closed: tuple[int, int, int] | None = None
    section: str = ""

    def take(self, line: str) -> None:
        """One line of output: a test's end, the head of a section, a line of the section, or the sum."""
        if found := COUNT.match(line):
            self.expected = int(found[1])
        elif found := RESULT.match(line):
            self.closed, self.section = (int(found[1]), int(found[2]), int(found[3])), ""
        elif found := SECTION.match(line):
            self.section = found[1]
            self.said.setdefault(self.section, [])
        elif line == "failures:":
            self.section = ""
        elif self.section:
            self.said[self.section].append(line)
        elif found := TEST.match(line):
            self.ends.append((found[1], found[2]))
        elif found := LISTED.match(line):
            self.listed.append(found[1])

    def fault(self) -> str:
        """What does not add up in what it said."""
        names = [name for name, _ in self.ends]
        if len(set(names)) != len(names):
            return "a test ended twice"
        if self.closed is None:
            return f"{self.source} ended before it had said how its tests ended"
        counts = tuple(sum(1 for _, end in self.ends if end == which) for which in ("ok", "FAILED", "ignored"))
        return "" if counts == self.closed and len(names) == self.expected else f"{self.source} does not add up"


def read_output(record: Record, outcome: ProcessOutcome, root: Path, command: SuiteCommand) -> SuiteReport:
    """The report of one run. What does not add up ends as something else than `completed`."""
    crate = Crate.at(root)
    messages, binaries = _read(record)
    if stop := stopped(record, outcome, tuple(_running(record, binaries, crate))):
        return stop
    broken = [*_broken(messages, crate)]
    if not broken and not binaries:
        return void(Ended.COULD_NOT_RUN, f"cargo test did not run: {_complaint(record)}", outcome)
    if command.collect_only:
        return completed([*_listed(binaries, crate)], broken, record, outcome)
    if said := next((said for each in binaries if (said := each.fault())), ""):
        return void(Ended.CRASHED, f"The run is void: {said}: {last_words(record)}", outcome)
    if unseen := _unseen(binaries, record):
        return void(Ended.FORGED, UNSEEN.format(test=unseen), outcome)
    results: dict[str, TestResult] = {}
    for each in (result for binary in binaries for result in _results(binary, crate)):
        if each.id not in results or each.bad:
            results[each.id] = each
    wanted = command.selected
    chosen = [each for each in results.values() if wanted is None or any(selects(one, each.id) for one in wanted)]
    return completed(chosen, broken, record, outcome, ran=len(chosen) == len(results))


def _running(record: Record, binaries: list[Binary], crate: Crate) -> Iterator[TestResult]:
    """The tests that a witness saw begin and not end: what a run hangs in, or fell over."""
    ended = {(each.program, each.name) for each in record.seen if each.end != "start"}
    sources = {each.program: each.source for each in binaries}
    for each in record.seen:
        program = each.program.rpartition("/")[2]
        if each.end == "start" and (each.program, each.name) not in ended and program in sources:
            path, inner, line = crate.place(sources[program], each.name)
            told = "The run was stopped before it ended."
            yield TestResult(f"{path}::{inner}", Outcome.ERROR, exception=TIMEOUT, message=told, path=path, line=line)


def _unseen(binaries: list[Binary], record: Record) -> str:
    """A test that is said to have passed, and that no witness in its process saw pass; empty where there is none.

    The tests in documentation are processes of their own, judged by how they end: no witness is in them.
    """
    if not record.watched:
        return ""
    seen = {(each.program.rpartition("/")[2], each.name) for each in record.seen if each.end == "pass"}
    ends = [(each, *end) for each in binaries if not each.doc for end in each.ends]
    return next((name for each, name, end in ends if end == "ok" and (each.program, name) not in seen), "")


def _read(record: Record) -> tuple[list[dict[str, Any]], list[Binary]]:
    messages: list[dict[str, Any]] = []
    binaries: list[Binary] = []
    for line in record.out:
        if line.startswith('{"reason":'):
            messages.append(json.loads(line))
        elif found := RUNNING.match(line):
            binaries.append(Binary(_source(found[1], found[2], messages), found[2].rpartition("/")[2]))
        elif DOC_TESTS.match(line):
            binaries.append(Binary("doc", doc=True))
        elif binaries:
            binaries[-1].take(line)
    return messages, binaries


def _source(shown: str, executable: str, messages: list[dict[str, Any]]) -> str:
    """The root file of a binary: by the path of what was built, since the shown one lacks its package's folder."""
    name = executable.rpartition("/")[2]
    built = (each for each in messages if str(each.get("executable") or "").rpartition("/")[2] == name)
    return next((str(each["target"]["src_path"]) for each in built), shown)


def _results(binary: Binary, crate: Crate) -> Iterator[TestResult]:
    for name, end in binary.ends:
        said = binary.said.get(name, [])
        if binary.doc:
            yield _doctest(name, end, said)
        else:
            path, inner, line = crate.place(binary.source, name)
            yield _result(f"{path}::{inner}", path, line, end, said, crate)


def _doctest(name: str, end: str, said: list[str]) -> TestResult:
    found = DOC.match(name)
    path, item = (found[1], found[2]) if found else (name, "")
    told = "\n".join(said)[:MOST]
    asserted = ENDS[end] is Outcome.FAILED and "assertion" in told
    message = "" if end == "ok" else told
    return TestResult(f"{path}::doctest {item}".strip(), ENDS[end], message=message, path=path, asserted=asserted)


def _result(name: str, path: str, line: int, end: str, said: list[str], crate: Crate) -> TestResult:
    if ENDS[end] is not Outcome.FAILED:
        return TestResult(name, ENDS[end], path=path, line=line)
    panic = next(((place, found) for place, each in enumerate(said) if (found := PANIC.match(each))), None)
    if panic is None:
        told = " ".join(each for each in said if each)[:MOST]
        unmet = "did not panic as expected" in told
        return TestResult(name, Outcome.FAILED, exception="Error", message=told, path=path, line=line, asserted=unmet)
    place, found = panic
    where, at = crate.shown(found[1] or found[4]), int(found[2] or found[5])
    message = found[3] or "\n".join(each for each in said[place + 1 :] if each and not each.startswith("note: "))
    source = crate.text(where)
    inside = where == path and line_in_test(source, at)
    shown = "".join(source.splitlines()[at - 1 : at])
    asserted = message.startswith("assertion") or (ASSERTING.search(shown) is not None and _is_test(where, source, at))
    return TestResult(
        id=name,
        outcome=Outcome.FAILED,
        exception="assertion" if asserted else "panic",
        message=message[:MOST],
        path=path,
        line=at if inside else line,
        asserted=asserted and (inside or _is_test(where, source, at)),
        raised_in="" if inside or where.startswith("/") else where,
    )


def _is_test(path: str, source: str, line: int) -> bool:
    return "/tests/" in f"/{path}" or line_in_test(source, line)


def _broken(messages: list[dict[str, Any]], crate: Crate) -> Iterator[TestResult]:
    """One result for each file with errors, all of them in one message."""
    by_file: dict[str, list[Fault]] = {}
    for each in messages:
        message: dict[str, Any] = each.get("message") or {}
        if message.get("level") == "error" and (found := _fault(message, crate)):
            by_file.setdefault(found.path, []).append(found)
    for path, found_here in by_file.items():
        yield _uncompiled(path, [*dict.fromkeys(found_here)], crate)


def _fault(message: dict[str, Any], crate: Crate) -> Fault | None:
    span = next((each for each in message["spans"] if each["is_primary"]), None)
    if span is None:
        return None  # a sum of errors, not one of them
    labels = "; ".join(each["label"] for each in message["spans"] if each["label"])
    said = " ".join(f"{message['message']}{f' ({labels})' if labels else ''}".split())
    code = (message.get("code") or {}).get("code", "")
    return fault(crate.shown(str(span["file_name"])), int(span["line_start"]), code, said)


def _uncompiled(path: str, found: list[Fault], crate: Crate) -> TestResult:
    worst = next((each for each in found if not crate.own(each)), None)
    shown = worst or found[0]
    folder = crate.source_folder(path)
    missing = [f"{folder}:{name}".replace(" ", "_") for each in found for name in each.names]
    exception = "undefined"
    if worst:
        exception = "SyntaxError" if worst.syntax else "ImportError" if worst.names else "compile error"
    return TestResult(
        id=path,
        outcome=Outcome.ERROR,
        phase=Phase.COLLECT,
        exception=exception,
        message="\n".join(each.told() for each in (shown, *(one for one in found if one is not shown))),
        path=path,
        line=shown.line,
        missing="" if worst else " ".join(dict.fromkeys(missing)),
        takes_along=EVERYTHING,
    )


def _listed(binaries: list[Binary], crate: Crate) -> Iterator[TestResult]:
    for binary in binaries:
        for name in binary.listed:
            path, inner, line = ("doc", name, 0) if binary.doc else crate.place(binary.source, name)
            told = "collected only"
            yield TestResult(f"{path}::{inner}", Outcome.SKIPPED, Phase.COLLECT, message=told, path=path, line=line)


def _complaint(record: Record) -> str:
    errors = [line for line in record.out if line.startswith("error")]
    return errors[0] if errors else last_words(record)
