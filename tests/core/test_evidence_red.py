"""RED as a table: what proves, what sends back, what has to be looked at again, and what cannot be judged."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tdd_orchestrator.core.evidence import (
    Ended,
    FailureClass,
    Outcome,
    Phase,
    Planned,
    Reason,
    Standing,
    SuiteReport,
    TestResult,
    Verdict,
    judge_red,
    judge_second_sight,
    missing_in,
)
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT
from tdd_orchestrator.core.plan import TaskKind

PLANNED = Planned(("src/shop/**",))
NEW = "tests/test_new.py"
OLD = TestResult("tests/test_old.py::test_a", Outcome.PASSED, path="tests/test_old.py", line=3)
OLD_BAD = TestResult("tests/test_old.py::test_b", Outcome.FAILED, exception="KeyError", message="'x' at 0x7f12")


def failing(name: str = "test_it", **other: Any) -> TestResult:
    """A new test that fails on an assertion, unless told otherwise."""
    usual = TestResult(
        f"{NEW}::{name}",
        Outcome.FAILED,
        exception="AssertionError",
        message="assert 1 == 2",
        path=NEW,
        line=9,
        asserted=True,
    )
    return replace(usual, **other)


def raising(exception: str, **other: Any) -> TestResult:
    return replace(failing(), exception=exception, message="oh", **{"asserted": False, **other})


BEFORE = SuiteReport((OLD, OLD_BAD))
COLLECT: dict[str, Any] = {"outcome": Outcome.ERROR, "phase": Phase.COLLECT, "asserted": False}


def red(*results: TestResult, broken: Sequence[TestResult] = (), kind: TaskKind = TaskKind.BEHAVIOUR) -> Verdict:
    report = SuiteReport((OLD, OLD_BAD, *results), tuple(broken))
    return judge_red(new_tests=[NEW], before=BEFORE, red=report, planned=PLANNED, kind=kind)


def test_a_test_that_fails_on_an_assertion_is_proof() -> None:
    verdict = red(failing())
    assert verdict.accepted
    assert verdict.classes == ((f"{NEW}::test_it", FailureClass.ASSERTION),)


@pytest.mark.parametrize(
    ("result", "failure", "words"),
    [
        (failing(outcome=Outcome.PASSED), FailureClass.PASSED_ALREADY, "proves nothing"),
        (failing(outcome=Outcome.XPASSED), FailureClass.PASSED_ALREADY, "proves nothing"),
        (failing(outcome=Outcome.SKIPPED), FailureClass.SKIPPED, "must run"),
        (failing(outcome=Outcome.XFAILED), FailureClass.SKIPPED, "xfailed"),
        (raising("KeyError"), FailureClass.OTHER_EXCEPTION, "KeyError before anything is asserted"),
        (raising("KeyError", raised_in="src/shop/a.py"), FailureClass.PLANNED_CODE_RAISED, "src/shop/a.py"),
        (failing(raised_in="src/shop/a.py"), FailureClass.PLANNED_CODE_RAISED, "src/shop/a.py"),
        (raising("ModuleNotFoundError", missing="numpy"), FailureClass.UNPLANNED_IMPORT, "import only"),
        (raising("ImportError"), FailureClass.UNPLANNED_IMPORT, "import only"),
        (raising("RuntimeError", phase=Phase.SETUP, outcome=Outcome.ERROR), FailureClass.FIXTURE_ERROR, "setup"),
        (failing(phase=Phase.SETUP, outcome=Outcome.ERROR), FailureClass.FIXTURE_ERROR, "setup"),
        (raising("SyntaxError"), FailureClass.SYNTAX_ERROR, "not valid code"),
        (raising(TIMEOUT), FailureClass.TIMEOUT, "in time"),
        (raising(CRASH), FailureClass.CRASH, "whole test process"),
    ],
)
def test_any_other_end_of_a_new_test_is_refused_by_its_class(
    result: TestResult, failure: FailureClass, words: str
) -> None:
    verdict = red(failing("test_good"), result)
    assert verdict.standing is Standing.REFUSED
    assert [(r.test, r.failure, r.path, r.line) for r in verdict.reasons] == [(result.id, failure, NEW, 9)]
    assert words in verdict.reasons[0].sentence


@pytest.mark.parametrize("kind", [TaskKind.BUGFIX, TaskKind.BEHAVIOUR, TaskKind.PLUMBING])
def test_only_a_bug_may_show_as_an_exception_out_of_the_tasks_own_code(kind: TaskKind) -> None:
    own = red(raising("KeyError", raised_in="src/shop/a.py"), kind=kind)
    elsewhere = red(raising("KeyError", raised_in="src/bank.py"), kind=kind)
    assert own.accepted is (kind is TaskKind.BUGFIX)
    assert not elsewhere.accepted


@pytest.mark.parametrize(
    ("exception", "missing", "raised_in", "again"),
    [
        ("ModuleNotFoundError", "shop.cart", NEW, True),
        ("ModuleNotFoundError", "shop", NEW, True),
        ("ImportError", "shop.cart:Cart", NEW, True),
        ("AttributeError", "shop:Cart.total", NEW, True),
        ("AttributeError", "shop:Cart.total", "src/shop/api.py", False),
        ("NotImplementedError", "shop:total", "src/shop/__init__.py", True),
        ("AttributeError", "bank:rate", NEW, False),
        ("ModuleNotFoundError", "shopping", NEW, False),
    ],
)
def test_what_is_missing_and_planned_is_looked_at_again(
    exception: str, missing: str, raised_in: str, again: bool
) -> None:
    verdict = red(failing("test_good"), raising(exception, missing=missing, raised_in=raised_in))
    assert (verdict.standing is Standing.SECOND_SIGHT) is again
    assert verdict.second_sight == ((f"{NEW}::test_it",) if again else ())
    assert not verdict.accepted


def test_a_file_that_misses_planned_code_is_looked_at_again_as_a_whole() -> None:
    broken = replace(raising("ImportError", missing="shop:Cart", **COLLECT), id=NEW)
    assert red(broken=[broken]).second_sight == (NEW,)
    unplanned = replace(broken, missing="bank:Cart")
    assert red(broken=[unplanned]).reasons[0].failure is FailureClass.UNPLANNED_IMPORT
    syntax = replace(broken, missing="", exception="SyntaxError")
    assert red(broken=[syntax]).reasons[0].failure is FailureClass.SYNTAX_ERROR
    other = replace(broken, missing="", exception="ZeroDivisionError")
    assert red(broken=[other]).reasons[0].failure is FailureClass.COLLECTION_ERROR


def test_a_refusal_elsewhere_comes_before_a_second_look() -> None:
    verdict = red(raising("ModuleNotFoundError", missing="shop.cart"), failing("test_b", outcome=Outcome.PASSED))
    assert verdict.standing is Standing.REFUSED


def test_a_file_in_which_nothing_is_collected_is_refused() -> None:
    verdict = red()
    assert [(r.test, r.failure) for r in verdict.reasons] == [(NEW, FailureClass.NOT_COLLECTED)]
    none = judge_red(new_tests=[], before=BEFORE, red=BEFORE, planned=PLANNED)
    assert "no new test" in none.reasons[0].sentence


def test_each_named_test_must_be_there_and_its_parameters_go_with_it() -> None:
    names = [f"{NEW}::test_it", f"{NEW}::test_table", f"{NEW}::test_gone"]
    report = SuiteReport((failing(), failing("test_table[1]"), failing("test_other", outcome=Outcome.PASSED)))
    verdict = judge_red(new_tests=names, before=SuiteReport(), red=report, planned=PLANNED)
    assert [r.test for r in verdict.reasons if r.failure is FailureClass.NOT_COLLECTED] == [f"{NEW}::test_gone"]
    assert {name for name, _ in verdict.classes} == {f"{NEW}::test_it", f"{NEW}::test_table[1]"}


def test_a_rewritten_old_test_is_judged_as_new_where_it_is_named() -> None:
    rewritten = replace(failing(), id=OLD.id)
    report = SuiteReport((rewritten, OLD_BAD))
    named = judge_red(new_tests=[OLD.id], before=BEFORE, red=report, planned=PLANNED)
    by_file = judge_red(new_tests=["tests/test_old.py"], before=BEFORE, red=report, planned=PLANNED)
    assert named.accepted
    assert not by_file.accepted


def test_vacuous_tests_are_refused_with_their_reason() -> None:
    reason = Reason(f"{NEW}::test_it", FailureClass.VACUOUS, NEW, 3, "test_it is a stub")
    report = SuiteReport((OLD, OLD_BAD, failing()))
    verdict = judge_red(new_tests=[NEW], before=BEFORE, red=report, planned=PLANNED, vacuous=[reason])
    assert verdict.reasons == (reason,)


@pytest.mark.parametrize(
    "report",
    [
        SuiteReport(ended=Ended.FORGED, explanation="void"),
        SuiteReport(ended=Ended.COULD_NOT_RUN, explanation="no pytest"),
        SuiteReport(ended=Ended.TIMED_OUT),
        SuiteReport(ended=Ended.CRASHED),
        SuiteReport((failing(),), ended=Ended.FORGED),
        SuiteReport((failing(),), ended=Ended.COULD_NOT_RUN),
    ],
)
def test_a_run_that_says_nothing_is_neither_proof_nor_refusal(report: SuiteReport) -> None:
    for before, after in ((BEFORE, report), (report, SuiteReport((OLD, OLD_BAD, failing())))):
        verdict = judge_red(new_tests=[NEW], before=before, red=after, planned=PLANNED)
        assert verdict.standing is Standing.COULD_NOT_JUDGE
        assert not verdict.accepted
        assert "could not be judged" in verdict.reasons[0].sentence


@pytest.mark.parametrize(("what", "ended"), [(TIMEOUT, Ended.TIMED_OUT), (CRASH, Ended.CRASHED)])
def test_a_new_test_that_stops_the_whole_run_is_refused_by_name(what: str, ended: Ended) -> None:
    stopped = SuiteReport((raising(what, outcome=Outcome.ERROR),), ended=ended)
    verdict = judge_red(new_tests=[NEW], before=BEFORE, red=stopped, planned=PLANNED)
    assert verdict.standing is Standing.REFUSED
    assert verdict.reasons[0].test == f"{NEW}::test_it"


# Second sight


def sight(*stubbed: SuiteReport, before: SuiteReport = BEFORE, first: SuiteReport | None = None) -> Verdict:
    missed = replace(raising("ImportError", missing="shop:x", **COLLECT), id=NEW)
    first = first or SuiteReport(collection_errors=(missed,))
    return judge_second_sight(new_tests=[NEW], before=before, red=first, stubbed=stubbed, planned=PLANNED)


PASSES = failing(outcome=Outcome.PASSED)


@pytest.mark.parametrize(
    ("runs", "accepted", "failure"),
    [
        ([failing()], True, FailureClass.ASSERTION),
        ([PASSES, failing()], True, FailureClass.ASSERTION),
        ([raising("TypeError"), failing()], True, FailureClass.ASSERTION),
        ([PASSES, PASSES], False, FailureClass.PASSED_ALREADY),
        ([PASSES, raising("TypeError")], False, FailureClass.PASSED_ALREADY),
        ([raising("TypeError"), raising("TypeError")], False, FailureClass.OTHER_EXCEPTION),
        ([failing(outcome=Outcome.SKIPPED)], False, FailureClass.SKIPPED),
    ],
)
def test_with_stubs_one_assertion_is_proof(runs: list[TestResult], accepted: bool, failure: FailureClass) -> None:
    verdict = sight(*(SuiteReport((run,)) for run in runs))
    assert verdict.accepted is accepted
    assert dict(verdict.classes) == {f"{NEW}::test_it": failure}


def test_a_test_that_passes_with_stubs_is_told_so() -> None:
    assert "stub that does nothing" in sight(SuiteReport((PASSES,))).reasons[0].sentence
    assert "stubs stand in" in sight(SuiteReport((raising("TypeError"),))).reasons[0].sentence


def test_a_test_proven_at_first_sight_may_pass_with_stubs() -> None:
    first = SuiteReport((failing("test_b"), raising("AttributeError", missing="shop:x")))
    assert sight(SuiteReport((replace(PASSES, id=f"{NEW}::test_b"), failing())), first=first).accepted


def test_without_a_run_with_stubs_nothing_is_known() -> None:
    assert sight().standing is Standing.COULD_NOT_JUDGE
    assert sight(SuiteReport(ended=Ended.CRASHED)).standing is Standing.COULD_NOT_JUDGE
    assert sight(SuiteReport()).standing is Standing.COULD_NOT_JUDGE
    assert sight(SuiteReport((OLD,))).reasons[0].failure is FailureClass.NOT_COLLECTED


def test_what_a_stub_brought_to_a_stop_says_nothing_beside_a_run_that_speaks() -> None:
    hung = SuiteReport((raising(TIMEOUT, outcome=Outcome.ERROR),), ended=Ended.TIMED_OUT)
    uncollected = SuiteReport(collection_errors=(replace(raising("TypeError", **COLLECT), id=NEW),))
    assert sight(hung, SuiteReport((failing(),))).accepted
    assert sight(SuiteReport((failing(),)), uncollected).accepted
    assert sight(hung).reasons[0].failure is FailureClass.TIMEOUT
    assert sight(uncollected).reasons[0].failure is FailureClass.COLLECTION_ERROR


def test_a_test_that_got_further_and_missed_more_is_looked_at_once_more() -> None:
    further = SuiteReport((failing("test_b"), raising("AttributeError", missing="shop:y")))
    verdict = sight(further)
    assert (verdict.standing, verdict.second_sight) == (Standing.SECOND_SIGHT, (f"{NEW}::test_it",))
    assert missing_in([further], PLANNED) == ("shop:y",)
    assert sight(further, SuiteReport((failing("test_b"), failing()))).accepted
    assert sight(further, SuiteReport((failing("test_b", outcome=Outcome.PASSED), PASSES))).standing is Standing.REFUSED


def test_old_tests_of_the_same_file_must_come_back_with_the_stubs() -> None:
    there = replace(OLD, id=f"{NEW}::test_old")
    verdict = sight(SuiteReport((failing(),)), before=SuiteReport((there,)))
    assert [r.test for r in verdict.reasons] == [there.id]
