"""What people see again after a change: no more than what looks different, and on the right head."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.effect import PRD, Effect, Retire, ShowComment, ShowPrd, ShowRun, ShowTask
from tdd_orchestrator.core.event import Landed, Rerequested, Ticked
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.showing import STALE_AFTER_S, has_check, shows
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from world.imagined import HEAD, command, planned, seen
from world.runs import TIP, after, report, run, started, task, told

R, T = RunState, TaskState
OLD = HEAD.sha
PASSING = after(started(planned("TASK-1")), report(started(planned("TASK-1"))))


def seen_after(first: Run, event: object) -> list[Effect]:
    kinds = ShowRun | ShowTask | ShowPrd | ShowComment | Retire
    return [effect for effect in told(first, event).effects if isinstance(effect, kinds)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "tries", "open_run", "over"),
    [
        (T.PENDING, 0, False, False),
        (T.READY, 0, False, False),
        (T.READY, 1, True, True),
        (T.IN_PROGRESS, 1, True, True),
        (T.PASSING, 1, True, True),
        (T.FAILED, 3, True, True),
        (T.BLOCKED, 1, True, True),
        (T.COMPLETE, 1, False, True),
        (T.SKIPPED, 0, False, True),
    ],
)
def test_a_task_has_a_check_while_it_is_active_and_at_the_end(
    state: TaskState, tries: int, open_run: bool, over: bool
) -> None:
    one = task(state=state, tries=tries)
    assert has_check(run(R.RUNNING, one), one) is open_run
    assert all(has_check(run(final, one), one) is over for final in FINAL)


def test_what_nobody_would_see_is_not_shown() -> None:
    one = run(R.RUNNING, task(state=T.IN_PROGRESS, tries=1))
    assert shows(one, replace(one, handled=("1:1",), seen_at=99.0)) == ()
    assert seen_after(one, Ticked(at=9.0)) == []
    assert seen_after(one, command(Verb.STATUS)) == []


def test_a_change_of_one_task_shows_that_task_the_run_and_the_comment() -> None:
    one = started(planned("TASK-1"), planned("TASK-2"))
    assert seen_after(one, report(one)) == [ShowTask("TASK-1", OLD), ShowRun(OLD), ShowComment()]


def test_a_landing_leaves_the_finished_task_where_it_was_and_retires_the_rest() -> None:
    two = started(planned("TASK-1"), planned("TASK-2"))
    two = after(two, report(two))
    assert seen_after(two, Landed(at=10.0, task="TASK-1", head=TIP)) == [
        ShowTask("TASK-1", OLD),
        Retire(OLD, TIP, "TASK-2"),
        ShowTask("TASK-2", TIP),
        Retire(OLD, TIP, PRD),
        ShowPrd(TIP),
        Retire(OLD, TIP),
        ShowRun(TIP),
        ShowComment(),
    ]


def test_the_last_landing_shows_the_whole_picture_on_the_last_head() -> None:
    assert seen_after(PASSING, Landed(at=10.0, task="TASK-1", head=TIP)) == [
        ShowTask("TASK-1", OLD),
        ShowTask("TASK-1", TIP),
        Retire(OLD, TIP, PRD),
        ShowPrd(TIP),
        Retire(OLD, TIP),
        ShowRun(TIP),
        ShowComment(),
    ]


def test_a_push_moves_the_active_checks() -> None:
    new = "1" * 40
    one = run(R.RUNNING, task("TASK-1", T.COMPLETE, tries=1), task("TASK-2", T.IN_PROGRESS, tries=1), task("TASK-3"))
    one = replace(one, rules=replace(one.rules, max_parallel=1))
    assert seen_after(one, seen(9.0, Ref("feature", new), one.rules)) == [
        Retire(OLD, new, "TASK-2"),
        ShowTask("TASK-2", new),
        Retire(OLD, new, PRD),
        ShowPrd(new),
        Retire(OLD, new),
        ShowRun(new),
        ShowComment(),
    ]


def test_a_rerun_makes_new_check_runs_on_the_same_head() -> None:
    one = run(R.RUNNING, task(state=T.IN_PROGRESS, tries=1))
    asked = Rerequested(at=5.0, id="r1", author="writer", role="write", task=None)
    assert seen_after(one, asked) == [
        Retire(OLD, OLD, "TASK-1"),
        ShowTask("TASK-1", OLD, 1),
        Retire(OLD, OLD, PRD),
        ShowPrd(OLD, 1),
        Retire(OLD, OLD),
        ShowRun(OLD, 1),
        ShowComment(),
    ]


def test_cancelling_shows_every_task_that_was_begun() -> None:
    one = run(R.RUNNING, task("TASK-1", T.COMPLETE, tries=1), task("TASK-2", T.IN_PROGRESS, tries=1), task("TASK-3"))
    shown = seen_after(one, command(Verb.CANCEL))
    assert shown == [ShowTask("TASK-1", OLD), ShowTask("TASK-2", OLD), ShowPrd(OLD), ShowRun(OLD), ShowComment()]


def test_a_skipped_task_is_shown_once_more_where_it_was() -> None:
    one = run(R.RUNNING, task(state=T.IN_PROGRESS, tries=1), task("TASK-2", T.IN_PROGRESS, tries=1))
    assert seen_after(one, command(Verb.SKIP, "TASK-1"))[0] == ShowTask("TASK-1", OLD)


def test_the_board_is_sent_when_a_requirement_stands_differently_not_at_every_attempt() -> None:
    two = started(planned("TASK-1"), planned("TASK-2"))
    refused = report(two, tip=None)
    assert ShowPrd(OLD) not in seen_after(two, refused)
    assert ShowPrd(OLD) in seen_after(run(R.RUNNING, task(state=T.FAILED)), command(Verb.RETRY, "TASK-1"))


def test_a_push_that_takes_the_last_requirement_away_retires_the_board() -> None:
    one = run(R.PLANNING)
    shown = seen_after(one, seen(9.0, Ref("feature", "1" * 40), one.rules, requirements=()))
    assert Retire(OLD, "1" * 40, PRD) in shown
    assert not [effect for effect in shown if isinstance(effect, ShowPrd)]


@pytest.mark.parametrize("state", sorted(set(RunState)))
def test_a_run_that_waits_for_long_gets_new_checks_before_github_calls_them_stale(state: RunState) -> None:
    one = run(state, task(state=T.FAILED, tries=3), shown_since=5.0, jobs=())
    assert after(one, Ticked(at=5.0 + STALE_AFTER_S)).generation == 0
    later = after(one, Ticked(at=6.0 + STALE_AFTER_S))
    assert later.generation == (0 if state in FINAL else 1)
    if state not in FINAL:
        assert ShowPrd(OLD, 1) in seen_after(one, Ticked(at=6.0 + STALE_AFTER_S))
        assert after(later, Ticked(at=7.0 + STALE_AFTER_S)) == later, "once"


def test_ten_days_are_less_than_githubs_fourteen() -> None:
    assert 0 < STALE_AFTER_S < 14 * 86_400


def test_a_move_of_the_head_is_when_its_checks_begin() -> None:
    new = Ref("feature", "1" * 40)
    one = run(R.RUNNING, task(state=T.IN_PROGRESS, tries=1))
    assert after(one, seen(9.0, new, one.rules)).shown_since == 9.0
