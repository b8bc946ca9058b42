"""GREEN and REFACTOR: new tests pass, old ones are no worse, nothing is skipped, nothing is gone, nothing wavers."""

from collections.abc import Iterable, Mapping, Sequence

from tdd_orchestrator.core.evidence.classes import SENTENCES, classify
from tdd_orchestrator.core.evidence.fingerprints import fingerprint
from tdd_orchestrator.core.evidence.old_suite import NOTHING_PLANNED, new_results, unusable, worse
from tdd_orchestrator.core.evidence.reports import Outcome, Phase, SuiteReport, TestResult, chosen
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason, Verdict, settled

STILL_PASSES = (
    "passes even with its assertion turned into the opposite, so that something else decides how it ends: "
    "an object that equals everything, a hook, or code that answers for the tests."
)
WITHOUT = (
    "failed in RED and passes on the same tree now, without the new code: "
    "something outside of the repository was changed."
)


def judge_green(
    *,
    new_tests: Sequence[str],
    before: SuiteReport,
    red: SuiteReport,
    green: SuiteReport,
    reruns: Sequence[SuiteReport] = (),
    excused: Iterable[str] = (),
) -> Verdict:
    """Whether the code makes the new tests pass and harms nothing else.

    `red` is the run in which the new tests were collected (the one with stubs, where there was one). `reruns` ran the
    same tests in another order and hash seed. `excused` are old tests that `unsteady` found wavering before the change.
    """
    if not new_tests:
        return settled(
            [Reason("", FailureClass.NOT_COLLECTED, "", 0, "There is no new test that this code could make pass.")]
        )
    if stop := _unusable_any(green, reruns):
        return stop
    new = new_results(new_tests, before, green)
    ids = [result.id for result in new]
    needed = {result.id for result in new_results(new_tests, before, red) if result.phase is not Phase.COLLECT}
    against = [
        *_nothing_selected(new_tests, green),
        *_vanished(needed - set(ids)),
        *(_not_passed(result) for result in new if result.outcome is not Outcome.PASSED),
        *worse(before, green, ids, excused),
        *_wavering(green, reruns, frozenset(excused)),
    ]
    return settled(against)


def judge_refactor(
    *,
    green: SuiteReport,
    refactor: SuiteReport,
    names_before: Mapping[str, frozenset[str]],
    names_after: Mapping[str, frozenset[str]],
    reruns: Sequence[SuiteReport] = (),
    excused: Iterable[str] = (),
) -> Verdict:
    """Whether a refactoring changed nothing that can be seen: same tests, same results, every public name kept.

    `names_*` give the public names with their signatures (`core/names.py`) of each file the task owns. A name may move
    to another file only where its old home still offers it.
    """
    if stop := _unusable_any(refactor, reruns):
        return stop
    lost = [
        Reason(
            "", None, path, 0, f"`{name}` was public in {path} and is gone or has another signature: keep it as it was."
        )
        for path, names in sorted(names_before.items())
        for name in sorted(names - names_after.get(path, frozenset()))
        if not _moved(name, path, names_after)
    ]
    return settled([*worse(green, refactor, (), excused), *lost, *_wavering(refactor, reruns, frozenset(excused))])


def _moved(name: str, path: str, after: Mapping[str, frozenset[str]]) -> bool:
    """Whether a public name is in another file now, as it was, and its old home still offers it."""
    bare = name.partition("(")[0].partition(".")[0]
    elsewhere = any(name in names for other, names in after.items() if other != path)
    return elsewhere and bare in after.get(path, frozenset())


def judge_control(turned: Sequence[str], control: SuiteReport) -> Verdict:
    """Whether tests that were made to fail (`turned`: their selectors) do fail over code that makes them pass."""
    if stop := unusable(control, "The run with tests made to fail"):
        return stop
    failed = tuple(f"{result.id}::" for result in control.results if result.bad)
    passed = [result for result in chosen(turned, control) if result.outcome is Outcome.PASSED]
    return settled(
        Reason(each.id, FailureClass.VACUOUS, each.path, each.line, f"{each.id} {STILL_PASSES}")
        for each in passed
        if not each.id.startswith(failed)  # a subtest of a test that did fail
    )


def judge_without(new_tests: Sequence[str], without: SuiteReport, red: SuiteReport) -> Verdict:
    """Whether the new tests still fail where the new code is not: on the RED tree, after all other runs.

    `red` is what they said at first; a case that passed then is no news.
    """
    passed = [result for result in chosen(new_tests, without) if result.outcome is Outcome.PASSED]
    return settled(
        Reason(each.id, FailureClass.PASSED_ALREADY, each.path, each.line, f"{each.id} {WITHOUT}")
        for each in passed
        if (then := red.by_id.get(each.id)) is None or then.bad
    )


def unsteady(reports: Sequence[SuiteReport]) -> frozenset[str]:
    """The tests that do not end the same way in every one of these runs, or fail in different ways."""
    outcomes: dict[str, set[str]] = {}
    for report in reports:
        for result in report.results:
            how = fingerprint(result) if result.bad else result.outcome.value
            outcomes.setdefault(result.id, set()).add(how)
    return frozenset(name for name, seen in outcomes.items() if len(seen) > 1)


def _unusable_any(first: SuiteReport, reruns: Sequence[SuiteReport]) -> Verdict | None:
    if stop := unusable(first, "The suite"):
        return stop
    return next((stop for rerun in reruns if (stop := unusable(rerun, "The suite in another order"))), None)


def _nothing_selected(selectors: Sequence[str], green: SuiteReport) -> list[Reason]:
    missing = [selector for selector in selectors if not chosen([selector], green)]
    said = SENTENCES[FailureClass.NOT_COLLECTED]
    return [
        Reason(name, FailureClass.NOT_COLLECTED, name.partition("::")[0], 0, said.format(id=name)) for name in missing
    ]


def _vanished(names: Iterable[str]) -> list[Reason]:
    return [
        Reason(
            name,
            FailureClass.NOT_COLLECTED,
            name.partition("::")[0],
            0,
            f"{name} failed in RED and is gone now: a test that vanished is no pass.",
        )
        for name in sorted(names)
    ]


def _not_passed(result: TestResult) -> Reason:
    message = " ".join(result.message.split())[:300]
    how = f"{result.outcome}" if not result.bad else f"{result.outcome} ({result.exception}: {message})"
    return Reason(
        result.id,
        classify(result, NOTHING_PLANNED),
        result.path,
        result.line,
        f"{result.id} must pass now and is {how}.",
    )


def _wavering(first: SuiteReport, reruns: Sequence[SuiteReport], excused: frozenset[str]) -> list[Reason]:
    """A test that passed and does not pass again; one that a rerun left out wavers too."""
    reasons = []
    for result in first.results:
        if result.outcome is not Outcome.PASSED or result.id in excused:
            continue
        endings = [seen.outcome if (seen := rerun.by_id.get(result.id)) else "absent" for rerun in reruns]
        if differing := [ending for ending in endings if ending != Outcome.PASSED]:
            said = SENTENCES[FailureClass.FLAKY].format(
                id=result.id, message=f"passed, then {differing[0]} in another order and hash seed"
            )
            reasons.append(Reason(result.id, FailureClass.FLAKY, result.path, result.line, said))
    return reasons
