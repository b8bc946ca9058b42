"""Reads the events of `go test -json`, and the compiler's lines between them, as one report."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.recorded import UNSEEN, Record, completed, last_words, stopped
from tdd_action.suites.sealed_record import void
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT, Ended, Outcome, Phase, SuiteReport, TestResult
from tdd_orchestrator.core.go_compiler import MISSING, Fault, Kind, faults, folder_of, module_of
from tdd_orchestrator.core.go_tests import ENDING, tests_in

AT = re.compile(r"^\s*(?:Error Trace:\s+)?(?:\S*/)?(\w[\w.-]*_test\.go):(\d+):?\s?(.*)")
PANIC = re.compile(r"^\s*panic: (.*?)(?: \[recovered\])?$")
FRAME = re.compile(r"^\t(/\S+\.go):\d+")
BROKEN = re.compile(r"^FAIL\s+(\S+) \[(?:build|setup) failed\]")
LISTED = re.compile(r"(?:Test|Fuzz|Example)(?![a-z])\w*")
ENDS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "skip": Outcome.SKIPPED}
MOST = 4000


@dataclass
class Test:
    """One test while its events are read; `ends` has one entry unless somebody wrote events of their own."""

    __test__ = False
    package: str
    name: str
    said: list[str] = field(default_factory=list)
    ends: list[tuple[str, float]] = field(default_factory=list)


@dataclass
class Events:
    """Everything that one run told: tests by package and name, packages with their end, and the compiler's lines."""

    tests: dict[tuple[str, str], Test] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    outside: dict[str, list[str]] = field(default_factory=dict)
    build: list[str] = field(default_factory=list)

    def take(self, event: dict[str, Any]) -> None:
        package, name, action = event.get("Package", ""), event.get("Test", ""), event.get("Action")
        said = str(event.get("Output", "")).rstrip("\n")
        if action == "build-output":
            self.build.append(said)
        elif not name:
            self._of_package(package, str(action), said)
        else:
            test = self.tests.setdefault((package, name), Test(package, name))
            if action == "output":
                test.said.append(said)
            elif action in ENDS:
                test.ends.append((str(action), float(event.get("Elapsed", 0))))

    @property
    def seen(self) -> list[str]:
        """Every package that ran tests, or says that it passes."""
        passing = (package for package, end in self.packages.items() if end == "pass")
        return [*dict.fromkeys((*(package for package, _ in self.tests), *passing))]

    def closed(self, package: str) -> bool:
        """Whether a package's tests came to their end: an early exit with status 0 does not say so."""
        end = self.packages.get(package)
        return end is not None and (end != "pass" or "PASS" in self.outside.get(package, ()))

    def _of_package(self, package: str, action: str, said: str) -> None:
        if action == "output":
            self.outside.setdefault(package, []).append(said)
            if broken := BROKEN.match(said):
                self.packages[broken[1].removesuffix(".test")] = "broken"
        elif action in ENDS:
            self.packages.setdefault(package, action)


@dataclass(frozen=True, slots=True)
class Module:
    """A module on disk: which file holds which test."""

    root: Path
    path: str

    def folder(self, package: str) -> str:
        """A package's folder with a slash at its end; `./` is the root."""
        return folder_of(package.removesuffix("_test"), self.path) or f"{package}/"

    def text(self, path: str) -> str:
        try:
            return (self.root / path).read_text("utf-8", "replace")
        except OSError:
            return ""

    def files(self, folder: str) -> list[str]:
        return sorted(each.relative_to(self.root).as_posix() for each in (self.root / folder).glob(f"*{ENDING}"))

    def places(self, package: str) -> dict[str, tuple[str, int]]:
        """File and line of every test of a package."""
        held = ((path, tests_in(self.text(path))) for path in self.files(self.folder(package)))
        return {name: (path, each.line) for path, tests in held for name, each in tests.items()}


def read_events(record: Record, outcome: ProcessOutcome, root: Path, *, collect_only: bool) -> SuiteReport:
    """The report of one run. What does not add up ends as something else than `completed`."""
    module = Module(root, "")
    module = Module(root, module_of(module.text("go.mod")))
    events = _events(record)
    results = [*_results(events, module)]
    left = tuple(each for each in results if each.exception == CRASH)
    if stop := stopped(record, outcome, tuple(_late(each) for each in left) if outcome.timed_out else left):
        return stop
    broken = [*_broken(events, module), *_fallen(events, results, module)]
    if collect_only:
        return completed([*_listed(events, module)], broken, record, outcome)
    if twice := next((each for each in events.tests.values() if len(each.ends) > 1), None):
        return void(
            Ended.FORGED, f"{twice.name} of {twice.package} ended twice: its output was written by hand.", outcome
        )
    if unseen := _unseen(events, record, module):
        return void(Ended.FORGED, UNSEEN.format(test=unseen), outcome)
    if left and not broken:
        return void(Ended.CRASHED, f"The test process ended in {left[0].id}: {last_words(record)}", outcome, left)
    if early := next((each for each in events.seen if not events.closed(each)), None):
        return void(Ended.CRASHED, f"The tests of {early} ended before they had said that they pass.", outcome)
    if not events.packages and record.exit_code:
        return void(Ended.COULD_NOT_RUN, f"go test did not start: {last_words(record)}", outcome)
    return completed(results, broken, record, outcome)


def _unseen(events: Events, record: Record, module: Module) -> str:
    """A test that is said to have passed, and that no witness in its process saw pass; empty where there is none."""
    if not record.watched:
        return ""
    seen = {(os.path.realpath(each.folder), each.name) for each in record.seen if each.end == "pass"}
    for test in events.tests.values():
        folder = os.path.realpath(module.root / module.folder(test.package))
        if [end for end, _ in test.ends] == ["pass"] and (folder, test.name) not in seen:
            return f"{test.name} of {test.package}"
    return ""


def _events(record: Record) -> Events:
    events = Events(build=[*record.err])
    for line in record.out:
        try:
            event = json.loads(line) if line.startswith("{") else None
        except ValueError:
            event = None
        if isinstance(event, dict):
            events.take(event)
        elif broken := BROKEN.match(line):
            events.packages[broken[1]] = "broken"
    return events


def _results(events: Events, module: Module) -> Iterator[TestResult]:
    places = {package: module.places(package) for package in {each.package for each in events.tests.values()}}
    for test in events.tests.values():
        top, _, below = test.name.partition("/")
        path, line = places[test.package].get(top, (f"{module.folder(test.package).removeprefix('./')}{ENDING}", 0))
        name = "::".join((path, top, *([below] if below else [])))
        yield _result(test, name, path, line, module)


def _result(test: Test, name: str, path: str, line: int, module: Module) -> TestResult:
    if not test.ends:
        told = "The test process ended before it did."
        return TestResult(name, Outcome.ERROR, exception=CRASH, message=told, path=path, line=line)
    end, seconds = test.ends[0]
    outcome = ENDS[end]
    if outcome is Outcome.PASSED:
        return TestResult(name, outcome, path=path, line=line, seconds=seconds)
    shown = [found for said in test.said if (found := AT.match(said)) and path.endswith(found[1])]
    at = int(shown[-1][2]) if shown else line
    panic = next((found[1] for said in test.said if (found := PANIC.match(said))), "")
    raised = next((where for said in test.said if (where := _inside(said, module.root))), "") if panic else ""
    told = "\n".join(each.strip() for each in test.said if not each.lstrip().startswith(("=== ", "--- ")))
    return TestResult(
        id=name,
        outcome=outcome,
        exception="panic" if panic else "" if outcome is Outcome.SKIPPED else "assertion",
        message=(panic or (shown[-1][3] if shown else "") or told)[:MOST],
        path=path,
        line=at,
        seconds=seconds,
        asserted=outcome is Outcome.FAILED and not panic,
        raised_in=raised,
        takes_along=_beside(module.folder(test.package).removeprefix("./")) if panic else "",
    )


def _inside(said: str, root: Path) -> str:
    """The file of a frame inside the module."""
    found = FRAME.match(said)
    return found[1].removeprefix(f"{root}/") if found and found[1].startswith(f"{root}/") else ""


def _beside(path: str) -> str:
    """The tests that are compiled, and run, together with a file: those of its folder."""
    return f"/{path.rpartition('/')[0]}/*{ENDING}".replace("//", "/")


def _late(result: TestResult) -> TestResult:
    return TestResult(
        result.id, result.outcome, exception=TIMEOUT, message=result.message, path=result.path, line=result.line
    )


def _broken(events: Events, module: Module) -> Iterator[TestResult]:
    """One result for each file that the compiler complains of, all its complaints in one message."""
    by_file: dict[str, list[Fault]] = {}
    for fault in faults(events.build):
        by_file.setdefault(fault.path, []).append(fault)
    for path, found in by_file.items():
        yield _uncompiled(path, found, module)


def _uncompiled(path: str, found: list[Fault], module: Module) -> TestResult:
    source = module.text(path)
    places = [each.place(source, module.path) for each in found]
    worst = next((each for each, place in zip(found, places, strict=True) if not place), None)
    shown = worst or found[0]
    return TestResult(
        id=path,
        outcome=Outcome.ERROR,
        phase=Phase.COLLECT,
        exception=_named(shown) if worst else "undefined",
        message="\n".join(f"{each.path}:{each.line}: {each.said}" for each in _first(shown, found)),
        path=path,
        line=shown.line,
        missing="" if worst else " ".join(dict.fromkeys(places)),
        takes_along=_beside(path),
    )


def _named(fault: Fault) -> str:
    if fault.kind is Kind.SYNTAX:
        return "SyntaxError"
    return "ImportError" if fault.kind in MISSING else "compile error"


def _first(shown: Fault, found: Iterable[Fault]) -> list[Fault]:
    return [shown, *(each for each in found if each is not shown)]


def _fallen(events: Events, results: list[TestResult], module: Module) -> Iterator[TestResult]:
    """Packages that failed although none of their tests did: `TestMain`, an `init`, an early end."""
    failed = {result.path.rpartition("/")[0] for result in results if result.bad}
    for package, end in events.packages.items():
        folder = module.folder(package).removeprefix("./")
        if end == "fail" and folder.rstrip("/") not in failed:
            said = [each for each in events.outside.get(package, []) if each.strip() and not each.startswith("FAIL")]
            path = (module.files(folder) or [folder])[0]
            told = "\n".join(said[-20:]) or "It ended with an error outside of any test."
            yield TestResult(path, Outcome.ERROR, Phase.COLLECT, "package", told, path, takes_along=_beside(folder))


def _listed(events: Events, module: Module) -> Iterator[TestResult]:
    for package, said in events.outside.items():
        places = module.places(package)
        for name in filter(LISTED.fullmatch, said):
            path, line = places.get(name, (f"{module.folder(package).removeprefix('./')}{ENDING}", 0))
            told = "collected only"
            yield TestResult(f"{path}::{name}", Outcome.SKIPPED, Phase.COLLECT, message=told, path=path, line=line)
