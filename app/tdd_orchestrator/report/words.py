"""The small words: states, money, durations, counts."""

from tdd_orchestrator.core.result import StageState
from tdd_orchestrator.core.states import RunState, TaskState

TASK_ICON = {
    TaskState.PENDING: "⚪",
    TaskState.READY: "⚪",
    TaskState.IN_PROGRESS: "🔵",
    TaskState.PASSING: "🟢",
    TaskState.COMPLETE: "✅",
    TaskState.BLOCKED: "🟠",
    TaskState.FAILED: "❌",
    TaskState.SKIPPED: "⏭️",
}
RUN_ICON = {
    RunState.PLANNING: "📝",
    RunState.AWAITING_APPROVAL: "✋",
    RunState.RUNNING: "🔵",
    RunState.PAUSED: "⏸️",
    RunState.BLOCKED: "🟠",
    RunState.COMPLETED: "✅",
    RunState.CANCELLED: "⏹️",
}
STAGE_ICON = {
    StageState.ACCEPTED: "✅",
    StageState.REFUSED: "❌",
    StageState.DROPPED: "↩️",
    StageState.SKIPPED: "⏭️",
    StageState.ERROR: "⚠️",
    StageState.ASKED: "❓",
}
BAR_CELLS = 20


def word(state: RunState | TaskState | StageState) -> str:
    """A state as people read it."""
    return state.value.replace("_", " ")


def usd(amount: float) -> str:
    """Money in US dollars, to the cent; small amounts to a tenth of one."""
    return f"${amount:.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.3f}"


def duration(seconds: float) -> str:
    """0.4 s, 12 s, 3 min 5 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def bar(done: int, total: int) -> str:
    """A progress bar of text."""
    filled = BAR_CELLS * done // total if total else 0
    return f"`{'█' * filled}{'░' * (BAR_CELLS - filled)}` {done}/{total}"
