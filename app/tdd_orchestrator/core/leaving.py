"""Attempts that end from outside: given up, skipped, or lost with their runner."""

from dataclasses import replace

from tdd_orchestrator.core import jobs, packing
from tdd_orchestrator.core.people import Hand
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.task import Attempt, Task


def skipped(run: Run, task: Task, at: float, reason: str) -> Run:
    """The run without this task's work: its runners are given up, and it is gone on without it."""
    run = without_runner(run, task)
    if run.batch is not None and task.key in (*run.batch.tasks, *run.batch.rest):
        run = replace(run, batch=None)
    gone = replace(left(task, at, reason), proven=None, hand=None, kept=None, asks="")
    gone = replace(gone, state=TaskState.SKIPPED, reason=reason)
    return run.with_task(gone)


def without_runner(run: Run, task: Task) -> Run:
    """The run with this task's runners given up; a proof that somebody asked for goes on.

    A pack's runner goes on for the tasks before this one; those after it would stand on its work, so they are let off.
    """
    for job in run.open_jobs():
        if job.task == task.key:
            run = packing.without_later(jobs.closed(run, job.nonce, JobState.LOST), job)
    return run


def let_go(task: Task, at: float, reason: str) -> Task:
    """The task of a run that is over: no runner, nobody who has it in hand, nothing that is kept for it."""
    return replace(left(task, at, reason), hand=None, kept=None)


def left(task: Task, at: float, reason: str) -> Task:
    """The task without its runner, if it has one; the attempt stands as ended."""
    if task.state is not TaskState.IN_PROGRESS:
        return task
    return ended(task, task.attempts[-1].nonce, at, reason)


def ended(task: Task, nonce: str, at: float, reason: str) -> Task:
    """The task with that attempt closed without a result; what a person had pushed for it is to be judged again."""
    attempts = tuple(_closed(attempt, nonce, at, reason) for attempt in task.attempts)
    state = TaskState.READY if task.state is TaskState.IN_PROGRESS else task.state
    return replace(task, attempts=attempts, state=state, hand=_again(task, nonce))


def _again(task: Task, nonce: str) -> Hand | None:
    source = next((attempt.source for attempt in task.attempts if attempt.nonce == nonce), "")
    if task.hand is None or not source or task.hand.pushed:
        return task.hand
    return replace(task.hand, pushed=source)


def _closed(attempt: Attempt, nonce: str, at: float, reason: str) -> Attempt:
    if attempt.nonce != nonce:
        return attempt
    return replace(attempt, ended_at=at, accepted=False, reason=reason)
