"""What a plan will cost before it is carried out: from the repository's own figures where there are enough, else from
the price table and assumed sizes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tdd_orchestrator.core.figures import ANY
from tdd_orchestrator.core.ledger_rows import LARGE, MEDIUM, SMALL, size_of
from tdd_orchestrator.core.ledger_view import Figure
from tdd_orchestrator.core.plan import PlannedTask, TaskKind, critical_path
from tdd_orchestrator.core.prices import price_of
from tdd_orchestrator.core.run import Quote
from tdd_orchestrator.core.spending import is_free

# Assumed tokens in millions (fresh input, cached input, output) of one small task, and its minutes on a hosted runner.
# These are assumptions, not measurements: they size the quote until the repository has figures of its own.
TASK_MTOK = {
    TaskKind.BEHAVIOUR: (0.06, 0.30, 0.015),
    TaskKind.BUGFIX: (0.05, 0.25, 0.010),
    TaskKind.REFACTOR: (0.05, 0.25, 0.012),
    TaskKind.PLUMBING: (0.05, 0.25, 0.010),
    TaskKind.DOCS: (0.02, 0.05, 0.006),
}
TASK_MINUTES = 6.0
SIZES = {SMALL: 1.0, MEDIUM: 1.6, LARGE: 2.5}
P90 = 2.2
"""Nine in ten tasks need no more than this many times the median; an assumption like the ones above."""
MODELS = ("claude-sonnet-5-5",)
LATEST = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Expected:
    """What one task will probably take; `told` says that the repository's own tasks say so."""

    usd_p50: float
    usd_p90: float
    minutes_p50: float
    minutes_p90: float
    runner_minutes: float
    told: bool = False


def quote(
    tasks: Iterable[PlannedTask],
    *,
    worker: str,
    figures: Iterable[Figure] = (),
    models: tuple[str, ...] = MODELS,
    on: str = LATEST,
) -> Quote:
    """Money and wall minutes at the median and at nine in ten, and minutes of runners. `on` is the day (ISO) whose
    prices hold. Sums of what nine in ten tasks stay under are more than nine in ten plans need: it errs upwards.
    """
    tasks, figures = tuple(tasks), tuple(figures)
    each = {task.key: _figured(task, worker, figures) or _assumed(task, worker, models, on) for task in tasks}
    path = critical_path(tasks, lambda task: each[task.key].minutes_p50)
    return Quote(
        usd_p50=round(sum(one.usd_p50 for one in each.values()), 2),
        usd_p90=round(sum(one.usd_p90 for one in each.values()), 2),
        minutes_p50=round(sum(each[key].minutes_p50 for key in path), 1),
        minutes_p90=round(sum(each[key].minutes_p90 for key in path), 1),
        runner_minutes=round(sum(one.runner_minutes for one in each.values()), 1),
        source=_source(tuple(each.values())),
    )


def _figured(task: PlannedTask, worker: str, figures: tuple[Figure, ...]) -> Expected | None:
    """What tasks of this kind, size and worker took here; of any size where there are too few of this one."""
    for size in (size_of(task), ANY):
        for one in figures:
            if (one.kind, one.size, one.worker) == (task.kind.value, size, worker):
                return Expected(
                    one.usd_p50, one.usd_p90, one.minutes_p50, one.minutes_p90, one.runner_minutes, told=True
                )
    return None


def _assumed(task: PlannedTask, worker: str, models: tuple[str, ...], on: str) -> Expected:
    """Workers that call no paid model cost nothing but time."""
    factor = SIZES[size_of(task)]
    usd = 0.0 if is_free(worker) else factor * _task_usd(task.kind, _models(worker, models), on)
    minutes = factor * TASK_MINUTES
    return Expected(usd, usd * P90, minutes, minutes * P90, minutes)


def _models(worker: str, models: tuple[str, ...]) -> tuple[str, ...]:
    """`claude/opus-5-5` works with one model whatever the configuration says."""
    _, _, named = worker.partition("/")
    return (named if named.startswith("claude") else f"claude-{named}",) if named else models


def _task_usd(kind: TaskKind, models: tuple[str, ...], on: str) -> float:
    """The tokens at the mean price of these models; one that nobody knows costs what the usual one does."""
    known = [price for model in models if (price := price_of(model, on)) is not None]
    known = known or [price for model in MODELS if (price := price_of(model, on)) is not None]
    fresh, cached, output = TASK_MTOK[kind]
    return sum(fresh * one.input + cached * one.read + output * one.output for one in known) / len(known)


def _source(each: tuple[Expected, ...]) -> str:
    told = sum(1 for one in each if one.told)
    if not told:
        return "assumed from the price table and the tasks' sizes"
    if told == len(each):
        return "from what tasks like these took in this repository"
    return f"for {told} of {len(each)} tasks from what such tasks took in this repository, else from the price table"
