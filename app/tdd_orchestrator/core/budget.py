"""What a plan will cost before it is carried out: a quote from task kinds, until a project has figures of its own."""

from collections.abc import Iterable

from tdd_orchestrator.core.plan import PlannedTask, TaskKind, critical_path
from tdd_orchestrator.core.prices import FREE_WORKERS
from tdd_orchestrator.core.run import Quote

# Assumed tokens in millions (fresh input, cached input, output) of one attempt, and its minutes on a hosted runner.
# These are
# assumptions, not measurements: they only size the quote, and the real figures are shown as they come in.
ATTEMPT_MTOK = {
    TaskKind.BEHAVIOUR: (0.06, 0.30, 0.015),
    TaskKind.BUGFIX: (0.05, 0.25, 0.010),
    TaskKind.REFACTOR: (0.05, 0.25, 0.012),
    TaskKind.PLUMBING: (0.05, 0.25, 0.010),
    TaskKind.DOCS: (0.02, 0.05, 0.006),
}
ATTEMPT_MINUTES = 6.0
# Dollars a million tokens (input, cache read, output): Claude Sonnet 5.5 in November 2026.
USD_PER_MTOK = (2.0, 0.10, 10.0)
ATTEMPTS_P90 = 2.2
"""Nine in ten plans need no more than this many times the median; an assumption like the ones above."""


def quote(tasks: Iterable[PlannedTask], *, worker: str) -> Quote:
    """Money and wall minutes at the median and at nine in ten. Workers that call no paid model cost nothing."""
    tasks = tuple(tasks)
    usd = 0.0 if worker in FREE_WORKERS else sum(_attempt_usd(task.kind) for task in tasks)
    minutes = len(critical_path(tasks)) * ATTEMPT_MINUTES
    return Quote(round(usd, 2), round(usd * ATTEMPTS_P90, 2), round(minutes, 1), round(minutes * ATTEMPTS_P90, 1))


def _attempt_usd(kind: TaskKind) -> float:
    return sum(tokens * price for tokens, price in zip(ATTEMPT_MTOK[kind], USD_PER_MTOK, strict=True))
