"""What may still be spent: the caps of the run, the day and the repository, less what jobs in progress may yet take."""

from dataclasses import dataclass

from tdd_orchestrator.core.ledger_rows import reserved, rows
from tdd_orchestrator.core.ledger_view import day
from tdd_orchestrator.core.plan import ancestors
from tdd_orchestrator.core.prices import FREE_WORKERS
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import SETTLED, TaskState

LEAST_USD = 2.0
"""What is left is shared among the tasks that may run side by side, but nobody is given less than this, if it is there:
a job needs some calls to get anywhere."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit in US dollars: of what (`run`, `day`, `repository`), what was spent, what jobs may yet take."""

    name: str
    limit: float
    spent: float
    reserved: float

    @property
    def left(self) -> float:
        return self.limit - self.spent - self.reserved


def cap(run: Run) -> float:
    """What the run may cost in US dollars: what a maintainer said, or else the configuration."""
    return run.rules.per_run if run.budget is None else run.budget


def caps(run: Run, at: float) -> tuple[Cap, ...]:
    """Every cap, the narrowest scope first. Of the other runs counts what the ledger said when it was last seen."""
    own, seen = reserved(run), run.ledger
    elsewhere = seen.day_usd if day(seen.at) == day(at) else 0.0
    today = sum(row.usd for row in rows(run) if day(row.at) == day(at))
    return (
        Cap("run", cap(run), run.usd, own),
        Cap("day", run.rules.per_day, elsewhere + today, seen.reserved_usd + own),
        Cap("repository", run.rules.per_repo, seen.repo_usd + run.usd, seen.reserved_usd + own),
    )


def left(run: Run, at: float) -> float:
    """US dollars that nobody has spent and no job in progress may spend; never below zero."""
    return max(min(each.left for each in caps(run, at)), 0.0)


def is_free(worker: str) -> bool:
    """Whether this worker calls no paid model."""
    return worker.partition("/")[0] in FREE_WORKERS


def share(run: Run, key: str, at: float) -> float:
    """What a task that starts now may spend: its part of what is left, if others may start beside it."""
    rest = left(run, at)
    slots = max(run.rules.max_parallel - run.busy, 1)
    parts = min(slots, 1 + _beside(run, key))
    return round(max(rest / parts, min(rest, LEAST_USD)), 4)


def _beside(run: Run, key: str) -> int:
    """How many tasks that are still to be worked depend neither on this one nor it on them."""
    graph = {task.key: task.planned.depends_on for task in run.tasks}
    mine = ancestors(key, graph)
    busy = (*SETTLED, TaskState.IN_PROGRESS, TaskState.PASSING)
    waiting = [task.key for task in run.tasks if task.key != key and task.state not in busy]
    return sum(1 for other in waiting if other not in mine and key not in ancestors(other, graph))
