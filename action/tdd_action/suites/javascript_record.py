"""Reads what the launchers of node:test, vitest and jest wrote, and believes it only where seal, counts and exit code
agree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.javascript_failure import Failure, failure_of, relative
from tdd_action.suites.sealed_record import Forged, Line, last_words, lines_of, void
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT, Ended, Outcome, Phase, SuiteReport, TestResult
from tdd_orchestrator.core.javascript_tests import always_defines_tests

# What node calls a test that fails only because something else did.
BY_SUBTESTS, BY_HOOK, CANCELLED = "subtestsFailed", "hookFailed", "cancelledByParent"
HAS_ENDED = "Promise resolution is still pending"


def read_record(raw: bytes, nonce: str, outcome: ProcessOutcome, root: Path, runner: str) -> SuiteReport:
    """The report of one run. Everything that does not add up ends as something else than `completed`."""
    try:
        lines, sealed = lines_of(raw, nonce)
        return _finished(lines, outcome, root, runner) if sealed else _unfinished(lines, outcome, root, runner)
    except Forged as fault:
        return void(Ended.FORGED, f"The record of the tests is void: {fault}.", outcome)


def _finished(lines: list[Line], outcome: ProcessOutcome, root: Path, runner: str) -> SuiteReport:
    end = lines[-1] if lines and lines[-1].get("kind") == "end" else None
    if end is None or end["lines"] != len(lines) - 1:
        raise Forged("it does not hold what it counts")
    if outcome.timed_out or outcome.exit_code != end["exit"]:
        told = f"{runner} ended with {end['exit']} and its process with {outcome.exit_code}"
        return void(Ended.CRASHED, told, outcome)
    if end["exit"] > 1:
        return void(Ended.COULD_NOT_RUN, f"{runner} could not be started: {last_words(outcome)}", outcome)
    results = numbered(_tests(lines, root))
    broken = tuple(_files(lines, root, {result.path for result in results}))
    if end["exit"] and not any(result.bad for result in (*results, *broken)):
        return void(Ended.CRASHED, f"{runner} ended with {end['exit']}, which is not what its tests say.", outcome)
    collected = tuple(each for each in broken if each.phase is Phase.COLLECT)
    late = tuple(each for each in broken if each.phase is not Phase.COLLECT)
    return SuiteReport((*results, *late), collected, end["exit"], Ended.COMPLETED, outcome.output, outcome.seconds)


def _unfinished(lines: list[Line], outcome: ProcessOutcome, root: Path, runner: str) -> SuiteReport:
    """No seal: the process was stopped, or ended by itself. What was under way is named, and nothing else counts."""
    running = _running(lines, root)
    where = f" in {running[0].id}" if running else ""
    if outcome.timed_out:
        told, what, ended = f"The run was stopped{where} after {outcome.seconds:.0f} s.", TIMEOUT, Ended.TIMED_OUT
    elif not lines:
        told = outcome.failure or last_words(outcome)
        return void(Ended.COULD_NOT_RUN, f"{runner} never started: {told}", outcome)
    else:
        how = f"signal {outcome.signal}" if outcome.signal else f"exit code {outcome.exit_code}"
        told, what, ended = f"The test process ended{where} with {how}. {outcome.failure}".strip(), CRASH, Ended.CRASHED
    return void(ended, told, outcome, [replace(each, exception=what, message=told) for each in running[:1]])


def _running(lines: Iterable[Line], root: Path) -> list[TestResult]:
    """Tests that were started and did not stop, the earliest first; files (of node) only where no test is known."""
    begun: dict[tuple[str, ...], TestResult] = {}
    for line in lines:
        key = (line.get("file") or "", *line.get("titles", ()), str(line.get("line", "")))
        if line.get("kind") == "start":
            begun[key] = _placed(line, root, Outcome.ERROR)
        elif line.get("kind") == "stop":
            begun.pop(key, None)
    tests = [each for each in begun.values() if relative(each.id.rpartition("::")[2], root) != each.path]
    return tests or [replace(each, id=each.path) for each in begun.values()]


def _placed(line: Line, root: Path, outcome: Outcome, phase: Phase = Phase.CALL) -> TestResult:
    path = relative(line.get("file") or "", root)
    name = "::".join((path, *line.get("titles", ())))
    return TestResult(name, outcome, phase, path=path, line=int(line.get("line", 0) or 0))


def _tests(lines: list[Line], root: Path) -> Iterator[TestResult]:
    """Tests in the order in which they ended; suites only where their own hooks failed and no test says so."""
    bad: list[tuple[tuple[str, ...], TestResult]] = []
    told = [line for line in lines if line.get("kind") == "test"]
    hooks = [line for line in told if line.get("suite") and line.get("failure") == BY_HOOK]
    for line in told:
        where = _place(line)
        if line.get("failure") == CANCELLED:  # by a hook of a suite around it, which node tells of later
            hook = next((each for each in hooks if _place(each) == where[: len(_place(each))]), None)
            line = {**line, "error": hook["error"]} if hook else line
        if not line.get("suite"):
            result = _test(line, root, [each for place, each in bad if place[: len(where)] == where])
            bad += [(where, result)] if result.bad else []
            yield result
        elif line.get("failure") == BY_HOOK and not any(place[: len(where)] == where for place, _ in bad):
            yield _failed(line, root, Phase.TEARDOWN)


def _place(line: Line) -> tuple[str, ...]:
    return (line["file"], *line["titles"])


def _test(line: Line, root: Path, below: list[TestResult]) -> TestResult:
    seconds = float(line.get("seconds") or 0)
    failed = line["outcome"] == "failed"
    if line.get("failure") == BY_SUBTESTS and below:  # it is as its subtests are: an error rather than an assertion
        worst = min(below, key=lambda each: each.asserted)
        return replace(worst, id=_placed(line, root, Outcome.FAILED).id, seconds=seconds)
    if line.get("todo") or (line.get("inverted") and not failed):
        went_wrong = failed or line.get("inverted")
        return replace(_placed(line, root, Outcome.XFAILED if went_wrong else Outcome.SKIPPED), seconds=seconds)
    if line.get("skipped"):
        return replace(_placed(line, root, Outcome.SKIPPED, Phase.SETUP), message="it was skipped")
    if not failed:
        return replace(_placed(line, root, Outcome.PASSED), seconds=seconds)
    hooked = line.get("failure") in (BY_HOOK, CANCELLED)
    return replace(_failed(line, root, Phase.SETUP if hooked else Phase.CALL), seconds=seconds)


def _failed(line: Line, root: Path, phase: Phase) -> TestResult:
    placed = _placed(line, root, Outcome.FAILED if phase is Phase.CALL else Outcome.ERROR, phase)
    failure = failure_of(line.get("error") or {}, placed.path, root)
    if HAS_ENDED in failure.message:
        placed = replace(placed, phase=Phase.CALL)
    return _with(placed, failure)


def _with(placed: TestResult, failure: Failure) -> TestResult:
    return replace(
        placed,
        exception=failure.exception,
        message=failure.message[:4000],
        path=failure.path or placed.path,
        line=failure.line or placed.line,
        asserted=failure.asserted and placed.phase is Phase.CALL,
        missing=failure.missing,
        raised_in=failure.raised_in,
    )


def _files(lines: Iterable[Line], root: Path, with_tests: set[str]) -> Iterator[TestResult]:
    """Files that broke: before any test was known, or after; and those that ended before their tests were run."""
    for line in lines:
        if line.get("kind") != "file":
            continue
        path = relative(line.get("file") or "", root)
        placed = TestResult(path, Outcome.ERROR, Phase.COLLECT, path=path)
        if line["outcome"] == "passed":
            if path not in with_tests and _should_hold_tests(root / path):
                told = "its process ended with 0 before any of its tests was run"
                yield replace(placed, exception=CRASH, message=told)
            continue
        if line.get("failure") == BY_SUBTESTS:
            continue
        failure = _of_file(line, path, root)
        phase = Phase.TEARDOWN if path in with_tests or not path else Phase.COLLECT
        yield _with(replace(placed, id=path or "outside of any test", phase=phase), failure)


def _of_file(line: Line, path: str, root: Path) -> Failure:
    if line.get("signal"):
        return Failure(CRASH, f"its process was ended by {line['signal']}")
    error = line.get("error") or {}
    if stderr := str(line.get("stderr", "")):
        error = {"stack": stderr}
    failure = failure_of(error, path, root)
    return replace(failure, path=path, asserted=False)


def _should_hold_tests(path: Path) -> bool:
    try:
        return always_defines_tests(path.read_text("utf-8", "replace"))
    except (OSError, SyntaxError):
        return False


def numbered(results: Iterable[TestResult]) -> tuple[TestResult, ...]:
    """Tests of the same name told apart by a number, in the order of their lines: `cart::adds[2]`."""
    found = list(results)
    same: dict[str, list[int]] = {}
    for place, result in enumerate(found):
        same.setdefault(result.id, []).append(place)
    for name, places in same.items():
        for count, place in enumerate(sorted(places, key=lambda each: (found[each].line, each))[1:], 2):
            found[place] = replace(found[place], id=f"{name}[{count}]")
    return tuple(found)
