"""GREEN and REFACTOR as tables: what passes, what became worse, what wavers, and what cannot be judged."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.evidence import (
    Ended,
    FailureClass,
    Outcome,
    Phase,
    Standing,
    SuiteReport,
    TestResult,
    Verdict,
    judge_green,
    judge_kind,
    judge_refactor,
    unsteady,
)
from tdd_orchestrator.core.evidence.reports import TIMEOUT
from tdd_orchestrator.core.plan import TaskKind

NEW = TestResult("tests/test_new.py::test_it", Outcome.PASSED, path="tests/test_new.py", line=4)
OLD = TestResult("tests/test_old.py::test_a", Outcome.PASSED)
BAD = TestResult("tests/test_old.py::test_b", Outcome.FAILED, exception="KeyError", message="line 3 of /a/b.py at 0x7f")
FAILED_NEW = replace(NEW, outcome=Outcome.FAILED, exception="AssertionError", message="assert 1 == 2", asserted=True)
BEFORE = SuiteReport((OLD, BAD))
RED = SuiteReport((OLD, BAD, FAILED_NEW))
FINE = SuiteReport((OLD, BAD, NEW))


def green(*results: TestResult, again: tuple[SuiteReport, ...] = (), excused: tuple[str, ...] = ()) -> Verdict:
    return judge_green(
        new_tests=["tests/test_new.py"],
        before=BEFORE,
        red=RED,
        green=SuiteReport(results),
        reruns=again,
        excused=excused,
    )


def test_new_tests_that_pass_and_an_old_suite_as_it_was_are_accepted() -> None:
    assert green(OLD, BAD, NEW).accepted
    assert green(OLD, replace(BAD, outcome=Outcome.PASSED), NEW).accepted
    assert green(OLD, replace(BAD, message="line 77 of /z/q.py at 0x55"), NEW).accepted
    assert green(OLD, BAD, NEW, again=(FINE, FINE)).accepted


@pytest.mark.parametrize(
    ("results", "blamed", "words"),
    [
        ((OLD, BAD, FAILED_NEW), NEW.id, "must pass now"),
        ((OLD, BAD, replace(NEW, outcome=Outcome.SKIPPED)), NEW.id, "must pass now and is skipped"),
        ((OLD, BAD, replace(NEW, outcome=Outcome.XPASSED)), NEW.id, "xpassed"),
        ((OLD, BAD), NEW.id, "vanished"),
        ((BAD, NEW), OLD.id, "is gone"),
        ((replace(OLD, outcome=Outcome.SKIPPED), BAD, NEW), OLD.id, "ran before and is skipped"),
        ((replace(OLD, outcome=Outcome.XFAILED), BAD, NEW), OLD.id, "ran before and is xfailed"),
        ((replace(OLD, outcome=Outcome.FAILED, exception="ValueError"), BAD, NEW), OLD.id, "passed before and fails"),
        ((OLD, replace(BAD, exception="ValueError"), NEW), BAD.id, "failed before, but otherwise"),
        ((OLD, replace(BAD, message="another"), NEW), BAD.id, "failed before, but otherwise"),
        ((OLD, replace(BAD, outcome=Outcome.ERROR, phase=Phase.SETUP), NEW), BAD.id, "otherwise"),
    ],
)
def test_whatever_became_worse_is_refused_by_name(results: tuple[TestResult, ...], blamed: str, words: str) -> None:
    verdict = green(*results)
    assert verdict.standing is Standing.REFUSED
    assert blamed in {reason.test for reason in verdict.reasons}
    assert any(words in reason.sentence for reason in verdict.reasons)


@pytest.mark.parametrize(
    "second",
    [
        SuiteReport((OLD, BAD, FAILED_NEW)),
        SuiteReport((replace(OLD, outcome=Outcome.FAILED), BAD, NEW)),
        SuiteReport((OLD, BAD, replace(NEW, outcome=Outcome.SKIPPED))),
        SuiteReport((OLD, BAD)),
    ],
)
def test_what_does_not_pass_again_is_flaky_and_no_pass(second: SuiteReport) -> None:
    for again in ((second,), (FINE, second)):
        verdict = green(OLD, BAD, NEW, again=again)
        assert {reason.failure for reason in verdict.reasons} == {FailureClass.FLAKY}


def test_old_tests_that_wavered_before_are_excused_but_new_ones_never() -> None:
    wavering = replace(OLD, outcome=Outcome.FAILED)
    excused = tuple(unsteady([BEFORE, SuiteReport((wavering, BAD))]))
    assert excused == (OLD.id,)
    assert green(wavering, BAD, NEW, excused=excused).accepted
    assert green(OLD, BAD, NEW, again=(SuiteReport((wavering, BAD, NEW)),), excused=excused).accepted
    assert not green(OLD, BAD, FAILED_NEW, excused=(NEW.id,)).accepted


@pytest.mark.parametrize(
    "report",
    [
        SuiteReport(),
        SuiteReport((OLD, BAD, NEW), ended=Ended.FORGED),
        SuiteReport((OLD, BAD, NEW), ended=Ended.COULD_NOT_RUN),
        SuiteReport((OLD, BAD, NEW), ended=Ended.CRASHED),
        SuiteReport((), ended=Ended.TIMED_OUT),
    ],
)
def test_a_run_that_says_nothing_is_never_a_pass(report: SuiteReport) -> None:
    names = ["tests/test_new.py"]
    verdict = judge_green(new_tests=names, before=BEFORE, red=RED, green=report)
    rerun = judge_green(new_tests=names, before=BEFORE, red=RED, green=FINE, reruns=[report])
    refactor = judge_refactor(green=FINE, refactor=report, names_before={}, names_after={})
    assert {v.standing for v in (verdict, rerun, refactor)} == {Standing.COULD_NOT_JUDGE}


def test_a_test_that_hangs_on_the_new_code_sends_it_back() -> None:
    hung = SuiteReport((replace(NEW, outcome=Outcome.ERROR, exception=TIMEOUT),), ended=Ended.TIMED_OUT)
    verdict = judge_green(new_tests=["tests/test_new.py"], before=BEFORE, red=RED, green=hung)
    assert (verdict.standing, verdict.reasons[0].failure) == (Standing.REFUSED, FailureClass.TIMEOUT)


def test_no_new_test_is_no_green() -> None:
    for names in ([], ["tests/test_none.py"]):
        assert not judge_green(new_tests=names, before=BEFORE, red=RED, green=FINE).accepted


def test_a_file_that_cannot_be_collected_any_more_speaks_for_its_tests() -> None:
    error = TestResult("tests/test_old.py", Outcome.ERROR, Phase.COLLECT, "SyntaxError", "bad")
    verdict = judge_green(new_tests=["tests/test_new.py"], before=BEFORE, red=RED, green=SuiteReport((NEW,), (error,)))
    assert [reason.test for reason in verdict.reasons] == ["tests/test_old.py"]


# REFACTOR


@pytest.mark.parametrize(
    ("results", "after", "accepted"),
    [
        ((OLD, BAD, NEW), {"total(items)", "Cart"}, True),
        ((OLD, BAD, NEW), {"total(items)", "Cart", "more"}, True),
        ((OLD, BAD, NEW), {"total(items, tax)", "Cart"}, False),
        ((OLD, BAD, NEW), {"Cart"}, False),
        ((OLD, BAD), {"total(items)", "Cart"}, False),
        ((OLD, BAD, FAILED_NEW), {"total(items)", "Cart"}, False),
    ],
)
def test_a_refactoring_keeps_results_and_names(
    results: tuple[TestResult, ...], after: set[str], accepted: bool
) -> None:
    verdict = judge_refactor(
        green=FINE,
        refactor=SuiteReport(results),
        names_before={"src/a.py": frozenset({"total(items)", "Cart"})},
        names_after={"src/a.py": frozenset(after)},
    )
    assert verdict.accepted is accepted


def test_a_refactoring_may_not_lose_a_file_nor_waver() -> None:
    names = {"src/a.py": frozenset({"Cart"})}
    lost = judge_refactor(green=FINE, refactor=FINE, names_before=names, names_after={})
    assert "`Cart` was public in src/a.py" in lost.reasons[0].sentence
    flaky = judge_refactor(green=FINE, refactor=FINE, names_before={}, names_after={}, reruns=[RED])
    assert flaky.reasons[0].failure is FailureClass.FLAKY


# Kinds


@pytest.mark.parametrize(
    ("kind", "new", "entry", "accepted"),
    [
        (TaskKind.BEHAVIOUR, ["a"], [], True),
        (TaskKind.BEHAVIOUR, [], [], False),
        (TaskKind.BUGFIX, ["a"], [], True),
        (TaskKind.BUGFIX, [], [], False),
        (TaskKind.PLUMBING, ["a"], ["a"], True),
        (TaskKind.PLUMBING, ["a"], [], False),
        (TaskKind.REFACTOR, [], [], True),
        (TaskKind.REFACTOR, ["a"], [], False),
        (TaskKind.DOCS, [], [], True),
        (TaskKind.DOCS, ["a"], [], False),
    ],
)
def test_each_kind_calls_for_its_own_tests(kind: TaskKind, new: list[str], entry: list[str], accepted: bool) -> None:
    assert judge_kind(kind, new_tests=new, through_entry_point=entry).accepted is accepted


# Whatever is reported, an accepted GREEN means what it says.

NAMES = st.sampled_from(["t.py::a", "t.py::b", "n.py::c", "n.py::d"])
RESULT = st.builds(TestResult, NAMES, st.sampled_from(list(Outcome)), message=st.sampled_from("xy"))
RESULTS = st.lists(RESULT, unique_by=lambda result: result.id).map(tuple)
REPORTS = st.builds(SuiteReport, RESULTS, ended=st.sampled_from(list(Ended)))


@given(before=REPORTS, red=REPORTS, green=REPORTS, again=st.lists(REPORTS, max_size=2))
def test_an_accepted_green_never_hides_a_test_that_did_not_pass(
    before: SuiteReport, red: SuiteReport, green: SuiteReport, again: list[SuiteReport]
) -> None:
    verdict = judge_green(new_tests=["n.py"], before=before, red=red, green=green, reruns=again)
    if not verdict.accepted:
        assert verdict.reasons
        return
    assert green.ended is Ended.COMPLETED
    new = [result for result in green.results if result.id.startswith("n.py") and result.id not in before.names]
    assert all(result.outcome is Outcome.PASSED for result in new)
    assert before.names <= green.names
    passed = {result.id for result in before.results if result.outcome is Outcome.PASSED}
    assert not passed & {result.id for result in green.results if result.bad or result.outcome is Outcome.SKIPPED}
