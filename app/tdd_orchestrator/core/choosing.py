"""What carrying out a command may come to, and which tasks a command speaks of."""

from dataclasses import replace

from tdd_orchestrator.core.command import Command, Verb
from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.task import Task

Outcome = tuple[Run, tuple[Effect, ...]] | str
"""A command's outcome: the run and more effects, or the sentence of a refusal."""


def named(run: Run, command: Command, among: frozenset[TaskState] = frozenset()) -> tuple[Task, ...] | str:
    """The tasks that a command speaks of, or the sentence that says why there are none."""
    if command.scope is not None:
        wanted = frozenset({TaskState.FAILED, TaskState.BLOCKED}) if command.scope == "all failed" else among
        tasks = tuple(task for task in run.tasks if not wanted or task.state in wanted)
        return tasks or "No task is in that state."
    unknown = [key for key in command.task if run.task(key) is None]
    if unknown:
        known = ", ".join(task.key for task in run.tasks) or "none yet"
        return f"There is no {unknown[0]} in this run. Its tasks: {known}."
    if not command.task and command.verb is not Verb.EXPLAIN:
        return f"Which task? For example `/tdd {command.verb} {run.tasks[0].key if run.tasks else 'TASK-1'}`."
    return tuple(task for task in run.tasks if task.key in command.task)


def worked_on(run: Run, command: Command, among: frozenset[TaskState] = frozenset()) -> tuple[Task, ...] | str:
    """The same for a command that has them worked on: there are none in a run that is over."""
    tasks = named(run, command, among)
    if isinstance(tasks, str) or run.state not in FINAL:
        return tasks
    return f"The run is {word(run.state)}: `/tdd plan` starts it anew."


def unblocked(run: Run) -> Run:
    """A blocked run goes on, and its reason is no longer shown."""
    if run.state is not RunState.BLOCKED:
        return run
    return replace(run, state=RunState.RUNNING, reason="", ended_at=None)


def retried(run: Run, task: Task, worker: str = "") -> Run:
    """The task with as many chances more as it had at first; whoever waited for it goes on."""
    chances = len(task.attempts) + run.rules.attempts
    state = TaskState.READY if run.is_startable(task) else TaskState.PENDING
    again = replace(task, state=state, chances=chances, worker=worker or task.worker)
    return unblocked(run.with_task(again))


def word(state: RunState | TaskState) -> str:
    """A state as people read it."""
    return state.value.replace("_", " ")
