"""From the first look at a pull request to a plan: forks, faults, edits, lost planners, approval."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import CancelJob, Dispatch
from tdd_orchestrator.core.event import Dispatched, DispatchRefused, JobLost, PlanReported, PullRequestSeen, Ticked
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.forks import fork_told
from tdd_orchestrator.core.plan import Plan
from tdd_orchestrator.core.result import PlanResult, Step, Usage
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from world.imagined import command, planned, requirement, seen
from world.runs import after, only, plan_of, run, started, task, told

R, T = RunState, TaskState
FAULT = Fault("prds/x.md", 4, "REQ-1 is there twice.", "Give one of them another id.")
EDITED = replace(requirement("REQ-1"), text="something else")
BILLED = Rules(worker="claude", approve_above=0.01)


def lost(one: Run, at: float = 5.0) -> Run:
    return after(one, JobLost(at=at, nonce=only(one, Step.PLAN).nonce, reason="The runner vanished."))


def refused(one: Run, result: PlanResult) -> Run:
    return after(one, PlanReported(at=4.0, result=replace(result, nonce=only(one, Step.PLAN).nonce)))


def test_a_pull_request_without_a_prd_has_no_run() -> None:
    assert decide(None, seen(requirements=())).run is None


def test_a_prd_is_planned_at_once() -> None:
    decision = decide(None, seen())
    assert decision.run is not None
    assert decision.run.state is R.PLANNING
    (asked,) = [effect for effect in decision.effects if isinstance(effect, Dispatch)]
    assert (asked.assignment.step, asked.assignment.prds) == (Step.PLAN, ("prds/x.md",))


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        (seen(fork=True), fork_told(run())),
        (
            seen(faults=(FAULT,)),
            "The PRD cannot be planned: prds/x.md:4 REQ-1 is there twice. Give one of them another id.",
        ),
        (
            seen(faults=(FAULT,), requirements=()),
            "The PRD cannot be planned: prds/x.md:4 REQ-1 is there twice. Give one of them another id.",
        ),
    ],
)
def test_what_cannot_be_planned_waits_and_costs_nothing(look: PullRequestSeen, reason: str) -> None:
    first = after(None, look)
    assert (first.state, first.reason, first.jobs) == (R.BLOCKED, reason, ())
    again = after(first, replace(look, at=9.0), Ticked(at=10.0))
    assert (again.state, again.jobs) == (R.BLOCKED, ())


def test_a_warning_holds_nothing_up() -> None:
    assert after(None, seen(faults=(replace(FAULT, level="warning"),))).state is R.PLANNING


def test_a_mended_prd_is_planned_even_where_no_requirement_changed() -> None:
    first = after(None, seen(faults=(FAULT,)))
    assert after(first, seen(5.0)).state is R.PLANNING
    other = after(first, seen(5.0, faults=(replace(FAULT, line=9),)))
    assert "prds/x.md:9" in other.reason


@pytest.mark.parametrize(
    "result",
    [PlanResult("", None, "No key for the model."), PlanResult("", Plan((planned("TASK-1", "TASK-7"),)))],
)
def test_a_planner_without_a_plan_is_not_asked_again_by_looking(result: PlanResult) -> None:
    first = refused(after(None, seen()), result)
    assert first.state is R.BLOCKED
    assert first.reason.endswith("`/tdd plan`.")
    again = after(first, seen(50.0), Ticked(at=51.0), seen(52.0, Ref("feature", "f" * 40)))
    assert (again.state, again.open_jobs()) == (R.BLOCKED, ())
    assert after(again, command(Verb.PLAN)).state is R.PLANNING


def test_what_planning_costs_is_counted_even_where_it_fails() -> None:
    assert refused(after(None, seen()), PlanResult("", None, "no", (Usage(usd=0.5),))).usd == 0.5


def test_a_lost_planner_is_asked_again_and_a_person_the_third_time() -> None:
    first = after(None, seen())
    twice = lost(lost(first))
    assert twice.state is R.PLANNING
    third = lost(twice)
    assert third.state is R.BLOCKED
    assert third.reason == (
        "Planning ended 3 times without a result: The runner vanished. Look at the workflow run, then `/tdd plan`."
    )
    assert after(third, seen(60.0), Ticked(at=61.0)).open_jobs() == ()
    assert lost(after(third, command(Verb.PLAN))).state is R.PLANNING


def test_a_dispatch_that_github_refuses_waits_for_somebody() -> None:
    first = after(None, seen())
    nonce = only(first, Step.PLAN).nonce
    blocked = after(first, DispatchRefused(at=3.0, nonce=nonce, reason="There is no workflow file."))
    assert (blocked.state, blocked.reason) == (R.BLOCKED, "There is no workflow file. Then `/tdd resume`.")
    assert after(blocked, command(Verb.RESUME)).state is R.PLANNING


def test_an_edit_before_the_start_plans_anew_and_stops_the_old_planner() -> None:
    first = after(None, seen())
    first = after(first, Dispatched(at=2.0, nonce=only(first, Step.PLAN).nonce, workflow_run=7))
    decision = told(first, seen(5.0, requirements=(EDITED,)))
    assert decision.run is not None
    assert CancelJob(first.jobs[0].nonce, 7) in decision.effects
    assert only(decision.run, Step.PLAN).nonce != first.jobs[0].nonce
    late = PlanReported(at=6.0, result=PlanResult(first.jobs[0].nonce, Plan((planned("TASK-1"),))))
    assert after(decision.run, late).tasks == ()


def test_an_edit_takes_an_approval_back() -> None:
    waiting = run(R.AWAITING_APPROVAL, task(), approved_by="maintainer")
    anew = after(waiting, seen(5.0, requirements=(EDITED,)))
    assert (anew.state, anew.approved_by, anew.tasks) == (R.PLANNING, "", ())


def test_an_edit_while_paused_waits_for_resume() -> None:
    waiting = run(R.AWAITING_APPROVAL, task())
    paused = after(waiting, command(Verb.PAUSE), seen(5.0, requirements=(EDITED,)))
    assert (paused.state, paused.tasks, paused.open_jobs()) == (R.PAUSED, (), ())
    assert after(paused, command(Verb.RESUME, id="2:1")).state is R.PLANNING


def test_a_planner_lost_while_paused_is_asked_again_by_resume() -> None:
    paused = lost(after(None, seen(), command(Verb.PAUSE)))
    assert (paused.state, paused.open_jobs()) == (R.PAUSED, ())
    resumed = after(paused, command(Verb.RESUME, id="2:1"))
    assert (resumed.state, len(resumed.open_jobs())) == (R.PLANNING, 1)


def test_a_plan_that_comes_while_paused_is_kept_for_resume() -> None:
    paused = after(None, seen(), command(Verb.PAUSE))
    paused = after(paused, plan_of(paused, planned("TASK-1")))
    assert (paused.state, paused.tasks[0].state) == (R.PAUSED, T.PENDING)
    assert after(paused, command(Verb.RESUME, id="2:1")).tasks[0].state is T.IN_PROGRESS


def test_an_edit_after_the_start_is_planned_again_and_what_goes_on_goes_on() -> None:
    first = run(R.RUNNING, task("TASK-1", T.COMPLETE, tries=1), task("TASK-2", T.IN_PROGRESS, tries=1))
    edited = after(first, seen(5.0, requirements=(EDITED,)))
    assert edited.notes == ("REQ-1 changed in the PRD: what it touches is planned again, the rest goes on.",)
    assert edited.tasks == first.tasks
    assert [job.step for job in edited.open_jobs()] == ["work", "plan"]
    assert after(edited, seen(6.0, requirements=(EDITED,))) == replace(edited, seen_at=6.0)


def test_an_edit_after_the_end_is_noted() -> None:
    over = after(run(R.COMPLETED, task(state=T.COMPLETE, tries=1)), seen(5.0, requirements=(EDITED,)))
    assert over.notes == ("REQ-1 changed in the PRD after the end. `/tdd plan` plans what changed.",)
    assert over.state is R.COMPLETED


def test_a_prd_that_is_taken_away_blocks_the_run() -> None:
    gone = after(after(None, seen()), seen(5.0, requirements=()))
    assert gone.state is R.BLOCKED
    assert gone.reason == "The pull request holds no requirement any more. Add a PRD, or close it."
    assert after(gone, seen(6.0)).state is R.PLANNING


def test_a_look_that_is_older_than_what_is_known_changes_nothing() -> None:
    first = after(None, seen(10.0))
    assert after(first, seen(9.0, Ref("feature", "0" * 40), requirements=(EDITED,))) == first


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_run_that_is_over_is_not_woken_by_a_look(state: RunState) -> None:
    assert after(run(state), seen(5.0, requirements=(EDITED,)), Ticked(at=6.0)).state is state


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (BILLED, R.AWAITING_APPROVAL),
        (replace(BILLED, approve_above=50.0), R.RUNNING),
        (replace(BILLED, worker="script"), R.RUNNING),
        (replace(BILLED, worker="script", approve_above=0.0), R.AWAITING_APPROVAL),
    ],
)
def test_a_plan_at_or_over_the_limit_waits_for_approval(rules: Rules, state: RunState) -> None:
    first = after(None, seen(rules=rules))
    assert after(first, plan_of(first, planned("TASK-1"))).state is state


def test_a_plan_of_another_job_is_no_plan() -> None:
    working = started(planned("TASK-1"))
    other = PlanReported(at=9.0, result=PlanResult(working.open_jobs()[0].nonce, Plan((planned("TASK-2"),))))
    assert after(working, other) == working


def test_tasks_that_share_a_file_are_put_in_order_and_it_is_said() -> None:
    tasks = (planned("TASK-1"), replace(planned("TASK-2"), files=("src/TASK-1.py",)))
    assert started(*tasks).notes == ("TASK-2 waits for TASK-1: both own `src/TASK-1.py`.",)
