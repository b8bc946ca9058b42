"""Packs: which tasks share a job, whose money and attempts are whose, and what the end of one means for the others."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.costs import by_task
from tdd_orchestrator.core.effect import CancelJob, Dispatch, Land
from tdd_orchestrator.core.event import DispatchRefused, JobLost, Landed, LandingRefused, Ticked, WorkReported
from tdd_orchestrator.core.jobs import assignment
from tdd_orchestrator.core.ledger_rows import reserved, rows
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import ProofResult, Stage, StageState, Step, Worked, WorkResult
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.spending import share
from tdd_orchestrator.core.states import TaskState
from world.imagined import HEAD, command, planned
from world.runs import after, report, stage, started, told

T = TaskState
CHAIN = (planned("TASK-1"), planned("TASK-2", "TASK-1"), planned("TASK-3", "TASK-2"))


def lead(one: Run) -> Job:
    (found,) = [job for job in one.open_jobs() if job.step is Step.WORK and not job.lead]
    return found


def packs(one: Run) -> list[tuple[str, ...]]:
    return [(job.task or "", *job.pack) for job in one.jobs if job.step is Step.WORK and not job.lead]


def states(one: Run) -> list[TaskState]:
    return [each.state for each in one.tasks]


def worked(one: Run, key: str, tip: str | None, *, holds: bool | None = True, base: str = "x") -> Worked:
    said = WorkResult(lead(one).nonce, key, 1, base, tip, (stage(),), "" if tip else "It cheats.")
    return Worked(said, ProofResult(said.nonce, tip, holds=holds) if tip and holds is not None else None)


def reported(one: Run, *rest: Worked, tip: str | None = "tip-1") -> WorkReported:
    return replace(report(one, "TASK-1", tip), rest=rest)


PACK = started(*CHAIN, packing=3)
PASSING = after(PACK, reported(PACK, worked(PACK, "TASK-2", "tip-2"), worked(PACK, "TASK-3", "tip-3")))


@pytest.mark.parametrize(
    ("tasks", "packing", "expected"),
    [
        (CHAIN, 1, [("TASK-1",)]),
        (CHAIN, 2, [("TASK-1", "TASK-2")]),
        (CHAIN, 3, [("TASK-1", "TASK-2", "TASK-3")]),
        ((*CHAIN[:2], planned("TASK-3", "TASK-1")), 3, [("TASK-1",)]),
        ((*CHAIN[:2], planned("TASK-3", "TASK-1", "TASK-2")), 3, [("TASK-1",)]),
        ((CHAIN[0], planned("TASK-2"), planned("TASK-3", "TASK-1", "TASK-2")), 3, [("TASK-1",), ("TASK-2",)]),
        ((CHAIN[0], replace(CHAIN[1], acceptance=("a", "b", "c")), CHAIN[2]), 3, [("TASK-1",)]),
        ((replace(CHAIN[0], acceptance=("a", "b", "c")), *CHAIN[1:]), 3, [("TASK-1",)]),
        ((*CHAIN, planned("TASK-4")), 3, [("TASK-1", "TASK-2", "TASK-3"), ("TASK-4",)]),
    ],
    ids=["off", "two", "three", "branches", "branches anew", "joins", "one is large", "the first is", "beside another"],
)
def test_only_a_chain_of_small_tasks_shares_a_job(
    tasks: tuple[PlannedTask, ...], packing: int, expected: list[tuple[str, ...]]
) -> None:
    assert sorted(packs(started(*tasks, packing=packing))) == expected


def test_what_people_have_in_hand_ends_the_chain_before_it() -> None:
    large = replace(planned("TASK-9"), acceptance=("a", "b", "c"))
    one = started(large, planned("TASK-1", "TASK-9"), *CHAIN[1:], packing=3)
    one = after(one, command(Verb.TAKE, "TASK-3", at=5.0), report(one, "TASK-9", "tip-9"))
    one = after(one, Landed(at=12.0, task="TASK-9", head="tip-9"))
    assert packs(one) == [("TASK-9",), ("TASK-1", "TASK-2")]


def test_what_was_tried_goes_alone() -> None:
    one = after(PACK, DispatchRefused(at=5.0, nonce=lead(PACK).nonce, reason="No file."))
    assert [(len(each.attempts), each.chances) for each in one.tasks] == [(1, 4), (0, 3), (0, 3)]
    assert packs(after(one, command(Verb.RESUME, at=6.0)))[-1] == ("TASK-1",)


def test_one_dispatch_carries_all_of_them_in_order() -> None:
    (dispatch,) = [assignment(PACK, job) for job in PACK.open_jobs() if not job.lead]
    assert [dispatch.task and dispatch.task.key, *(each.key for each in dispatch.tasks)] == [
        "TASK-1",
        "TASK-2",
        "TASK-3",
    ]
    assert [effect for effect in told(PACK, Ticked(at=5.0)).effects if isinstance(effect, Dispatch)] == []
    assert states(PACK) == [T.IN_PROGRESS] * 3
    assert PACK.busy == 1
    assert len({each.attempts[0].nonce for each in PACK.tasks}) == 3
    assert {job.workflow_run for job in PACK.open_jobs()} == {90}


def test_a_pack_takes_one_place_and_one_share_of_the_money() -> None:
    one = started(*CHAIN, planned("TASK-4"), packing=3, max_parallel=2, worker="claude")
    assert states(one) == [T.IN_PROGRESS] * 4
    alone = started(*CHAIN, planned("TASK-4"), max_parallel=2, worker="claude")
    assert reserved(one) == reserved(alone)
    assert [job.budget_usd for job in one.open_jobs() if job.lead] == [None, None]
    assert share(one, "TASK-4", 9.0) == share(alone, "TASK-4", 9.0)


def test_each_task_has_its_own_attempt_money_and_row() -> None:
    assert states(PASSING) == [T.PASSING] * 3
    assert [each.usd for each in PASSING.tasks] == [0.25] * 3
    assert [each.attempts[0].base for each in PASSING.tasks] == [HEAD.sha, "tip-1", "tip-2"]
    assert [(row.task, row.usd, row.accepted) for row in rows(PASSING) if row.task] == [
        (each.key, 0.25, True) for each in PASSING.tasks
    ]
    again = after(PASSING, reported(PACK, worked(PACK, "TASK-2", "tip-2"), worked(PACK, "TASK-3", "tip-3")))
    assert again == PASSING, "a repeated report changes nothing and is paid once"


def test_the_time_of_a_pack_is_shared_and_money_outside_of_an_attempt_is_still_the_task_s() -> None:
    single = started(CHAIN[0])
    (alone,) = [row.seconds for row in rows(after(single, report(single))) if row.task]
    assert [row.seconds for row in rows(PASSING) if row.task] == [pytest.approx(alone / 3, abs=0.01)] * 3
    broken = after(PACK, reported(PACK, worked(PACK, "TASK-2", "t", holds=False), worked(PACK, "TASK-3", "tip-3")))
    assert [(cost.name, cost.usd) for cost in by_task(broken)] == [(each.key, 0.25) for each in CHAIN]


def test_a_pack_lands_in_order_as_one() -> None:
    assert PASSING.batch is not None
    assert PASSING.batch.tasks == ("TASK-1", "TASK-2", "TASK-3")
    (land,) = [
        effect for effect in told(PACK, reported(PACK, worked(PACK, "TASK-2", "t"))).effects if isinstance(effect, Land)
    ]
    assert [(ripe.task, ripe.base, ripe.tip) for ripe in land.tasks] == [
        ("TASK-1", HEAD.sha, "tip-1"),
        ("TASK-2", "tip-1", "t"),
    ]
    over = after(PASSING, Landed(at=12.0, task="TASK-1", head="tip-3", tasks=("TASK-1", "TASK-2", "TASK-3")))
    assert states(over) == [T.COMPLETE] * 3


def test_a_plan_in_another_order_lands_a_pack_in_its_own() -> None:
    one = started(CHAIN[2], CHAIN[1], planned("TASK-9"), CHAIN[0], packing=3)
    held = next(job for job in one.open_jobs() if job.task == "TASK-1")
    rest = tuple(
        Worked(WorkResult(held.nonce, key, 1, "x", tip, (stage(),)), ProofResult(held.nonce, tip, holds=True))
        for key, tip in (("TASK-2", "tip-2"), ("TASK-3", "tip-3"))
    )
    one = after(one, replace(report(one, "TASK-1", "tip-1"), rest=rest))
    assert one.batch is not None
    assert one.batch.tasks == ("TASK-1", "TASK-2", "TASK-3")


def test_what_comes_after_a_refused_task_was_never_begun() -> None:
    one = after(PACK, reported(PACK, worked(PACK, "TASK-2", None)))
    assert states(one) == [T.PASSING, T.PENDING, T.PENDING]
    assert [len(each.attempts) for each in one.tasks] == [1, 1, 0]
    assert one.tasks[1].reason == "It cheats."
    on = after(one, Landed(at=12.0, task="TASK-1", head="tip-1"))
    assert packs(on)[-1] == ("TASK-2",), "a refused task goes back to work alone"


@pytest.mark.parametrize("holds", [False, None], ids=["it does not hold", "none was left"])
def test_without_a_proof_what_stands_on_it_is_paid_and_forgotten(holds: bool | None) -> None:
    one = after(PACK, reported(PACK, worked(PACK, "TASK-2", "t", holds=holds), worked(PACK, "TASK-3", "tip-3")))
    assert states(one) == [T.PASSING, T.PENDING, T.PENDING]
    assert [len(each.attempts) for each in one.tasks] == [1, 1, 0]
    assert one.usd == 0.75
    repeated = reported(PACK, worked(PACK, "TASK-2", "t", holds=holds), worked(PACK, "TASK-3", "tip-3"))
    assert after(one, repeated).usd == 0.75


def test_a_runner_that_does_not_know_packs_leaves_the_first_and_the_rest_is_free() -> None:
    one = after(PACK, reported(PACK), Landed(at=12.0, task="TASK-1", head="tip-1"))
    assert states(one) == [T.COMPLETE, T.IN_PROGRESS, T.IN_PROGRESS]
    assert packs(one)[-1] == ("TASK-2", "TASK-3")


def test_a_lost_job_costs_each_task_what_it_costs_one_and_the_system_one_loss() -> None:
    one = after(PACK, JobLost(at=20.0, nonce=lead(PACK).nonce, reason="The runner vanished."))
    alone = after(
        started(CHAIN[0]), JobLost(at=20.0, nonce=lead(started(CHAIN[0])).nonce, reason="The runner vanished.")
    )
    assert [(each.chances, len(each.attempts) >= 1) for each in one.tasks] == [(alone.tasks[0].chances, True)] * 3
    assert [row.lost for row in rows(one) if row.task] == [True, False, False]
    assert packs(one)[-1] == ("TASK-1",)


def test_a_pack_that_is_too_late_is_given_up_as_one() -> None:
    decision = told(PACK, Ticked(at=4e3))
    assert decision.run is not None
    assert [job.state for job in decision.run.jobs if job.lead or job.pack] == [JobState.LOST] * 3
    assert [effect for effect in decision.effects if isinstance(effect, CancelJob)] == [CancelJob(lead(PACK).nonce, 90)]


@pytest.mark.parametrize(
    ("task", "verb", "left", "stopped"),
    [
        ("TASK-1", Verb.SKIP, [T.SKIPPED, T.IN_PROGRESS, T.IN_PROGRESS], True),
        ("TASK-1", Verb.TAKE, [T.READY, T.PENDING, T.PENDING], True),
        ("TASK-2", Verb.SKIP, [T.IN_PROGRESS, T.SKIPPED, T.IN_PROGRESS], False),
        ("TASK-2", Verb.TAKE, [T.IN_PROGRESS, T.PENDING, T.PENDING], False),
        ("TASK-3", Verb.SKIP, [T.IN_PROGRESS, T.IN_PROGRESS, T.SKIPPED], False),
    ],
)
def test_the_runner_is_given_up_only_when_no_task_of_it_is_wanted(
    task: str, verb: Verb, left: list[TaskState], stopped: bool
) -> None:
    decision = told(PACK, command(verb, task, at=10.0))
    assert decision.run is not None
    assert states(decision.run) == left
    stops = [effect for effect in decision.effects if isinstance(effect, CancelJob)]
    assert stops == ([CancelJob(lead(PACK).nonce, 90)] if stopped else [])


def test_a_result_for_a_task_that_was_skipped_is_paid_and_ignored() -> None:
    one = after(PACK, command(Verb.SKIP, "TASK-3", at=10.0))
    one = after(one, reported(PACK, worked(PACK, "TASK-2", "tip-2"), worked(PACK, "TASK-3", "tip-3")))
    assert states(one) == [T.PASSING, T.PASSING, T.SKIPPED]
    assert one.usd == 0.75


def test_what_stood_on_a_task_that_does_not_land_is_worked_again() -> None:
    one = after(PASSING, LandingRefused(at=12.0, task="TASK-1", tip="tip-1", reason="A conflict."))
    assert states(one) == [T.IN_PROGRESS, T.PENDING, T.PENDING]
    told_ = [each.attempts[0].stages[-1] for each in one.tasks]
    assert [(report.stage, report.state) for report in told_] == [(Stage.LAND, StageState.REFUSED)] * 3
    assert one.tasks[2].feedback == "It was built on the work of TASK-2, which is not going to land."
    assert packs(one)[-1] == ("TASK-1",)


def test_a_skip_of_proven_work_takes_what_stands_on_it_back() -> None:
    waits = replace(PASSING, batch=None, rules=replace(PASSING.rules, packing=1))
    one = after(replace(waits, state=PASSING.state), command(Verb.PAUSE, id="p", at=10.0))
    one = after(replace(one, batch=None), command(Verb.SKIP, "TASK-2", id="s", at=11.0))
    assert states(one)[:2] == [T.PASSING, T.SKIPPED]
    assert one.tasks[2].state is T.READY
    assert one.tasks[2].proven is None
