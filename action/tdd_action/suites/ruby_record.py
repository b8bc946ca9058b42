"""Reads what `ruby_run.rb` wrote, and believes it only where seal, counts and names agree."""

import re
from collections.abc import Iterable

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.sealed_record import Forged, Line, last_words, lines_of, void
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core.evidence.reports import (
    CRASH,
    TIMEOUT,
    Ended,
    Outcome,
    Phase,
    SuiteReport,
    TestResult,
    selects,
)

ENDS = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "xfailed": Outcome.XFAILED,
}
FRAME = re.compile(r"^(.+?\.rb):(\d+)")
NAMES = {"SyntaxError": "SyntaxError", "LoadError": "ImportError"}


def read_ruby(raw: bytes, command: SuiteCommand, outcome: ProcessOutcome) -> SuiteReport:
    """The report of one run. Everything that does not add up ends as something else than `completed`."""
    try:
        lines, sealed = lines_of(raw, command.nonce)
        return _finished(lines, command, outcome) if sealed else _unfinished(lines, outcome)
    except Forged as fault:
        return void(Ended.FORGED, f"The record of the tests is void: {fault}.", outcome)


def _finished(lines: list[Line], command: SuiteCommand, outcome: ProcessOutcome) -> SuiteReport:
    end = lines[-1] if lines and lines[-1].get("kind") == "end" else None
    if end is None:
        raise Forged("it has a seal and no end")
    if outcome.timed_out or outcome.exit_code != end["exit"]:
        told = f"The tests ended with {end['exit']} and their process with {outcome.exit_code}."
        return void(Ended.CRASHED, told, outcome)
    results = [_result(line) for line in lines if line.get("kind") == "test"]
    collected = [each for line in lines if line.get("kind") == "collected" for each in line["tests"]]
    broken = [_uncollected(line) for line in lines if line.get("kind") == "collect"]
    if not command.collect_only:
        if fault := _unsound(end, results, collected):
            raise Forged(fault)
        if left := sorted(_ids(collected) - {each.id for each in results}):
            return void(Ended.CRASHED, f"The run stopped before {left[0]}: {last_words(outcome)}", outcome)
    else:
        results = [_only_collected(each) for each in collected]
    wanted = command.selected
    chosen = [each for each in results if wanted is None or any(selects(one, each.id) for one in wanted)]
    if not broken and end["exit"] and not any(each.bad for each in results):
        return void(Ended.COULD_NOT_RUN, f"The tests could not be run: {last_words(outcome)}", outcome)
    return SuiteReport(tuple(chosen), tuple(broken), end["exit"], output_tail=outcome.output, seconds=outcome.seconds)


def _unsound(end: Line, results: list[TestResult], collected: list[Line]) -> str:
    if end["count"] != len(results):
        return f"it counts {end['count']} tests and holds {len(results)}"
    if strangers := {each.id for each in results} - _ids(collected):
        return f"{min(strangers)} has a result and was never collected"
    return ""


def _ids(collected: Iterable[Line]) -> set[str]:
    return {f"{each['path']}::{each['name']}" for each in collected}


def _result(line: Line) -> TestResult:
    path, outcome = str(line["path"]), ENDS[line["end"]]
    if outcome is not Outcome.FAILED:
        said = str(line.get("message") or "")
        return TestResult(
            f"{path}::{line['name']}", outcome, message=said, path=path, line=line["line"], seconds=_s(line)
        )
    frames = [found for frame in line.get("frames", ()) if (found := FRAME.match(frame))]
    inner = next((found[1] for found in frames), "")
    at = next((int(found[2]) for found in frames if found[1] == path), line["line"])
    return TestResult(
        id=f"{path}::{line['name']}",
        outcome=outcome,
        phase=Phase.SETUP if line.get("fixture") else Phase.CALL,
        exception=_named(line),
        message=line["message"],
        path=path,
        line=at,
        seconds=_s(line),
        asserted=bool(line.get("asserted")),
        missing=line.get("missing", ""),
        raised_in="" if inner == path else inner,
    )


def _named(line: Line) -> str:
    return NAMES.get(str(line["exception"]), str(line["exception"]))


def _s(line: Line) -> float:
    return float(line.get("seconds") or 0)


def _uncollected(line: Line) -> TestResult:
    """A file that could not be loaded."""
    path = str(line["path"])
    found = next((found for frame in line["frames"] if (found := FRAME.match(frame)) and found[1] == path), None)
    told = re.search(rf"{re.escape(path)}:(\d+)", line["message"])
    return TestResult(
        id=path,
        outcome=Outcome.ERROR,
        phase=Phase.COLLECT,
        exception=_named(line),
        message=line["message"],
        path=path,
        line=int(found[2]) if found else int(told[1]) if told else 0,
        missing=line.get("missing", ""),
        raised_in="",
    )


def _only_collected(each: Line) -> TestResult:
    name = f"{each['path']}::{each['name']}"
    return TestResult(
        name, Outcome.SKIPPED, Phase.COLLECT, message="collected only", path=each["path"], line=each["line"]
    )


def _unfinished(lines: list[Line], outcome: ProcessOutcome) -> SuiteReport:
    """No seal: the process was stopped, or ended by itself. Its results count for nothing."""
    running, places = "", {}
    for line in lines:
        if line.get("kind") == "collected":
            places = {each["name"]: each["path"] for each in line["tests"]}
        if line.get("kind") in ("start", "test"):
            running = str(line["name"]) if line["kind"] == "start" else ""
    what = TIMEOUT if outcome.timed_out else CRASH
    where = f" in {running}" if running else ""
    told = f"The run was stopped{where} after {outcome.seconds:.0f} s."
    if not outcome.timed_out:
        how = f"signal {outcome.signal}" if outcome.signal else f"exit code {outcome.exit_code}"
        told = f"The test process ended{where} with {how}: {outcome.failure or last_words(outcome)}"
    path = places.get(running, "")
    culprit = (
        (TestResult(f"{path}::{running}", Outcome.ERROR, exception=what, message=told, path=path),) if path else ()
    )
    if not lines and not outcome.timed_out:
        return void(Ended.COULD_NOT_RUN, f"The tests never started: {last_words(outcome)}", outcome)
    return void(Ended.TIMED_OUT if outcome.timed_out else Ended.CRASHED, told, outcome, culprit)
