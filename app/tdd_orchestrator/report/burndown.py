"""Money and time against the quote, over the tasks that have landed: a line of little bars and a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from tdd_orchestrator.core.run import Quote, Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report.fitting import table
from tdd_orchestrator.report.words import usd

BARS = "▁▂▃▄▅▆▇█"
MOST_BARS, MOST_ROWS = 40, 12
HEADER = ("Landed", "Left", "Minutes", "Quoted", "Money", "Quoted")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the run stood when a task had landed: minutes since work began, US dollars, tasks that were left."""

    task: str
    left: int
    minutes: float
    usd: float


def burndown(run: Run) -> str:
    """Both, "" before anything has landed. What is quoted is the median's share of the tasks that had landed."""
    found = marks(run)
    if not found:
        return ""
    quote = run.quote or Quote(0.0, 0.0, 0.0, 0.0)
    return "\n\n".join((f"### Burn-down\n\n{_lines(found, quote)}", _table(run, found, quote)))


def marks(run: Run) -> tuple[Mark, ...]:
    """One for each landed task whose time is known, in the order of landing."""
    landed = sorted((t for t in run.tasks_in(TaskState.COMPLETE) if t.landed_at), key=lambda t: t.landed_at or 0.0)
    starts = [attempt.started_at for task in run.tasks for attempt in task.attempts]
    begun = min(starts, default=run.opened_at)
    wanted = len(_wanted(run))
    return tuple(
        Mark(
            task.key, wanted - place, max((task.landed_at or 0.0) - begun, 0.0) / 60, _spent(run, task.landed_at or 0.0)
        )
        for place, task in enumerate(landed, 1)
    )


def _wanted(run: Run) -> tuple[Task, ...]:
    return tuple(task for task in run.tasks if task.state is not TaskState.SKIPPED)


def _spent(run: Run, at: float) -> float:
    """What had been spent by then, as far as attempts and jobs say when they ended."""
    tries = (attempt for task in run.tasks for attempt in task.attempts if (attempt.ended_at or at + 1) <= at)
    jobs = (usage for job in run.jobs if (job.ended_at or job.asked_at) <= at for usage in job.usage)
    of_tries = sum(usage.usd for attempt in tries for usage in attempt.usage)
    return of_tries + sum(usage.usd for usage in jobs) + sum(usage.usd for usage in run.plan_usage)


def _lines(found: Sequence[Mark], quote: Quote) -> str:
    last = found[-1]
    money = f"{usd(last.usd)} of {usd(quote.usd_p50)} quoted" if quote.usd_p50 else usd(last.usd)
    minutes = (
        f"{last.minutes:.0f} of {quote.minutes_p50:.0f} min quoted" if quote.minutes_p50 else f"{last.minutes:.0f} min"
    )
    rows = (
        ("left", sparkline([mark.left for mark in found], len(found) + last.left), str(last.left)),
        ("time", sparkline([mark.minutes for mark in found], max(quote.minutes_p50, last.minutes)), minutes),
        ("money", sparkline([mark.usd for mark in found], max(quote.usd_p50, last.usd)), money),
    )
    return "  \n".join(f"`{bars}` {name}: {told}" for name, bars, told in rows)


def sparkline(values: Sequence[float], most: float) -> str:
    """One bar for each value, as high as its part of `most`; of many values every so many."""
    step = -(-len(values) // MOST_BARS) or 1
    shown = list(values)[::-1][::step][::-1]
    top = len(BARS) - 1
    return "".join(BARS[min(top, max(0, round(top * value / most)))] if most > 0 else BARS[0] for value in shown)


def _table(run: Run, found: Sequence[Mark], quote: Quote) -> str:
    wanted = len(_wanted(run)) or 1
    rows = [
        (
            mark.task,
            f"{mark.left} of {wanted}",
            f"{mark.minutes:.0f}",
            f"{quote.minutes_p50 * (wanted - mark.left) / wanted:.0f}",
            usd(mark.usd),
            usd(quote.usd_p50 * (wanted - mark.left) / wanted),
        )
        for mark in found[-MOST_ROWS:]
    ]
    return table(HEADER, rows)
