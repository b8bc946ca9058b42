"""Which checks and comments must be shown again after a change: only what people would see differently.

Task checks live on the head on which they are active; when the head moves, active ones follow and the old ones point
on. Finished ones stay where they finished and all of them stand again on the final head, so that a run costs few
requests and ends with the whole picture. The board of the PRD is on the present head, and is sent when a requirement
stands differently, not at every attempt.
"""

from dataclasses import replace

from tdd_orchestrator.core.coverage import board
from tdd_orchestrator.core.effect import PRD, Effect, Retire, ShowComment, ShowPrd, ShowRun, ShowStack, ShowTask
from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, TaskState
from tdd_orchestrator.core.task import Task

ACTIVE = frozenset({TaskState.IN_PROGRESS, TaskState.PASSING, TaskState.FAILED, TaskState.BLOCKED})

STALE_AFTER_S = 10 * 86_400.0
"""GitHub gives a check run up as `stale` after 14 days without a conclusion; before that, new ones take their place."""


def has_check(run: Run, task: Task) -> bool:
    """Whether the task has a check run on the present head."""
    if run.state in FINAL:
        return bool(task.attempts) or task.state is TaskState.SKIPPED
    waits = task.state is TaskState.READY and bool(task.attempts)
    return task.state in ACTIVE or waits or task.hand is not None


def has_board(run: Run) -> bool:
    """Whether there are requirements to show on the lines of the PRD."""
    return bool(run.requirements or run.tasks)


def shows(before: Run, after: Run) -> tuple[Effect, ...]:
    """What to show after `before` has become `after`."""
    if _visible(before) == _visible(after):
        return ()
    here = ShowRun(after.head.sha, after.generation)
    moved = (*_tasks(before, after), *_board(before, after), *_moved(before, after))
    return (*_stack(before, after), *moved, here, ShowComment())


def kept_fresh(before: Run, after: Run, at: float, *, ticked: bool) -> Run:
    """`after` with the time since when its check runs stand; at a tick, a run that waits for long gets new ones."""
    if _moves(before, after):
        return replace(after, shown_since=at)
    old = at - max(after.shown_since, after.opened_at) > STALE_AFTER_S
    if not ticked or not old or after.state in FINAL:
        return after
    return replace(after, generation=after.generation + 1, shown_since=at)


def _visible(run: Run) -> Run:
    """What nobody sees is left out; a report that comes late shows in the run's money."""
    return replace(run, handled=(), seen_at=0.0, shown_since=0.0, read_heads=(), closed_at=None, ledger=LedgerView())


def _moves(before: Run, after: Run) -> bool:
    return (before.head.sha, before.generation) != (after.head.sha, after.generation)


def _board(before: Run, after: Run) -> tuple[Effect, ...]:
    moved, there = _moves(before, after), has_board(after)
    effects: list[Effect] = []
    if has_board(before) and (moved or not there):
        effects.append(Retire(before.head.sha, after.head.sha, PRD, before.generation))
    if there and (moved or not has_board(before) or board(before) != board(after)):
        effects.append(ShowPrd(after.head.sha, after.generation))
    return tuple(effects)


def _stack(before: Run, after: Run) -> tuple[Effect, ...]:
    """Our pull request is told with each landing, and at the end."""
    over = after.state in FINAL and before.state not in FINAL
    if after.stack is None or (before.stack == after.stack and not over):
        return ()
    return (ShowStack(after.stack.name, after.head.name),)


def _tasks(before: Run, after: Run) -> tuple[Effect, ...]:
    moved = _moves(before, after)
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
    if not _moves(before, after):
        return ()
    return (Retire(before.head.sha, after.head.sha, None, before.generation),)
