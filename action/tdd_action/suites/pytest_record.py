"""Reads what `pytest_report.py` wrote, and believes it only where seal, counts and names agree."""

from collections.abc import Iterable, Mapping
from typing import Any

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.sealed_record import Forged, Line, last_words, lines_of, void
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT, Ended, Outcome, Phase, SuiteReport, TestResult
from tdd_orchestrator.core.python_tests import is_test_path

NO_TESTS, COULD_NOT_RUN = 5, {3: "pytest itself failed", 4: "pytest was called in a way that it does not take"}
# The worst thing that happened to a test is what happened to it.
WORST = (Outcome.FAILED, Outcome.ERROR, Outcome.XPASSED, Outcome.XFAILED, Outcome.SKIPPED, Outcome.PASSED)
TIMED_OUT_BY_PLUGIN = ("Timeout >", "Timeout (>")


def read_record(
    raw: bytes, nonce: str, outcome: ProcessOutcome, *, collect_only: bool = False, runner: str = "pytest"
) -> SuiteReport:
    """The report of one run. Everything that does not add up ends as something else than `completed`."""
    try:
        lines, sealed = lines_of(raw, nonce)
        if not sealed:
            return _unfinished(lines, outcome, runner)
        return _finished(lines, outcome, collect_only, runner)
    except Forged as fault:
        return void(Ended.FORGED, f"The record of the tests is void: {fault}.", outcome)


def _finished(lines: list[Line], outcome: ProcessOutcome, collect_only: bool, runner: str) -> SuiteReport:
    end = lines[-1] if lines and lines[-1].get("kind") == "end" else None
    if end is None:
        raise Forged("it has a seal and no end")
    if told := _ended_otherwise(end, outcome, runner):
        return void(Ended.CRASHED, told, outcome)
    if what := COULD_NOT_RUN.get(end["exit"]):
        return void(Ended.COULD_NOT_RUN, f"{what}: {last_words(outcome)}", outcome)
    files = [_collected(line) for line in lines if line.get("kind") == "collect"]
    broken = tuple(file for file in files if file.bad)
    collected = next((line["tests"] for line in lines if line.get("kind") == "collected"), None)
    if collected is None and not broken:
        return void(Ended.COULD_NOT_RUN, f"{runner} ended before it had collected: {last_words(outcome)}", outcome)
    places: Mapping[str, Any] = collected or {}
    phases = [line for line in lines if line.get("kind") == "phase"]
    _cross_check(end, places, phases)
    results = _only_collected(places) if collect_only else _results(phases, places)
    if left := [] if collect_only else [name for name in places if name not in {result.id for result in results}]:
        told = f"The run stopped before {len(left)} of {len(places)} tests, {left[0]} first: {last_words(outcome)}"
        return void(Ended.CRASHED, told, outcome)
    return SuiteReport(
        results=(*results, *(file for file in files if not file.bad)),
        collection_errors=broken,
        exit_code=end["exit"],
        output_tail=outcome.output,
        seconds=outcome.seconds,
    )


def _cross_check(end: Line, places: Mapping[str, Any], phases: list[Line]) -> None:
    if end["phases"] != len(phases):
        raise Forged(f"it counts {end['phases']} phases of tests and holds {len(phases)}")
    if strangers := {line["id"] for line in phases} - set(places):
        raise Forged(f"{min(strangers)} has a result and was never collected")


def _ended_otherwise(end: Line, outcome: ProcessOutcome, runner: str) -> str:
    if outcome.timed_out or outcome.signal is not None:
        return f"{runner} had ended, but its process did not: {last_words(outcome)}"
    if end["exit"] != outcome.exit_code:
        return f"{runner} ended with {end['exit']} and its process with {outcome.exit_code}"
    return ""


def _unfinished(lines: list[Line], outcome: ProcessOutcome, runner: str) -> SuiteReport:
    """No seal: the process was stopped, or ended by itself before pytest did. Its results count for nothing."""
    places: Mapping[str, Any] = next((line["tests"] for line in lines if line.get("kind") == "collected"), {})
    running = _running(lines)
    if outcome.timed_out:
        where = f" in {running}" if running else " before the first test" if not places else ""
        told = f"The run was stopped{where} after {outcome.seconds:.0f} s."
        return void(Ended.TIMED_OUT, told, outcome, _culprit(running, TIMEOUT, told, places))
    if not lines:
        told = outcome.failure or last_words(outcome)
        return void(Ended.COULD_NOT_RUN, f"{runner} never started: {told}", outcome)
    how = f"signal {outcome.signal}" if outcome.signal else f"exit code {outcome.exit_code}"
    where = f"in {running}" if running else "outside of any test"
    told = f"The test process ended {where} with {how}. {outcome.failure}".strip()
    return void(Ended.CRASHED, told, outcome, _culprit(running, CRASH, told, places))


def _running(lines: Iterable[Line]) -> str:
    running = ""
    for line in lines:
        if line.get("kind") == "start":
            running = str(line["id"])
        elif line.get("kind") == "phase" and line["when"] == "teardown":
            running = ""
    return running


def _culprit(running: str, what: str, told: str, places: Mapping[str, Any]) -> tuple[TestResult, ...]:
    if not running:
        return ()
    path, line = places.get(running, (running.partition("::")[0], 0))
    return (TestResult(running, Outcome.ERROR, exception=what, message=told, path=path, line=line),)


def _results(phases: list[Line], places: Mapping[str, Any]) -> tuple[TestResult, ...]:
    grouped: dict[str, list[TestResult]] = {}
    for line in phases:
        grouped.setdefault(line["id"], []).append(_phase(line, places[line["id"]]))
    return tuple(_worst(results) for results in grouped.values())


def _worst(results: list[TestResult]) -> TestResult:
    """One result for a test: its worst phase, with the time of all of them. A failed body outweighs a broken
    clean-up.
    """
    chosen = min(results, key=lambda result: (WORST.index(result.outcome), result.phase is not Phase.CALL))
    called = [result for result in results if result.phase is Phase.CALL]
    if chosen.outcome is Outcome.PASSED and not called:
        return _place(chosen, outcome=Outcome.ERROR, message="Its body was never run.")
    return _place(chosen, seconds=sum(result.seconds for result in results))


def _place(result: TestResult, **changes: Any) -> TestResult:
    fields = {name: getattr(result, name) for name in TestResult.__slots__}
    return TestResult(**{**fields, **changes})


def _only_collected(places: Mapping[str, Any]) -> tuple[TestResult, ...]:
    return tuple(
        TestResult(name, Outcome.SKIPPED, Phase.COLLECT, message="collected only", path=path, line=line)
        for name, (path, line) in places.items()
    )


def _phase(line: Line, place: tuple[str, int]) -> TestResult:
    phase, outcome = Phase(line["when"]), Outcome(line["outcome"])
    if outcome is Outcome.FAILED and phase is not Phase.CALL:
        outcome = Outcome.ERROR
    return _result(line, line["id"], outcome, phase, place)


def _collected(line: Line) -> TestResult:
    path = str(line["id"]).partition("::")[0]
    outcome = Outcome.ERROR if line["outcome"] == "error" else Outcome.SKIPPED
    return _result(line, line["id"], outcome, Phase.COLLECT, (path, 0))


def _result(line: Line, name: str, outcome: Outcome, phase: Phase, place: tuple[str, int]) -> TestResult:
    frames = [(str(path), int(number)) for path, number in line.get("frames", ())]
    in_tests = [frame for frame in frames if is_test_path(frame[0])]
    shown = tuple(line.get("at") or ()) or (in_tests[-1] if in_tests else place)
    raised_in = frames[-1][0] if frames else ""
    said = "AssertionError" in line.get("bases", ()) or bool(line.get("expected"))
    message = str(line.get("message", ""))
    late = line.get("exception") == "Failed" and message.startswith(TIMED_OUT_BY_PLUGIN)
    return TestResult(
        id=name,
        outcome=outcome,
        phase=phase,
        exception=TIMEOUT if late else str(line.get("exception", "")),
        message=message,
        path=str(shown[0]),
        line=int(shown[1]),
        seconds=float(line.get("seconds", 0.0)),
        asserted=said and bool(in_tests) and is_test_path(raised_in),
        missing=str(line.get("missing", "")),
        raised_in=raised_in,
    )
