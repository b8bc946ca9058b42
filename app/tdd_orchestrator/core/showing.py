"""Which checks and comments must be shown again after a change: only what people would see differently.

Task checks live on the head on which they are active; when the head moves, active ones follow and the old ones point
on. Finished ones
stay where they finished and all of them stand again on the final head, so that a run costs few requests and ends
with the whole picture.
"""

from dataclasses import replace

from tdd_orchestrator.core.effect import Effect, Retire, ShowComment, ShowRun, ShowTask
from tdd_orchestrator.core.run import FINAL, Run, Task, TaskState

ACTIVE = frozenset({TaskState.IN_PROGRESS, TaskState.PASSING, TaskState.FAILED, TaskState.BLOCKED})


def has_check(run: Run, task: Task) -> bool:
    """Whether the task has a check run on the present head."""
    if run.state in FINAL:
        return bool(task.attempts) or task.state is TaskState.SKIPPED
    return task.state in ACTIVE or (task.state is TaskState.READY and bool(task.attempts))


def shows(before: Run, after: Run) -> tuple[Effect, ...]:
    """What to show after `before` has become `after`."""
    if _visible(before) == _visible(after):
        return ()
    return (*_tasks(before, after), *_moved(before, after), ShowRun(after.head.sha, after.generation), ShowComment())


def _visible(run: Run) -> Run:
    return replace(run, handled=(), seen_at=0.0)


def _tasks(before: Run, after: Run) -> tuple[Effect, ...]:
    moved = (before.head.sha, before.generation) != (after.head.sha, after.generation)
    ended = after.state in FINAL and before.state not in FINAL
    effects: list[Effect] = []
    for task in after.tasks:
        old = before.task(task.key)
        was_shown = old is not None and has_check(before, old)
        if moved and was_shown and old is not None:
            effects.append(_left_behind(before, after, task))
        if (has_check(after, task) and (moved or ended or task != old)) or (was_shown and not moved and task != old):
            effects.append(ShowTask(task.key, after.head.sha, after.generation))
    return tuple(effects)


def _left_behind(before: Run, after: Run, task: Task) -> Effect:
    if task.state in (TaskState.COMPLETE, TaskState.SKIPPED):
        return ShowTask(task.key, before.head.sha, before.generation)
    return Retire(before.head.sha, after.head.sha, task.key, before.generation)


def _moved(before: Run, after: Run) -> tuple[Effect, ...]:
    if (before.head.sha, before.generation) == (after.head.sha, after.generation):
        return ()
    return (Retire(before.head.sha, after.head.sha, None, before.generation),)
