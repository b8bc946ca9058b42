"""What starts, in which order, how many at once, and when a run is over or stuck."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.budget import P90, quote
from tdd_orchestrator.core.event import Landed, Ticked
from tdd_orchestrator.core.jobs import assignment, nonce
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Stage, Step
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.scheduling import scheduled
from tdd_orchestrator.core.states import RunState, TaskState
from world.imagined import planned
from world.runs import TIP, after, attempt, report, run, stage, started, task

R, T = RunState, TaskState
SPENT = task("TASK-1", T.COMPLETE, attempts=(attempt("n", 1, stage(Stage.GREEN)),))


def states(one: Run) -> list[TaskState]:
    return [each.state for each in one.tasks]


@pytest.mark.parametrize("most", [1, 2, 3, 9])
def test_no_more_tasks_run_at_once_than_are_allowed(most: int) -> None:
    one = started(*(planned(f"TASK-{number}") for number in range(1, 5)), max_parallel=most)
    assert states(one).count(T.IN_PROGRESS) == min(most, 4)


def test_proven_work_that_waits_to_land_holds_no_place() -> None:
    one = started(planned("TASK-1"), planned("TASK-2"), max_parallel=1)
    assert states(after(one, report(one))) == [T.PASSING, T.IN_PROGRESS]


def test_the_longest_path_goes_first() -> None:
    tasks = (planned("TASK-1"), planned("TASK-2"), planned("TASK-3", "TASK-2"))
    assert states(started(*tasks, max_parallel=1)) == [T.READY, T.IN_PROGRESS, T.PENDING]


def test_a_dependent_starts_on_what_its_dependency_landed() -> None:
    one = started(planned("TASK-1"), planned("TASK-2", "TASK-1"))
    assert states(one) == [T.IN_PROGRESS, T.PENDING]
    one = after(one, report(one), Landed(at=10.0, task="TASK-1", head=TIP))
    assert states(one) == [T.COMPLETE, T.IN_PROGRESS]
    assert one.tasks[1].attempts[0].base == TIP


@pytest.mark.parametrize("state", sorted(set(RunState) - {R.RUNNING}))
def test_only_a_running_run_moves(state: RunState) -> None:
    held = run(state, task(), task("TASK-2", T.PASSING, tries=1))
    assert scheduled(held, 5.0) == held


def test_a_run_is_over_when_all_is_landed_or_skipped() -> None:
    over = scheduled(run(R.RUNNING, SPENT, task("TASK-2", T.SKIPPED), reason="old"), 5.0)
    assert (over.state, over.reason, over.ended_at) == (R.COMPLETED, "", 5.0)


def test_the_budget_stops_what_is_new_and_says_what_to_do() -> None:
    rules = Rules(per_run=0.25)
    one = scheduled(run(R.RUNNING, SPENT, task("TASK-2"), rules=rules), 5.0)
    assert (one.state, one.tasks[1].state) == (R.BLOCKED, T.READY)
    assert one.reason.startswith("The run has spent $0.25 of its $0.25. `/tdd budget +5` allows five dollars more")
    busy = run(R.RUNNING, SPENT, task("TASK-2"), task("TASK-3", T.IN_PROGRESS, tries=1), rules=rules)
    assert scheduled(busy, 5.0).state is R.RUNNING
    assert scheduled(replace(busy, rules=Rules(per_run=0.26)), 5.0).tasks[1].state is T.IN_PROGRESS


def test_what_does_not_depend_on_a_failed_task_goes_on() -> None:
    one = scheduled(run(R.RUNNING, task(state=T.FAILED, tries=3), task("TASK-2", T.PENDING)), 5.0)
    assert (one.state, states(one)) == (R.RUNNING, [T.FAILED, T.IN_PROGRESS])
    stuck = scheduled(run(R.RUNNING, task(state=T.FAILED, tries=3), task("TASK-2", T.PENDING, "TASK-1")), 5.0)
    assert (stuck.state, states(stuck)) == (R.BLOCKED, [T.FAILED, T.PENDING])


def test_a_tick_asks_again_for_what_was_not_confirmed() -> None:
    one = run(R.RUNNING, task(state=T.IN_PROGRESS, tries=1))
    assert scheduled(one, 9.0) == one
    assert after(one, Ticked(at=9.0)) == one


def test_a_job_has_a_name_that_follows_from_what_it_is() -> None:
    one = run()
    names = {
        nonce(one, Step.WORK, "TASK-1", 1),
        nonce(one, Step.WORK, "TASK-1", 2),
        nonce(one, Step.WORK, "TASK-2", 1),
        nonce(one, Step.PROVE, "TASK-1", 1),
        nonce(replace(one, number=8), Step.WORK, "TASK-1", 1),
        nonce(replace(one, opened_at=99.0), Step.WORK, "TASK-1", 1),
    }
    assert len(names) == 6
    assert all(len(name) == 12 for name in names)
    assert nonce(one, Step.WORK, "TASK-1", 1) == nonce(run(R.PAUSED), Step.WORK, "TASK-1", 1)


def test_an_assignment_says_all_that_a_runner_needs() -> None:
    one = started(planned("TASK-1"))
    again = after(one, report(one, tip=None, feedback="Do not cheat."))
    given = assignment(again, again.open_jobs()[0])
    assert (given.step, given.attempt, given.feedback) == (Step.WORK, 2, "Do not cheat.")
    assert given.task == planned("TASK-1")
    assert given.head == again.tasks[0].attempts[1].base
    assert given.budget_usd == 20.0 - 0.25
    assert assignment(replace(again, rules=Rules(per_run=0.1)), again.open_jobs()[0]).budget_usd == 0.0
    other = replace(again, tasks=(replace(again.tasks[0], worker="script"),))
    assert assignment(other, again.open_jobs()[0]).worker == "script"


@pytest.mark.parametrize("worker", ["script", "human", "command"])
def test_workers_without_a_model_cost_nothing_but_time(worker: str) -> None:
    quoted = quote((planned("TASK-1"),), worker=worker)
    assert (quoted.usd_p50, quoted.usd_p90, quoted.minutes_p50) == (0.0, 0.0, 6.0)


def test_a_quote_sums_money_and_counts_only_the_longest_path_of_time() -> None:
    tasks = tuple(planned(f"TASK-{number}") for number in range(1, 4))
    quoted = quote(tasks, worker="claude")
    assert quoted.usd_p50 == round(3 * (0.06 * 2.0 + 0.30 * 0.10 + 0.015 * 10.0), 2)
    assert quoted.usd_p90 == pytest.approx(quoted.usd_p50 * P90, abs=0.01)
    assert quoted.minutes_p50 == 6.0
    assert quote((*tasks, planned("TASK-4", "TASK-1")), worker="claude").minutes_p50 == 12.0
    assert all(quote((replace(tasks[0], kind=kind),), worker="claude").usd_p50 > 0 for kind in TaskKind)
