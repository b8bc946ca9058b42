"""The states of a run and of a task, and which may follow which, as tables."""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands. `blocked` waits for somebody, or for what `Run.held` names; the last two are final."""

    PLANNING = "planning"
    AWAITING_APPROVAL = "awaiting_approval"
    RUNNING = "running"
    PAUSED = "paused"
    BLOCKED = "blocked"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    """Where a task stands. `passing` is proven but not landed yet."""

    PENDING = "pending"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    PASSING = "passing"
    COMPLETE = "complete"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"


R, T = RunState, TaskState
# The README draws both tables; tests/test_readme_states.py compares them.
NEXT_RUN: dict[RunState, frozenset[RunState]] = {
    R.PLANNING: frozenset({R.AWAITING_APPROVAL, R.RUNNING, R.BLOCKED, R.PAUSED, R.CANCELLED}),
    R.AWAITING_APPROVAL: frozenset({R.PLANNING, R.RUNNING, R.BLOCKED, R.PAUSED, R.CANCELLED}),
    R.RUNNING: frozenset({R.AWAITING_APPROVAL, R.COMPLETED, R.BLOCKED, R.PAUSED, R.CANCELLED}),
    R.PAUSED: frozenset({R.PLANNING, R.AWAITING_APPROVAL, R.RUNNING, R.BLOCKED, R.CANCELLED}),
    R.BLOCKED: frozenset({R.PLANNING, R.RUNNING, R.CANCELLED}),
    R.COMPLETED: frozenset({R.PLANNING, R.RUNNING}),
    R.CANCELLED: frozenset({R.PLANNING}),
}
NEXT_TASK: dict[TaskState, frozenset[TaskState]] = {
    T.PENDING: frozenset({T.READY, T.SKIPPED}),
    T.READY: frozenset({T.IN_PROGRESS, T.PENDING, T.SKIPPED}),
    T.IN_PROGRESS: frozenset({T.PASSING, T.READY, T.BLOCKED, T.FAILED, T.SKIPPED}),
    T.PASSING: frozenset({T.COMPLETE, T.READY, T.BLOCKED, T.FAILED, T.SKIPPED}),
    T.BLOCKED: frozenset({T.READY, T.SKIPPED}),
    T.FAILED: frozenset({T.READY, T.SKIPPED}),
    T.COMPLETE: frozenset(),
    T.SKIPPED: frozenset({T.READY, T.PENDING}),
}
FINAL = frozenset({R.COMPLETED, R.CANCELLED})
SETTLED = frozenset({T.COMPLETE, T.SKIPPED})
