"""What keeps new work from starting: money, calls, and a worker that keeps failing. Derived from the run's values.

A task's own attempts are counted in `working`; this is about all tasks together. Nothing here is a counter that could
be reset by oscillation: attempts are never forgotten, and `/tdd reset` only says from when on they count.
"""

from tdd_orchestrator.core.result import StageState
from tdd_orchestrator.core.run import Attempt, Run


def cap(run: Run) -> float:
    """What the run may cost in US dollars: what a maintainer said, or else the configuration."""
    return run.rules.per_run if run.budget is None else run.budget


def calls(run: Run) -> int:
    """Calls of models so far, planning included."""
    return sum(usage.calls for task in run.tasks for usage in task.usage) + sum(u.calls for u in run.plan_usage)


def failures_in_a_row(run: Run) -> int:
    """How many attempts in a row were refused, newest first, whatever their task; lost runners are not the worker's."""
    ended = [a for task in run.tasks for a in task.attempts if _counts(a) and (a.ended_at or 0.0) > run.reset_at]
    row = 0
    for attempt in sorted(ended, key=lambda attempt: -(attempt.ended_at or 0.0)):
        if attempt.accepted:
            break
        row += 1
    return row


def tripped(run: Run) -> str:
    """Why nothing new may start, and what to do; "" where it may."""
    if run.usd >= cap(run):
        spent = f"The run has spent ${run.usd:.2f} of its ${cap(run):.2f}."
        return f"{spent} `/tdd budget +5` allows five dollars more and goes on; `/tdd cancel` ends it."
    if calls(run) >= run.rules.max_invocations:
        told = f"The run has called models {calls(run)} times, which is its limit."
        return f"{told} Raise `budget.max_invocations` on the base branch, then `/tdd resume`."
    row = failures_in_a_row(run)
    if row >= run.rules.worker_max_consecutive:
        told = f"The worker {run.rules.worker} has failed {row} times in a row, over all tasks."
        return f"{told} Look at what it was told, then `/tdd reset worker:{run.rules.worker}` lets it go on."
    return ""


def _counts(attempt: Attempt) -> bool:
    """Refusals of what a person wrote, and questions, say nothing against the worker."""
    asked = bool(attempt.stages) and attempt.stages[-1].state is StageState.ASKED
    return attempt.accepted is not None and bool(attempt.stages) and not attempt.by and not asked
