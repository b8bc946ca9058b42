"""A task's attempts: reported, refused, lost, too late, never started."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.effect import CancelJob
from tdd_orchestrator.core.event import (
    DispatchRefused,
    Event,
    JobLost,
    JobQueued,
    PlanReported,
    PullRequestClosed,
    Ticked,
    WorkReported,
)
from tdd_orchestrator.core.ledger_rows import rows
from tdd_orchestrator.core.result import PlanResult, ProofResult, Stage, Step, Usage
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.working import QUEUE_GRACE_S
from world.imagined import command, planned, seen
from world.runs import TIP, after, only, report, run, started, task, told

R, T = RunState, TaskState
ONE = started(planned("TASK-1"))


def first_task(one: Run) -> tuple[TaskState, str, str]:
    return one.tasks[0].state, one.tasks[0].reason, one.tasks[0].feedback


def lost(one: Run, at: float = 20.0) -> Run:
    return after(one, JobLost(at=at, nonce=only(one, Step.WORK).nonce, reason="The runner vanished."))


def test_accepted_and_proven_work_waits_to_land() -> None:
    passing = after(ONE, report(ONE))
    assert passing.tasks[0].state is T.PASSING
    assert passing.is_landing("TASK-1")
    assert [one.stage for one in passing.tasks[0].attempts[0].stages] == [Stage.RED, Stage.PROVE]
    assert passing.usd == 0.25


HOLDS = ProofResult("", TIP, holds=True)


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        (None, "The work was accepted, but the prove job left no proof."),
        (replace(HOLDS, tip="f" * 40), "The prove job proved another commit than the one that was handed over."),
        (replace(HOLDS, holds=False, reason="RED passes."), "The proof did not hold: RED passes."),
    ],
)
def test_work_without_a_proof_of_its_own_goes_back(proof: ProofResult | None, reason: str) -> None:
    again = after(ONE, replace(report(ONE), proof=proof))
    assert again.tasks[0].attempts[0].reason == reason
    assert again.tasks[0].proven is None
    assert len(again.tasks[0].attempts) == 2


def test_a_refused_attempt_is_told_why_and_tried_again_until_its_chances_are_used() -> None:
    one = ONE
    for attempt in (1, 2, 3):
        one = after(one, report(one, tip=None, at=10.0 + attempt, feedback=f"No {attempt}."))
    assert [attempt.feedback for attempt in one.tasks[0].attempts] == ["", "No 1.", "No 2."]
    assert first_task(one) == (T.FAILED, "It cheats. (3 attempts)", "No 3.")
    assert one.state is R.BLOCKED
    assert one.reason == (
        "TASK-1 failed: It cheats. (3 attempts) `/tdd retry TASK-1` tries again, `/tdd skip TASK-1` goes on without it."
    )


def test_an_attempt_that_gives_no_reason_is_given_one() -> None:
    again = after(ONE, report(ONE, tip=None, reason=""))
    assert again.tasks[0].attempts[0].reason == "The attempt left no commit, and no reason why."
    assert again.tasks[0].attempts[1].feedback == "The attempt left no commit, and no reason why."


def changed_nonce(event: WorkReported, **changes: str) -> WorkReported:
    return replace(event, result=replace(event.result, **changes))  # type: ignore[arg-type]


def test_reports_that_nobody_waits_for_change_nothing() -> None:
    good = report(ONE)
    assert after(ONE, changed_nonce(good, nonce="unknown")) == ONE
    assert after(ONE, changed_nonce(good, task="TASK-9")) == ONE
    passing = after(ONE, good)
    assert after(passing, good) == passing
    refused = after(ONE, report(ONE, tip=None))
    assert after(refused, good) == refused  # the old attempt's report, while the second is with its runner


@pytest.mark.parametrize(
    "gone",
    [
        command(Verb.CANCEL),
        command(Verb.SKIP, "TASK-1"),
        JobLost(at=20.0, nonce=only(ONE, Step.WORK).nonce, reason="The runner vanished."),
        Ticked(at=1e6),
    ],
    ids=["cancelled", "skipped", "lost", "timed out"],
)
def test_the_money_of_a_report_that_comes_too_late_counts_once_and_nothing_else_of_it(gone: Event) -> None:
    late, given_up = report(ONE, at=2e6), after(ONE, gone)
    paid = after(given_up, late)
    assert (given_up.usd, paid.usd) == (0.0, 0.25)
    assert after(paid, late, late) == paid
    assert [t.state for t in paid.tasks] == [t.state for t in given_up.tasks]
    assert [row.usd for row in rows(paid) if row.nonce == late.result.nonce] == [0.25]


def test_the_money_of_a_plan_that_comes_too_late_counts_too() -> None:
    opened = after(None, seen())
    late = PlanReported(at=9.0, result=PlanResult(only(opened, Step.PLAN).nonce, None, usage=(Usage("m", usd=0.5),)))
    anew = after(opened, JobLost(at=5.0, nonce=late.result.nonce, reason="gone"))
    assert after(anew, late, late).usd == 0.5
    assert len(after(anew, late).open_jobs()) == 1


def test_a_plan_that_is_made_anew_forgets_no_money() -> None:
    refused = after(ONE, report(ONE, tip=None), command(Verb.CANCEL), command(Verb.PLAN, id="2:1"))
    assert (refused.tasks, refused.usd) == ((), 0.25)
    assert sum(row.usd for row in rows(refused)) == 0.25


def test_two_lost_runners_are_free_and_the_third_costs_a_chance() -> None:
    one = lost(lost(ONE))
    assert (len(one.tasks[0].attempts), one.tasks[0].chances) == (3, 5)
    one = lost(one)
    assert (len(one.tasks[0].attempts), one.tasks[0].chances) == (4, 5)
    assert first_task(lost(lost(one)))[:2] == (T.FAILED, "The runner vanished. (5 attempts)")


def test_a_lost_runner_passes_on_what_the_attempt_was_told() -> None:
    told_once = after(ONE, report(ONE, tip=None, feedback="Do not cheat."))
    assert lost(told_once).tasks[0].attempts[-1].feedback == "Do not cheat."


def test_a_job_without_a_result_is_given_up_in_time_and_its_runner_stopped() -> None:
    limit = ONE.rules.task_minutes * 60 + 600
    asked = only(ONE, Step.WORK)
    assert after(ONE, Ticked(at=asked.asked_at + limit)) == ONE
    decision = told(ONE, Ticked(at=asked.asked_at + limit + 1))
    assert decision.run is not None
    assert decision.run.tasks[0].attempts[0].reason == "No result came within 30 minutes."
    assert CancelJob(asked.nonce, 90) in decision.effects


def test_a_runner_that_is_known_to_be_gone_needs_no_stopping() -> None:
    event = JobLost(at=9.0, nonce=only(ONE, Step.WORK).nonce, reason="gone")
    assert not [effect for effect in told(ONE, event).effects if isinstance(effect, CancelJob)]


def test_a_refused_dispatch_costs_no_chance_and_says_how_to_go_on() -> None:
    nonce = only(ONE, Step.WORK).nonce
    blocked = after(ONE, DispatchRefused(at=5.0, nonce=nonce, reason="The workflow is disabled."))
    assert (blocked.state, blocked.reason) == (R.BLOCKED, "The workflow is disabled. Then `/tdd resume`.")
    assert (blocked.tasks[0].state, blocked.tasks[0].chances) == (T.READY, 4)
    assert after(blocked, DispatchRefused(at=6.0, nonce=nonce, reason="again")) == blocked
    resumed = after(blocked, command(Verb.RESUME))
    assert (resumed.state, resumed.reason, len(resumed.tasks[0].attempts)) == (R.RUNNING, "", 2)


@pytest.mark.parametrize(("merged", "reason"), [(True, "merged."), (False, "`/tdd plan` to start anew.")])
def test_closing_the_pull_request_stops_everything(merged: bool, reason: str) -> None:
    decision = told(ONE, PullRequestClosed(at=9.0, merged=merged))
    assert decision.run is not None
    assert decision.run.state is R.CANCELLED
    assert decision.run.reason.endswith(reason)
    assert decision.run.ended_at == 9.0
    assert {job.state for job in decision.run.jobs} == {JobState.DONE, JobState.LOST}
    assert CancelJob(only(ONE, Step.WORK).nonce, 90) in decision.effects


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_is_over_cannot_be_closed_again(state: RunState) -> None:
    over = run(state, task(state=T.COMPLETE, tries=1))
    closed = after(over, PullRequestClosed(at=9.0, merged=True), Ticked(at=1e9))
    assert closed == replace(over, closed_at=9.0)
    assert after(closed, PullRequestClosed(at=10.0, merged=True)) == closed


def test_a_job_that_waits_for_a_runner_is_not_lost_by_that() -> None:
    nonce = only(ONE, Step.WORK).nonce
    limit = ONE.rules.task_minutes * 60.0 + QUEUE_GRACE_S
    late = 4.0 + limit
    waiting = after(ONE, JobQueued(at=late - 60.0, nonce=nonce), Ticked(at=late))
    assert only(waiting, Step.WORK).nonce == nonce
    for one in (after(ONE, Ticked(at=late)), after(waiting, Ticked(at=late + limit))):
        assert one.job(nonce).state is JobState.LOST  # type: ignore[union-attr]
