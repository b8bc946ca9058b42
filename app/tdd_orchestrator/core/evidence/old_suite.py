"""Whether the tests that were there before are as well as they were: only what is newly wrong counts."""

from collections.abc import Iterable

from tdd_orchestrator.core.evidence.classes import classify, reason
from tdd_orchestrator.core.evidence.fingerprints import fingerprint
from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT, Ended, Outcome, SuiteReport, TestResult, chosen
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason, Verdict, settled, unjudged

NOT_RUN = frozenset({Outcome.SKIPPED, Outcome.XFAILED})
NOTHING_PLANNED = Planned()


def worse(
    before: SuiteReport, now: SuiteReport, new: Iterable[str] = (), excused: Iterable[str] = ()
) -> tuple[Reason, ...]:
    """What became worse among old tests: newly failing, newly failing in another way, newly skipped, or gone.

    `new` are ids judged elsewhere; `excused` are old tests known to be unsteady. A file that cannot be collected any
    more speaks for all its tests: they are not named as gone as well.
    """
    skip = frozenset(new) | frozenset(excused)
    known = {fingerprint(result) for result in before.everything if result.bad}
    reasons = []
    for result in now.everything:
        if result.id not in skip and (sentence := _worse(before.by_id.get(result.id), result, known)):
            failure = classify(result, NOTHING_PLANNED)
            reasons.append(Reason(result.id, failure, result.path, result.line, sentence))
    return (*reasons, *gone(before, now, skip))


def _worse(before: TestResult | None, now: TestResult, known: set[str]) -> str:
    if now.bad and fingerprint(now) not in known:
        was = (
            "is new and fails"
            if before is None
            else "failed before, but otherwise"
            if before.bad
            else "passed before and fails now"
        )
        return f"{now.id} {was}: {now.exception}: {' '.join(now.message.split())[:300]}"
    if before is not None and now.outcome in NOT_RUN and before.outcome not in NOT_RUN and not before.bad:
        return f"{now.id} ran before and is {now.outcome} now: take out what keeps it from running."
    return ""


def gone(before: SuiteReport, now: SuiteReport, skip: Iterable[str] = ()) -> tuple[Reason, ...]:
    """Tests that were collected before and are not any more."""
    broken = tuple(f"{error.id}::" for error in now.collection_errors)
    carriers = [each for each in now.everything if each.bad and each.takes_along]
    missing = sorted(before.names - now.names - frozenset(skip))
    return tuple(
        Reason(
            name,
            FailureClass.NOT_COLLECTED,
            name.partition("::")[0],
            0,
            f"{name} was there before and is gone: put it back.",
        )
        for name in missing
        if not name.startswith(broken or ("\0",)) and not any(each.carries(name) for each in carriers)
    )


def unusable(report: SuiteReport, what: str, *, may_be_empty: bool = False) -> Verdict | None:
    """Why a run cannot be judged, or `None`. A test that hung or ended the process is named as the fault."""
    if report.ended is Ended.COMPLETED:
        if report.executed or report.everything or may_be_empty:
            return None
        return unjudged(f"{what} executed no test at all: check the suite's command and the names of the tests.")
    culprits = [result for result in report.results if result.exception in (TIMEOUT, CRASH)]
    if report.ended in (Ended.TIMED_OUT, Ended.CRASHED) and culprits:
        return settled(reason(result, classify(result, NOTHING_PLANNED)) for result in culprits)
    told = report.explanation or f"the run ended as {report.ended}"
    failure = {Ended.TIMED_OUT: FailureClass.TIMEOUT, Ended.CRASHED: FailureClass.CRASH}.get(report.ended)
    return unjudged(f"{what} could not be judged: {told}", failure=failure)


def new_results(new_tests: Iterable[str], before: SuiteReport, now: SuiteReport) -> tuple[TestResult, ...]:
    """The results of the new tests: what the selectors name, less what was there before in the same files."""
    selectors = frozenset(new_tests)
    return tuple(result for result in chosen(selectors, now) if result.id not in before.names or result.id in selectors)
