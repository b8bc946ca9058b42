"""The RED of an earlier attempt, kept: fetched from what its run left, put on a branch, and begun with."""

from dataclasses import replace

from tdd_orchestrator.core.choosing import retried
from tdd_orchestrator.core.effect import Effect, Reply
from tdd_orchestrator.core.event import RedGone, RedKept
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.people import Kept
from tdd_orchestrator.core.result import Stage, StageState
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, TaskState
from tdd_orchestrator.core.task import Task

SUFFIX = "-red"
LONGEST = 600
WAITING = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.SKIPPED})


def last_red(run: Run, task: Task) -> tuple[str, str, int] | None:
    """Commit and base of the newest RED that was accepted, and the workflow run that left it; `None` for none."""
    for attempt in reversed(task.attempts):
        red = next((each for each in attempt.stages if each.stage is Stage.RED), None)
        job = run.job(attempt.nonce)
        if red is None or red.state is not StageState.ACCEPTED or not red.commit:
            continue
        return (red.commit, attempt.base, job.workflow_run) if job and job.workflow_run else None
    return None


def kept(run: Run, task: Task, asked: str, by: str, *, must: bool) -> Run | None:
    """The task tried again from its last RED, at once where that is on its branch; `None` where there is none.

    Otherwise it is fetched first. With `must` nothing is tried without it; else the task then starts anew.
    """
    found = last_red(run, task)
    if found is None:
        return None
    commit, base, workflow_run = found
    if task.kept is not None and task.kept.there and task.kept.commit == commit:
        return retried(run, task)
    branch = f"{run.rules.branch_prefix}{run.number}/{task.key}{SUFFIX}"
    return run.with_task(replace(task, kept=Kept(commit, base, workflow_run, branch, asked, by, must)))


def red_kept(run: Run, event: RedKept) -> Run:
    """The branch holds the RED: the task goes on from it."""
    task = _waiting(run, event.task, event.commit)
    if task is None or task.kept is None:
        return run
    there = replace(task, kept=replace(task.kept, there=True))
    return retried(run, there) if task.state in WAITING else run.with_task(there)


def red_gone(run: Run, event: RedGone) -> tuple[Run, tuple[Effect, ...]]:
    """The RED cannot be had: whoever asked for it is told, or the task starts anew."""
    task = _waiting(run, event.task, event.commit)
    if task is None or task.kept is None:
        return run, ()
    without = replace(task, kept=None)
    if not task.kept.must:
        return retried(run, without) if task.state in WAITING else run.with_task(without), ()
    why = f"The RED of {task.key} cannot be had any more: {inert(line(event.reason, LONGEST))}"
    told = f"@{task.kept.by} {why} `/tdd retry {task.key}` starts it anew."
    return run.with_task(without), (Reply(task.kept.asked, told),)


def _waiting(run: Run, key: str, commit: str) -> Task | None:
    task = run.task(key)
    if run.state in FINAL or task is None or task.kept is None or task.kept.commit != commit or task.kept.there:
        return None
    return task
