"""Commands about single tasks: one is tried again, or left out."""

from dataclasses import replace

from tdd_orchestrator.core import asking, keeping, leaving
from tdd_orchestrator.core.choosing import Outcome, retried, unblocked, word, worked_on
from tdd_orchestrator.core.event import Commanded
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.task import Task

RETRYABLE = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.SKIPPED})


def retry(run: Run, event: Commanded) -> Outcome:
    """`/tdd retry`: with as many chances more as at first; `--from green` keeps the tests of an earlier attempt."""
    tasks = worked_on(run, event.command, RETRYABLE)
    if isinstance(tasks, str):
        return tasks
    begin = event.command.option("from")
    if begin not in (None, "red", "green"):
        return f"`--from {begin}` has nothing to begin with: `--from green` keeps the tests that RED left."
    for task in tasks:
        tried = _tried(run, task, event)
        if isinstance(tried, str):
            return tried
        run = tried
    return run, ()


def _tried(run: Run, task: Task, event: Commanded) -> Run | str:
    """The run with one task to be tried again, or why it cannot be."""
    if task.hand is not None:
        return f"{task.key} is with {task.taken_by}, whose next push is tried; `/tdd release {task.key}` ends that."
    if task.state not in RETRYABLE:
        return f"{task.key} is {word(task.state)}; only a failed, blocked or skipped task can be tried again."
    if task.asks:
        run = asking.set_aside(run, task, event.author, event.at)
    task = replace(run.task(task.key) or task, worker=event.command.option("worker") or task.worker)
    if event.command.option("from") != "green":
        return retried(run, replace(task, kept=None))
    tried = keeping.kept(run.with_task(task), task, f"{event.id}:{task.key}", event.author, must=True)
    return tried or f"No RED of {task.key} is left to keep: `/tdd retry {task.key}` starts it anew."


def skip(run: Run, event: Commanded) -> Outcome:
    """`/tdd skip`: the task is left out, and what depends on it goes on."""
    tasks = worked_on(run, event.command)
    if isinstance(tasks, str):
        return tasks
    for task in tasks:
        if task.state is TaskState.COMPLETE:
            return f"{task.key} has landed already; revert its commits if it is not wanted."
        if run.is_landing(task.key):
            return f"{task.key} is being landed right now; revert its commits if it is not wanted."
        run = leaving.skipped(run, task, event.at, f"Skipped by @{event.author}.")
    return unblocked(run), ()
