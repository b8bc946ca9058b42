"""A PRD edited in mid-run: only what changed is planned anew, keys never move, and what had landed is named."""

from dataclasses import replace

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.event import PlanReported
from tdd_orchestrator.core.plan import Plan
from tdd_orchestrator.core.replanning import digests
from tdd_orchestrator.core.result import PlanResult, Step
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Task
from world.imagined import command, planned, requirement, seen
from world.runs import after, run, task

R, T = RunState, TaskState
ONE, TWO, THREE = (requirement(f"REQ-{n}") for n in (1, 2, 3))
RULES = Rules(approve_above=100.0, worker="script", max_parallel=9)


def covering(name: str, key: str, state: TaskState, *needs: str, tries: int = 0) -> Task:
    made = task(key, state, tries=tries)
    return replace(made, planned=planned(key, *needs, kind=name))


def going(*tasks: Task, state: RunState = R.RUNNING) -> Run:
    asked = (ONE, TWO, THREE)
    return run(state, *tasks, requirements=asked, planned_from=digests(asked), rules=RULES)


def edited(name: str) -> tuple[object, ...]:
    return tuple(replace(each, text="another text") if each.id == name else each for each in (ONE, TWO, THREE))


def replanned(before: Run, requirements: tuple[object, ...], plan: Plan) -> Run:
    asked = after(before, seen(50.0, requirements=requirements, rules=RULES))
    (job,) = [job for job in asked.open_jobs() if job.step is Step.PLAN]
    return after(asked, PlanReported(at=51.0, result=PlanResult(job.nonce, plan)))


PLAN = Plan(
    (
        planned("TASK-1", kind="REQ-1"),
        planned("TASK-2", "TASK-1", kind="REQ-2"),
        planned("TASK-3", "TASK-2", kind="REQ-3"),
    )
)


def test_what_had_landed_stays_and_is_named_and_a_new_task_reworks_it() -> None:
    before = going(
        covering("REQ-1", "TASK-1", T.COMPLETE, tries=1),
        covering("REQ-2", "TASK-2", T.COMPLETE, "TASK-1", tries=1),
        covering("REQ-3", "TASK-3", T.IN_PROGRESS, "TASK-2", tries=1),
    )
    now = replanned(before, edited("REQ-2"), PLAN)
    assert [(t.key, t.state) for t in now.tasks] == [
        ("TASK-1", T.COMPLETE),
        ("TASK-2", T.COMPLETE),
        ("TASK-3", T.IN_PROGRESS),
        ("TASK-4", T.IN_PROGRESS),
    ]
    assert now.tasks[3].planned.depends_on == ("TASK-1",)
    assert "TASK-2 had landed for an older text of REQ-2: TASK-4 reworks it." in now.notes
    aged = replace(before.tasks[1], outdated=("REQ-2",))
    assert now.tasks[:3] == (before.tasks[0], aged, before.tasks[2])


def test_what_had_not_landed_is_given_up_and_its_dependents_wait_for_what_takes_its_place() -> None:
    before = going(
        covering("REQ-1", "TASK-1", T.COMPLETE, tries=1),
        covering("REQ-2", "TASK-2", T.IN_PROGRESS, "TASK-1", tries=1),
        covering("REQ-3", "TASK-3", T.PENDING, "TASK-2"),
    )
    now = replanned(before, edited("REQ-2"), PLAN)
    assert [(t.key, t.state) for t in now.tasks][1:] == [
        ("TASK-2", T.SKIPPED),
        ("TASK-3", T.PENDING),
        ("TASK-4", T.IN_PROGRESS),
    ]
    assert now.task("TASK-3").planned.depends_on == ("TASK-2", "TASK-4")  # type: ignore[union-attr]
    assert now.tasks[1].reason == "REQ-2 changed in the PRD: TASK-4 takes its place."


def test_a_new_requirement_gets_a_task_and_nothing_else_moves() -> None:
    before = going(covering("REQ-1", "TASK-1", T.IN_PROGRESS, tries=1), covering("REQ-2", "TASK-2", T.READY))
    before = replace(before, requirements=(ONE, TWO), planned_from=digests((ONE, TWO)))
    now = replanned(before, (ONE, TWO, THREE), PLAN)
    assert [t.key for t in now.tasks] == ["TASK-1", "TASK-2", "TASK-3"]
    assert now.tasks[2].planned.requirements == ("REQ-3",)
    assert now.tasks[2].planned.depends_on == ("TASK-2",)


def test_a_requirement_that_is_taken_away_takes_its_unfinished_task_along() -> None:
    before = going(
        covering("REQ-1", "TASK-1", T.COMPLETE, tries=1),
        covering("REQ-2", "TASK-2", T.IN_PROGRESS, tries=1),
        covering("REQ-3", "TASK-3", T.READY),
    )
    now = replanned(before, (ONE, TWO), Plan(PLAN.tasks[:2]))
    assert (now.tasks[2].state, now.tasks[2].reason) == (T.SKIPPED, "REQ-3 changed in the PRD and asks for it no more.")


def test_a_run_does_not_end_while_it_is_planned_again() -> None:
    before = going(covering("REQ-1", "TASK-1", T.COMPLETE, tries=1), covering("REQ-2", "TASK-2", T.SKIPPED))
    asked = after(before, seen(50.0, requirements=edited("REQ-1"), rules=RULES))
    assert asked.state is R.RUNNING


def test_a_second_edit_gives_up_the_plan_for_the_first() -> None:
    before = going(covering("REQ-1", "TASK-1", T.IN_PROGRESS, tries=1))
    first = after(before, seen(50.0, requirements=edited("REQ-2"), rules=RULES))
    second = after(first, seen(60.0, requirements=edited("REQ-3"), rules=RULES))
    assert len([job for job in second.open_jobs() if job.step is Step.PLAN]) == 1
    assert len([job for job in second.jobs if job.step is Step.PLAN]) == 2


def test_more_work_waits_for_approval_like_any_plan() -> None:
    before = going(covering("REQ-1", "TASK-1", T.COMPLETE, tries=1), covering("REQ-2", "TASK-2", T.READY, tries=1))
    rules = replace(RULES, approve_above=0.0)
    asked = after(before, seen(50.0, requirements=edited("REQ-1"), rules=rules))
    (job,) = [job for job in asked.open_jobs() if job.step is Step.PLAN]
    now = after(asked, PlanReported(at=51.0, result=PlanResult(job.nonce, PLAN)))
    assert now.state is R.AWAITING_APPROVAL
    assert after(now, command(Verb.APPROVE, id="77:1", at=60.0)).state is R.RUNNING


def test_after_the_end_plan_works_only_what_changed() -> None:
    over = replace(going(covering("REQ-1", "TASK-1", T.COMPLETE, tries=1)), state=R.COMPLETED, ended_at=40.0)
    unchanged = after(over, command(Verb.PLAN, id="5:1", at=45.0))
    assert unchanged.state is R.COMPLETED
    noted = after(over, seen(50.0, requirements=edited("REQ-1"), rules=RULES))
    woken = after(noted, command(Verb.PLAN, id="6:1", at=55.0))
    assert woken.state is R.RUNNING
    (job,) = woken.open_jobs()
    now = after(woken, PlanReported(at=56.0, result=PlanResult(job.nonce, PLAN)))
    assert [(t.key, t.state) for t in now.tasks][:2] == [("TASK-1", T.COMPLETE), ("TASK-2", T.IN_PROGRESS)]


def test_what_takes_the_place_of_a_task_does_not_wait_for_those_that_wait_for_it() -> None:
    plan = Plan((*PLAN.tasks[:2], planned("TASK-3", "TASK-2", kind="REQ-1"), planned("TASK-4", kind="REQ-3")))
    before = going(
        covering("REQ-1", "TASK-1", T.COMPLETE, tries=1),
        covering("REQ-2", "TASK-2", T.IN_PROGRESS, "TASK-1", tries=1),
        covering("REQ-1", "TASK-3", T.PENDING, "TASK-2"),
        covering("REQ-3", "TASK-4", T.COMPLETE, tries=1),
    )
    now = replanned(before, edited("REQ-2"), plan)
    assert [(t.key, t.state, t.planned.depends_on) for t in now.tasks if t.state is not T.COMPLETE] == [
        ("TASK-2", T.SKIPPED, ("TASK-1",)),
        ("TASK-3", T.PENDING, ("TASK-2", "TASK-5")),
        ("TASK-5", T.IN_PROGRESS, ("TASK-1",)),
    ]
