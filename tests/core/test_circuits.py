"""What keeps new work from starting: money, calls, a worker that keeps failing; and what lets it go on."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.circuits import failures_in_a_row, tripped
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import Reply
from tdd_orchestrator.core.result import Stage, StageReport, StageState, Usage
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.spending import cap
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Attempt, Task
from world.imagined import command
from world.runs import run, task

STAGE = StageReport(Stage.GREEN, StageState.REFUSED, "said", usage=(Usage("m", calls=10, usd=1.0),))


def attempt(number: int, accepted: bool | None, ended_at: float, stages: tuple[StageReport, ...] = (STAGE,)) -> Attempt:
    return Attempt(number, f"n{number}", 1.0, ended_at=ended_at, accepted=accepted, stages=stages)


def worked(key: str, *attempts: Attempt) -> Task:
    return replace(task(key), state=TaskState.READY, attempts=attempts, chances=9)


def running(*tasks: Task, **rules: object) -> Run:
    return run(RunState.RUNNING, *tasks, rules=Rules(worker="script", **rules))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attempts", "row"),
    [
        ((), 0),
        ((attempt(1, False, 2), attempt(2, False, 3)), 2),
        ((attempt(1, False, 2), attempt(2, True, 3)), 0),
        ((attempt(1, True, 2), attempt(2, False, 3)), 1),
        ((attempt(1, False, 2, ()), attempt(2, False, 3)), 1),
        ((attempt(1, None, 2),), 0),
    ],
    ids=["none", "two", "healed", "one since", "a lost runner is not the worker's", "in progress"],
)
def test_failures_count_in_a_row_over_all_tasks(attempts: tuple[Attempt, ...], row: int) -> None:
    assert failures_in_a_row(running(worked("TASK-1", *attempts))) == row


def test_a_worker_that_keeps_failing_gets_nothing_new_until_it_is_reset() -> None:
    tasks = [worked(f"TASK-{n}", attempt(1, False, n)) for n in (1, 2, 3)]
    stopped = decide(running(*tasks, worker_max_consecutive=3), command(Verb.PAUSE, id="9:1", at=9.0)).run
    assert stopped is not None
    blocked = decide(stopped, command(Verb.RESUME, id="9:2", at=10.0)).run
    assert blocked is not None
    assert blocked.state is RunState.BLOCKED
    assert "/tdd reset worker:script" in blocked.reason
    healed = decide(blocked, command(Verb.RESET, id="9:3", subject="worker:script", at=11.0)).run
    assert healed is not None
    assert healed.state is RunState.RUNNING
    assert healed.tasks_in(TaskState.IN_PROGRESS)


def test_calls_of_models_are_limited_too() -> None:
    spent = running(worked("TASK-1", attempt(1, False, 2)), max_invocations=10)
    trip = tripped(spent, 5.0)
    assert trip is not None
    assert "called models 10 times" in trip.reason
    assert tripped(replace(spent, rules=replace(spent.rules, max_invocations=11)), 5.0) is None


@pytest.mark.parametrize(("said", "allowed"), [("+5", 6.0), ("20", 20.0), ("+0.5", 1.5)])
def test_a_maintainer_allows_more_money_and_the_run_goes_on(said: str, allowed: float) -> None:
    blocked = replace(
        running(worked("TASK-1", attempt(1, False, 2)), per_run=1.0), state=RunState.BLOCKED, reason="spent"
    )
    after = decide(blocked, command(Verb.BUDGET, subject=said, role="maintain")).run
    assert after is not None
    assert cap(after) == allowed
    assert after.state is RunState.RUNNING


def test_a_writer_may_not_allow_more_money() -> None:
    decision = decide(running(worked("TASK-1")), command(Verb.BUDGET, subject="+5", role="write"))
    (reply,) = [effect for effect in decision.effects if isinstance(effect, Reply)]
    assert "needs the role maintain" in reply.text
    assert decision.run is not None
    assert decision.run.budget is None
