"""From proven to landed: straight on, over a merge with a proof of its own, or back to work."""

import pytest

from tdd_orchestrator.core.batch import Batch
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import pending
from tdd_orchestrator.core.effect import CancelJob, Dispatch, Land, Ripe
from tdd_orchestrator.core.event import Dispatched, HeadMoved, JobLost, Landed, LandingRefused, ProofReported, Staged
from tdd_orchestrator.core.result import ProofResult, Stage, StageState, Step
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import RunState, TaskState
from world.imagined import HEAD, command, planned, seen
from world.runs import TIP, after, only, report, started, told

R, T = RunState, TaskState
NEW, MERGE = "1" * 40, "2" * 40
TWO = started(planned("TASK-1"), planned("TASK-2"))
PASSING = after(TWO, report(TWO, "TASK-2"))
"""TASK-2 is proven and being landed, TASK-1 is still worked on."""


def land(one: Run) -> Land | None:
    return next((effect for effect in pending(one) if isinstance(effect, Land)), None)


def stages(one: Run) -> list[tuple[Stage, StageState]]:
    task = one.task("TASK-2")
    assert task is not None
    return [(each.stage, each.state) for each in task.attempts[0].stages]


def staged() -> Run:
    moved = after(PASSING, HeadMoved(at=10.0, task="TASK-2", head=NEW))
    return after(moved, Staged(at=11.0, task="TASK-2", staged=MERGE, onto=NEW))


def proof(one: Run, *, holds: bool = True, tip: str = MERGE) -> ProofReported:
    return ProofReported(
        at=12.0, result=ProofResult(only(one, Step.PROVE).nonce, tip, holds, "" if holds else "TASK-1.")
    )


def test_proven_work_lands_where_it_was_proven() -> None:
    ripe = Ripe("TASK-2", HEAD.sha, TIP, 5)
    assert land(PASSING) == Land("feature", HEAD.sha, (ripe,), staging="tdd/7/merge")
    landed = after(PASSING, Landed(at=10.0, task="TASK-2", head=TIP))
    assert (landed.tasks[1].state, landed.tasks[1].landed, landed.head.sha) == (T.COMPLETE, TIP, TIP)
    assert landed.batch is None
    assert stages(landed)[-1] == (Stage.LAND, StageState.ACCEPTED)
    assert after(landed, Landed(at=10.0, task="TASK-2", head=TIP)) == landed


def test_a_head_that_moved_is_the_base_of_the_next_try() -> None:
    moved = after(PASSING, HeadMoved(at=10.0, task="TASK-2", head=NEW))
    again = land(moved)
    assert again is not None
    assert (again.onto, again.tasks[0].base, again.staged) == (NEW, HEAD.sha, None)


def test_a_merge_waits_for_a_proof_of_its_own_before_it_lands() -> None:
    waiting = staged()
    assert land(waiting) is None
    (asked,) = [e.assignment for e in pending(waiting) if isinstance(e, Dispatch) and e.assignment.step is Step.PROVE]
    assert (asked.head, asked.since) == (MERGE, NEW)
    proven = after(waiting, proof(waiting))
    merged = land(proven)
    assert merged is not None
    assert (merged.staged, merged.onto) == (MERGE, NEW)
    landed = after(proven, Landed(at=13.0, task="TASK-2", head=MERGE))
    assert landed.tasks[1].attempts[0].stages[-1].sentence == "Merged, proven on the merged tree, and pushed."


def test_nothing_else_lands_while_a_merge_is_proven() -> None:
    both = after(staged(), report(staged(), "TASK-1"))
    assert (both.tasks[0].state, land(both)) == (T.PASSING, None)
    freed = after(both, proof(both), Landed(at=13.0, task="TASK-2", head=MERGE))
    assert freed.batch == Batch(("TASK-1",))


def test_a_merge_that_does_not_hold_sends_the_task_back_with_a_free_chance() -> None:
    waiting = staged()
    back = after(waiting, proof(waiting, holds=False))
    assert back.tasks[1].state is T.IN_PROGRESS
    assert back.tasks[1].attempts[1].feedback == "It does not hold together with what was pushed meanwhile: TASK-1."
    assert back.tasks[1].attempts[1].base == NEW


def test_a_push_in_the_middle_of_a_proof_ends_that_proof_and_merges_anew() -> None:
    waiting = staged()
    confirmed = after(waiting, Dispatched(at=11.5, nonce=only(waiting, Step.PROVE).nonce, workflow_run=77))
    decided = told(confirmed, seen(20.0, Ref("feature", "3" * 40)))
    pushed = decided.run
    assert pushed is not None
    assert CancelJob(only(confirmed, Step.PROVE).nonce, 77) in decided.effects
    assert land(pushed) == Land("feature", "3" * 40, (Ripe("TASK-2", HEAD.sha, TIP, 5),), staging="tdd/7/merge"), (
        "the merge begins again on what was pushed"
    )
    late = ProofReported(at=21.0, result=ProofResult(only(waiting, Step.PROVE).nonce, MERGE, holds=True))
    assert after(pushed, late) == pushed


def test_a_proof_of_another_commit_is_asked_for_again() -> None:
    waiting = staged()
    other = after(waiting, proof(waiting, tip="9" * 40))
    assert other.tasks[1].state is T.PASSING
    assert other.batch == Batch(("TASK-2",), losses=1)


def test_a_staged_merge_onto_an_old_head_is_not_proven() -> None:
    late = after(PASSING, Staged(at=11.0, task="TASK-2", staged=MERGE, onto="0" * 40))
    assert late == PASSING


def test_a_proof_that_keeps_getting_lost_sends_the_task_back() -> None:
    one = staged()
    for number in range(3):
        one = after(one, JobLost(at=13.0 + number, nonce=only(one, Step.PROVE).nonce, reason="The runner vanished."))
        if number < 2:
            assert land(one) is not None
            one = after(one, Staged(at=13.5 + number, task="TASK-2", staged=MERGE, onto=NEW))
    said = one.tasks[1].attempts[1].feedback
    assert said == "The proof on the merged tree was lost 3 times: The runner vanished."


def test_a_refused_landing_is_told_to_the_worker() -> None:
    refused = after(PASSING, LandingRefused(at=10.0, task="TASK-2", tip=TIP, reason="It conflicts in src/a.py."))
    assert refused.batch is None
    assert refused.tasks[1].attempts[1].feedback == "It conflicts in src/a.py."
    assert refused.tasks[1].chances == 3


def test_a_refusal_of_other_commits_only_ends_that_landing() -> None:
    other = after(PASSING, LandingRefused(at=10.0, task="TASK-2", tip="9" * 40, reason="old"))
    assert other.tasks == PASSING.tasks


def test_landing_trouble_without_end_fails_the_task() -> None:
    one = PASSING
    for number in range(1, 5):
        proven = one.tasks[1].proven
        assert proven is not None
        one = after(one, LandingRefused(at=10.0 + number, task="TASK-2", tip=proven.tip, reason="conflict"))
        if one.tasks[1].state is T.FAILED:
            break
        one = after(one, report(one, "TASK-2", f"{number}" * 40))
    assert (one.tasks[1].state, len(one.tasks[1].attempts)) == (T.FAILED, 3)


@pytest.mark.parametrize(
    "event",
    [
        Landed(at=10.0, task="TASK-9", head=NEW),
        Landed(at=10.0, task="TASK-1", head=NEW),
        Staged(at=10.0, task="TASK-1", staged=MERGE, onto=HEAD.sha),
        HeadMoved(at=10.0, task="TASK-1", head=NEW),
        LandingRefused(at=10.0, task="TASK-9", tip=TIP, reason="x"),
        ProofReported(at=10.0, result=ProofResult("unknown", MERGE, holds=True)),
    ],
)
def test_news_of_what_is_not_being_landed_changes_nothing(event: Landed) -> None:
    assert after(PASSING, event) == PASSING


def test_a_pause_lets_the_landing_in_hand_end_and_begins_no_other() -> None:
    paused = after(PASSING, command(Verb.PAUSE))
    assert land(paused) == land(PASSING)
    both = after(paused, report(paused, "TASK-1"), Landed(at=13.0, task="TASK-2", head=TIP))
    assert (both.tasks[0].state, both.batch) == (T.PASSING, None)
    assert after(both, command(Verb.RESUME, id="2:1")).batch == Batch(("TASK-1",))
