"""What tasks took until now: money and minutes at the median and at nine in ten, by kind, size and worker."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from tdd_orchestrator.core.ledger_rows import LedgerRow
from tdd_orchestrator.core.ledger_view import Figure

ENOUGH = 5
"""Tasks of one sort that must be done before the quote believes their figures."""
ANY = ""
"""The size of a figure over all sizes."""


def figures(rows: Iterable[LedgerRow]) -> tuple[Figure, ...]:
    """Figures of every sort of which enough tasks are done, of each size and of all together."""
    done = [task for task in _tasks(rows) if task.accepted]
    sorts = sorted({(t.kind, size, t.worker) for t in done for size in (t.size, ANY)})
    return tuple(_figure(sort, tasks) for sort in sorts if len(tasks := _of_sort(sort, done)) >= ENOUGH)


def _of_sort(sort: tuple[str, str, str], tasks: list[LedgerRow]) -> list[LedgerRow]:
    kind, size, worker = sort
    return [task for task in tasks if (task.kind, task.worker) == (kind, worker) and size in (task.size, ANY)]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank, so that it is one of them)."""
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


def _tasks(rows: Iterable[LedgerRow]) -> list[LedgerRow]:
    """One row a task: all its attempts together, under the worker that ended it."""
    work = sorted((row for row in rows if row.task and row.kind), key=lambda row: (row.number, row.task, row.at))
    return [_sum(list(attempts)) for _, attempts in groupby(work, key=lambda row: (row.number, row.task))]


def _sum(attempts: list[LedgerRow]) -> LedgerRow:
    return replace(
        attempts[-1],
        usd=sum(row.usd for row in attempts),
        seconds=sum(row.seconds for row in attempts),
        runner_seconds=sum(row.runner_seconds for row in attempts),
    )


def _figure(sort: tuple[str, str, str], tasks: list[LedgerRow]) -> Figure:
    usd, minutes = [task.usd for task in tasks], [task.seconds / 60 for task in tasks]
    kind, size, worker = sort
    return Figure(
        kind=kind,
        size=size,
        worker=worker,
        tasks=len(tasks),
        usd_p50=round(quantile(usd, 0.5), 4),
        usd_p90=round(quantile(usd, 0.9), 4),
        minutes_p50=round(quantile(minutes, 0.5), 2),
        minutes_p90=round(quantile(minutes, 0.9), 2),
        runner_minutes=round(quantile([task.runner_seconds / 60 for task in tasks], 0.5), 2),
    )
