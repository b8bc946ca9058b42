"""`/tdd retry --from green` as values: which RED is kept, and what becomes of the task when it is there or gone."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.effect import KeepRed, Reply
from tdd_orchestrator.core.event import RedGone, RedKept
from tdd_orchestrator.core.keeping import last_red
from tdd_orchestrator.core.people import Kept
from tdd_orchestrator.core.result import Stage, StageReport, StageState, Step
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import RunState, TaskState
from world.imagined import HEAD, command
from world.runs import attempt, run, stage, task, told

OLD, NEW = "1" * 40, "2" * 40
BRANCH = "tdd/7/TASK-1-red"
RED = stage(Stage.RED)


def red(commit: str, state: StageState = StageState.ACCEPTED) -> StageReport:
    return replace(RED, commit=commit, state=state)


def failed(*attempts: StageReport | None, runs: tuple[int | None, ...] = (41, 42), kept: Kept | None = None) -> Run:
    """A run whose task failed after these attempts, each with its RED (or none) and the workflow run that left it."""
    tried = tuple(attempt(f"n{place}", place + 1, *((one,) if one else ())) for place, one in enumerate(attempts))
    jobs = tuple(
        Job(f"n{place}", Step.WORK, 1.0, "TASK-1", JobState.DONE, workflow_run=runs[place])
        for place in range(len(attempts))
    )
    return run(RunState.BLOCKED, task("TASK-1", TaskState.FAILED, attempts=tried, kept=kept), jobs=jobs)


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (failed(), None),
        (failed(red(OLD)), (OLD, HEAD.sha, 41)),
        (failed(red(OLD), red(NEW)), (NEW, HEAD.sha, 42)),
        (failed(red(OLD), red(NEW, StageState.REFUSED)), (OLD, HEAD.sha, 41)),
        (failed(red(OLD), None), (OLD, HEAD.sha, 41)),
        (failed(red(OLD), replace(stage(Stage.GREEN), commit=NEW)), (OLD, HEAD.sha, 41)),
        (failed(red("")), None),
        (failed(red(OLD), red(NEW), runs=(41, None)), None),
    ],
    ids=[
        "no attempt",
        "one",
        "the newest",
        "the newest accepted",
        "not begun",
        "GREEN alone",
        "no commit",
        "its run is not known",
    ],
)
def test_the_newest_accepted_red_is_kept(first: Run, found: tuple[str, str, int] | None) -> None:
    assert last_red(first, first.tasks[0]) == found


AGAIN = command(Verb.RETRY, "TASK-1", options=(("from", "green"),))


def test_it_is_fetched_before_anything_is_tried() -> None:
    decision = told(failed(red(OLD)), AGAIN)
    assert decision.run is not None
    (one,) = decision.run.tasks
    assert (one.state, one.kept) == (TaskState.FAILED, Kept(OLD, HEAD.sha, 41, BRANCH, "1:1:TASK-1", "writer", True))
    assert [each.commit for each in decision.effects if isinstance(each, KeepRed)] == [OLD]
    there = told(decision.run, RedKept(at=3.0, task="TASK-1", commit=OLD)).run
    assert there is not None
    assert (there.state, there.tasks[0].state) == (RunState.RUNNING, TaskState.IN_PROGRESS)


def test_one_that_is_on_its_branch_already_is_begun_with_at_once() -> None:
    there = Kept(OLD, HEAD.sha, 41, BRANCH, "0:1:TASK-1", "writer", True, there=True)
    decision = told(failed(red(OLD), kept=there), AGAIN)
    assert decision.run is not None
    assert decision.run.tasks[0].state is TaskState.IN_PROGRESS
    assert not [each for each in decision.effects if isinstance(each, KeepRed)]


@pytest.mark.parametrize("must", [True, False], ids=["asked for", "after an answer"])
def test_one_that_is_gone_is_told_or_done_without(must: bool) -> None:
    waits = failed(red(OLD), kept=Kept(OLD, HEAD.sha, 41, BRANCH, "1:1:TASK-1", "writer", must))
    decision = told(waits, RedGone(at=3.0, task="TASK-1", commit=OLD, reason="Artifacts\nof @everyone have expired."))
    assert decision.run is not None
    (one,) = decision.run.tasks
    assert one.kept is None
    assert (one.state is TaskState.FAILED) is must, "what a person asked for is not done in another way"
    replies = [each for each in decision.effects if isinstance(each, Reply)]
    assert [each.id for each in replies] == (["1:1:TASK-1"] if must else [])
    assert all("`/tdd retry TASK-1` starts it anew." in each.text and "@everyone" not in each.text for each in replies)


@pytest.mark.parametrize("commit", [NEW, OLD])
def test_news_of_another_red_or_after_the_end_changes_nothing(commit: str) -> None:
    waits = failed(red(OLD), kept=Kept(OLD, HEAD.sha, 41, BRANCH, "1:1:TASK-1", "writer", True))
    first = replace(waits, state=RunState.CANCELLED) if commit == OLD else waits
    for event in (
        RedKept(at=3.0, task="TASK-1", commit=commit),
        RedGone(at=3.0, task="TASK-1", commit=commit, reason="Gone."),
    ):
        decision = told(first, event)
        assert decision.run is not None
        assert decision.run.tasks == first.tasks
        assert not [each for each in decision.effects if isinstance(each, Reply)]
