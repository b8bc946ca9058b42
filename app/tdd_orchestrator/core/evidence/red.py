"""RED: every new test must fail, and for the right reason, while the old suite stays as it was."""

from collections.abc import Iterable, Mapping, Sequence

from tdd_orchestrator.core.evidence.classes import SENTENCES, classify, reason
from tdd_orchestrator.core.evidence.old_suite import gone, new_results, unusable, worse
from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.reports import Phase, SuiteReport, TestResult, selects
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason, Standing, Verdict, settled, unjudged
from tdd_orchestrator.core.plan import TaskKind

PROOF, MISSING = FailureClass.ASSERTION, FailureClass.MISSING_PLANNED_SYMBOL
# Sorted by how much a class tells the author when a test was tried with several stubs.
TELLING = (
    FailureClass.PASSED_ALREADY,
    FailureClass.SKIPPED,
    FailureClass.OTHER_EXCEPTION,
    FailureClass.PLANNED_CODE_RAISED,
)
DULL = "{id} passes even with a stub that does nothing: its assertions do not tell right code from none."
UNMET = (
    "{id} still stops at {exception} when stubs stand in for the planned code: {message}. "
    "Let it reach an assertion and fail there."
)


def judge_red(
    *,
    new_tests: Sequence[str],
    before: SuiteReport,
    red: SuiteReport,
    planned: Planned,
    kind: TaskKind = TaskKind.BEHAVIOUR,
    vacuous: Iterable[Reason] = (),
    excused: Iterable[str] = (),
) -> Verdict:
    """Whether the new tests fail for the right reason. Standing `second_sight`: run those again with stubs.

    `new_tests` are selectors: whole files that are new, and ids (`file::test`) in files that were there. `before` is
    the whole suite without the new tests, `red` with them. A bug may show as an exception out of the task's own files;
    other kinds must reach an assertion.
    """
    if not new_tests:
        return settled([Reason("", FailureClass.NOT_COLLECTED, "", 0, "There is no new test: write one that fails.")])
    if stop := unusable(before, "The suite as it was", may_be_empty=True) or unusable(
        red, "The suite with the new tests", may_be_empty=True
    ):
        return stop
    new = new_results(new_tests, before, red)
    classes = {result.id: classify(result, planned) for result in new}
    against = [
        *_uncollected(new_tests, new),
        *vacuous,
        *(
            reason(result, failure)
            for result in new
            if not _counts(failure := classes[result.id], kind) and not _case_of_a_proof(result.id, failure, classes)
        ),
        *worse(before, red, classes, excused),
    ]
    again = tuple(name for name, failure in classes.items() if failure is MISSING)
    if again and not against:
        return Verdict(Standing.SECOND_SIGHT, second_sight=again, classes=tuple(classes.items()))
    return settled(against, classes.items())


def _case_of_a_proof(name: str, failure: FailureClass, classes: Mapping[str, FailureClass]) -> bool:
    """Whether a test that passes is one case of a test that fails rightly: a table need not fail in every row."""
    whole = name.rpartition("::")[0]
    return failure is FailureClass.PASSED_ALREADY and classes.get(whole) is PROOF


def _counts(failure: FailureClass, kind: TaskKind) -> bool:
    if failure is FailureClass.PLANNED_CODE_RAISED:
        return kind is TaskKind.BUGFIX
    return failure in (FailureClass.ASSERTION, FailureClass.MISSING_PLANNED_SYMBOL)


def _uncollected(selectors: Sequence[str], new: Sequence[TestResult]) -> list[Reason]:
    missing = [selector for selector in selectors if not any(_named(selector, result) for result in new)]
    said = SENTENCES[FailureClass.NOT_COLLECTED]
    return [
        Reason(name, FailureClass.NOT_COLLECTED, name.partition("::")[0], 0, said.format(id=name)) for name in missing
    ]


def _named(selector: str, result: TestResult) -> bool:
    if selects(selector, result.id):
        return True
    return result.phase is Phase.COLLECT and (result.carries(selector) or selects(result.id, selector))


def judge_second_sight(
    *, new_tests: Sequence[str], before: SuiteReport, red: SuiteReport, stubbed: Sequence[SuiteReport], planned: Planned
) -> Verdict:
    """Whether tests that miss planned code fail on an assertion once stubs are in its place.

    `stubbed` are runs of the same tests, one for each flavour of stub (`core/stubs.py`). One assertion in one of them
    is proof: the test tells at least that dumb code from the right one; a run that a stub brought to a stop says
    nothing. Tests that failed on an assertion in `red` need no second proof.
    Standing `second_sight` again: with the stubs in place, a test got further and missed more that is planned. Stub
    what `missing_in` finds in these runs as well, and judge all runs together.
    """
    usable = [report for report in stubbed if unusable(report, "The run with stubs") is None]
    if not usable:
        stops = (unusable(report, "The run with stubs") for report in stubbed)
        return next(filter(None, stops), unjudged("The tests were never run with stubs: nothing is known about them."))
    proven = {r.id for r in new_results(new_tests, before, red) if classify(r, planned) is PROOF}
    told = _best_of(new_tests, before, usable, planned)
    classes = {name: FailureClass.ASSERTION if name in proven else failure for name, (_, failure) in told.items()}
    against = [
        *_uncollected(new_tests, [result for result, _ in told.values()]),
        *(
            _at_second_sight(told[name][0], failure)
            for name, failure in classes.items()
            if failure is not PROOF and not _case_of_a_proof(name, failure, classes)
        ),
        *(each for each in gone(before, usable[-1]) if _in_new_file(each.path, new_tests)),
    ]
    still = tuple(name for name, failure in classes.items() if failure is MISSING)
    if still and {each.test for each in against} == set(still):
        return Verdict(Standing.SECOND_SIGHT, tuple(against), still, tuple(classes.items()))
    return settled(against, classes.items())


def missing_in(reports: Iterable[SuiteReport], planned: Planned) -> tuple[str, ...]:
    """What tests looked for in vain and the plan is to bring, as `module:Name.attribute`: the names to stub."""
    found = (result for report in reports for result in report.everything)
    return tuple(sorted({each.missing for each in found if classify(each, planned) is MISSING}))


def _best_of(
    new_tests: Sequence[str], before: SuiteReport, reports: Sequence[SuiteReport], planned: Planned
) -> dict[str, tuple[TestResult, FailureClass]]:
    """Each new test with its most telling result; no file that one run could not collect, but another could."""
    seen: dict[str, list[TestResult]] = {}
    for report in reports:
        for result in new_results(new_tests, before, report):
            seen.setdefault(result.id, []).append(result)
    files = {name.partition("::")[0] for name in seen if "::" in name}
    return {name: _most_telling(results, planned) for name, results in seen.items() if name not in files}


def _most_telling(results: Sequence[TestResult], planned: Planned) -> tuple[TestResult, FailureClass]:
    order = {FailureClass.ASSERTION: -1, **{failure: place for place, failure in enumerate(TELLING)}}
    seen = [(result, classify(result, planned)) for result in results]
    return min(seen, key=lambda pair: order.get(pair[1], len(order)))


def _at_second_sight(result: TestResult, failure: FailureClass) -> Reason:
    said = reason(result, failure)
    message = " ".join(result.message.split())[:300].rstrip(".")
    words = {FailureClass.PASSED_ALREADY: DULL, FailureClass.OTHER_EXCEPTION: UNMET}.get(failure)
    sentence = words.format(id=result.id, exception=result.exception, message=message) if words else said.sentence
    return Reason(said.test, failure, said.path, said.line, sentence)


def _in_new_file(path: str, selectors: Sequence[str]) -> bool:
    return any(path == selector.partition("::")[0] for selector in selectors)
