"""A task in a person's hands, as values: what is made, judged, given back and cleared away."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import DropBranch, MakeBranch, Reply
from tdd_orchestrator.core.event import BranchReady, BranchRefused, Event, PushedByHand, Rerequested, WorkReported
from tdd_orchestrator.core.people import Hand
from tdd_orchestrator.core.result import Question, Stage, StageReport, StageState, WorkResult
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.taking import landed
from tdd_orchestrator.core.task import Attempt, Proven, Task
from tdd_orchestrator.core.working import reported
from world.imagined import HEAD, command, planned
from world.runs import run

MINE = "tdd/7/TASK-1-by-hand"
REFUSED = Attempt(1, "n1", 1.0, 2.0, accepted=False, stages=(StageReport(Stage.RED, StageState.REFUSED, "no"),))


def failed(**changes: object) -> Run:
    task = Task(planned("TASK-1"), state=TaskState.FAILED, attempts=(REFUSED,))
    return run(RunState.BLOCKED, replace(task, **changes))  # type: ignore[arg-type]


def after(one: Run, *events: Event) -> Run:
    for event in events:
        found = decide(one, event).run
        assert found is not None
        one = found
    return one


def held(**changes: object) -> Run:
    """The task with its branch in the writer's hands."""
    hand = replace(Hand("writer", MINE, "1:1:TASK-1", tip=HEAD.sha), **changes)  # type: ignore[arg-type]
    return replace(failed(state=TaskState.READY, hand=hand), state=RunState.RUNNING)


READY = BranchReady(at=3.0, task="TASK-1", branch=MINE, tip=HEAD.sha, ahead=False)


def test_taking_makes_a_branch_and_starts_nothing() -> None:
    decision = decide(failed(), command(Verb.TAKE, "TASK-1"))
    assert MakeBranch("TASK-1", MINE, HEAD.sha) in decision.effects
    assert decision.run is not None
    assert (decision.run.state, decision.run.tasks[0].state) == (RunState.RUNNING, TaskState.READY)
    told = decide(decision.run, READY)
    assert [effect.id for effect in told.effects if isinstance(effect, Reply)] == ["1:1:TASK-1"]
    assert told.run is not None
    assert decide(told.run, READY).effects == (), "once"


def test_a_branch_that_cannot_be_made_leaves_the_task_with_the_worker() -> None:
    taken = after(failed(), command(Verb.TAKE, "TASK-1"))
    refused = BranchRefused(at=3.0, task="TASK-1", branch=MINE, reason="A ruleset says no.")
    decision = decide(taken, refused)
    assert any("A ruleset says no." in effect.text for effect in decision.effects if isinstance(effect, Reply))
    assert decision.run is not None
    assert (decision.run.tasks[0].taken_by, decision.run.tasks[0].state) == ("", TaskState.IN_PROGRESS)


def test_a_re_run_judges_the_last_push_again_and_only_that() -> None:
    pushed = PushedByHand(at=4.0, task="TASK-1", branch=MINE, tip="p1")
    judged = after(held(), pushed)
    assert judged.tasks[0].attempts[-1].source == "p1"
    nonce = judged.tasks[0].attempts[-1].nonce
    no = WorkResult(nonce, "TASK-1", 2, HEAD.sha, None, (StageReport(Stage.RED, StageState.ERROR, "disk full"),))
    waiting = reported(judged, event_of(no))
    again = Rerequested(at=6.0, id="r", author="writer", role="write", task="TASK-1")
    assert [each.source for each in after(waiting, again).tasks[0].attempts[1:]] == ["p1", "p1"]
    assert after(held(), again).tasks[0].state is TaskState.READY, "nothing was pushed yet"


@pytest.mark.parametrize(("which", "asks"), [("TASK-1", ""), (None, "ESC-1")])
def test_a_re_run_of_everything_decides_no_question(which: str | None, asks: str) -> None:
    going = after(failed(), command(Verb.RETRY, "TASK-1"))
    nonce = going.tasks[0].attempts[-1].nonce
    stage = StageReport(Stage.RED, StageState.ASKED, "it asks")
    asking = WorkResult(nonce, "TASK-1", 2, HEAD.sha, None, (stage,), question=Question("Up?", alone="up"))
    blocked = after(reported(going, event_of(asking)))
    assert blocked.tasks[0].asks == "ESC-1"
    again = after(blocked, Rerequested(at=6.0, id="r", author="writer", role="write", task=which))
    assert again.tasks[0].asks == asks
    assert again.tasks[0].state is (TaskState.BLOCKED if asks else TaskState.IN_PROGRESS)


def test_cancelling_lets_go_of_the_branch_which_goes_only_if_nothing_is_lost() -> None:
    decision = decide(held(tip="p1"), command(Verb.CANCEL))
    assert DropBranch(MINE, "p1", HEAD.name) in decision.effects
    assert decision.run is not None
    assert decision.run.tasks[0].hand is None


def event_of(result: WorkResult) -> WorkReported:
    return WorkReported(at=5.0, result=result, proof=None, workflow_run=9)


def in_state(state: TaskState, **changes: object) -> Run:
    return replace(failed(state=state, **changes), state=RunState.RUNNING)


@pytest.mark.parametrize(
    ("first", "verb", "sentence"),
    [
        (held(), Verb.TAKE, f"TASK-1 is yours already: push to `{MINE}`."),
        (held(by="somebody"), Verb.TAKE, "TASK-1 is with somebody: `/tdd release TASK-1` first."),
        (in_state(TaskState.COMPLETE), Verb.TAKE, "TASK-1 has landed already."),
        (
            in_state(TaskState.PASSING),
            Verb.TAKE,
            "TASK-1 is proven and about to land: there is nothing left to write.",
        ),
        (in_state(TaskState.READY), Verb.RELEASE, "TASK-1 is with the worker: there is nothing to release."),
        (
            in_state(TaskState.PASSING, hand=held().tasks[0].hand),
            Verb.RELEASE,
            "TASK-1 is proven and about to land: there is nothing to release.",
        ),
        (replace(held(), state=RunState.CANCELLED), Verb.TAKE, "The run is cancelled: `/tdd plan` starts it anew."),
        (replace(held(), state=RunState.COMPLETED), Verb.RELEASE, "The run is completed: `/tdd plan` starts it anew."),
    ],
)
def test_what_cannot_change_hands_is_said(first: Run, verb: Verb, sentence: str) -> None:
    decision = decide(first, command(verb, "TASK-1"))
    assert [each.text for each in decision.effects if isinstance(each, Reply)] == [f"@writer {sentence}"]
    assert decision.run is not None
    assert decision.run.tasks[0].hand == first.tasks[0].hand


def test_a_task_that_is_given_back_has_a_chance_left_and_its_branch_is_looked_at() -> None:
    decision = decide(held(tip="p1"), command(Verb.RELEASE, "TASK-1"))
    assert decision.run is not None
    (task,) = decision.run.tasks
    assert (task.hand, task.state) == (None, TaskState.IN_PROGRESS)
    assert task.chances > 1
    assert DropBranch(MINE, "p1", HEAD.name) in decision.effects


@pytest.mark.parametrize(
    ("first", "branch", "tip"),
    [
        (held(), "tdd/7/TASK-2-by-hand", "p1"),
        (held(), MINE, HEAD.sha),
        (held(tip=""), MINE, "p1"),
        (replace(held(), state=RunState.CANCELLED), MINE, "p1"),
        (in_state(TaskState.READY), MINE, "p1"),
    ],
    ids=["another branch", "no news", "the branch is not made yet", "the run is over", "nobody's task"],
)
def test_a_push_that_concerns_nobody_is_not_judged(first: Run, branch: str, tip: str) -> None:
    after_it = decide(first, PushedByHand(at=4.0, task="TASK-1", branch=branch, tip=tip)).run
    assert after_it is not None
    assert after_it.tasks[0].hand == first.tasks[0].hand


def test_a_push_while_the_task_waits_to_land_is_judged_instead() -> None:
    waits = in_state(TaskState.PASSING, hand=held().tasks[0].hand, proven=Proven("n1", 5, HEAD.sha, "2" * 40))
    judged = after(waits, PushedByHand(at=4.0, task="TASK-1", branch=MINE, tip="p2"))
    (task,) = judged.tasks
    assert (task.proven, task.attempts[-1].source) == (None, "p2")


def test_commits_that_came_after_a_task_had_landed_are_named() -> None:
    late = replace(held(tip="p2", pushed="p2"), number=7)
    done = landed(late, late.tasks[0])
    assert done.tasks[0].hand is None
    assert done.notes == (
        f"TASK-1 has landed; `{MINE}` has commits that came later: land them by a task or pull request.",
    )
    assert landed(done, done.tasks[0]) == done


@pytest.mark.parametrize(("ahead", "tip", "judged"), [(True, "p1", "p1"), (False, "p1", ""), (True, "old", "")])
def test_what_a_branch_holds_already_is_judged_once(ahead: bool, tip: str, judged: str) -> None:
    task = replace(held(tip="").tasks[0], attempts=(replace(REFUSED, source="old"),))
    decision = decide(replace(held(), tasks=(task,)), replace(READY, tip=tip, ahead=ahead))
    assert decision.run is not None
    sources = [each.source for each in decision.run.tasks[0].attempts[1:]]
    assert sources == ([judged] if judged else [])


@pytest.mark.parametrize(("needs", "state"), [((), TaskState.READY), (("TASK-2",), TaskState.PENDING)])
def test_a_task_that_waits_for_another_still_does_in_a_persons_hands(needs: tuple[str, ...], state: TaskState) -> None:
    tasks = (Task(planned("TASK-1", *needs), TaskState.FAILED), Task(planned("TASK-2"), TaskState.FAILED))
    taken = decide(run(RunState.BLOCKED, *tasks), command(Verb.TAKE, "TASK-1")).run
    assert taken is not None
    assert taken.tasks[0].state is state
