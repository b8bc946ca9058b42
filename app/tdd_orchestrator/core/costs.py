"""Where the money of a run went: by task, by requirement, by stage and model. Each adds up to all that was spent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tdd_orchestrator.core.result import Step, Usage
from tdd_orchestrator.core.run import Run

PLAN, EARLIER, NONE = "plan", "earlier plans", "no requirement"


@dataclass(frozen=True, slots=True)
class Cost:
    """Money in US dollars, calls and tokens of one thing, by its name."""

    name: str
    usd: float
    calls: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Spent:
    """One usage with all that it can be counted under; `share` is its part where several requirements share a task."""

    usage: Usage
    task: str
    stage: str
    requirements: tuple[str, ...] = ()


def by_task(run: Run) -> tuple[Cost, ...]:
    """Planning, then each task that has cost something, then what tasks of earlier plans did."""
    order = [PLAN, *(task.key for task in run.tasks), EARLIER]
    return _summed(((spent.task, spent.usage, 1.0) for spent in spent_in(run)), order)


def by_requirement(run: Run) -> tuple[Cost, ...]:
    """Each requirement's tasks; a task of several requirements is shared evenly. Planning is nobody's."""
    order = [*(requirement.id for requirement in run.requirements), NONE]
    parts = (
        (name, spent.usage, 1 / len(names))
        for spent in spent_in(run)
        for names in (spent.requirements or (NONE,),)
        for name in names
    )
    return _summed(parts, order)


def by_stage_and_model(run: Run) -> tuple[Cost, ...]:
    """`green · claude-sonnet-5-5`, the dearest first."""
    found = _summed(((f"{s.stage} · {s.usage.model or 'no model'}", s.usage, 1.0) for s in spent_in(run)), [])
    return tuple(sorted(found, key=lambda cost: -cost.usd))


def spent_in(run: Run) -> Iterator[Spent]:
    """Everything that was spent in this run, once."""
    here = {attempt.nonce: task for task in run.tasks for attempt in task.attempts}
    here |= {job.nonce: task for job in run.jobs if job.lead and (task := run.task(job.task or ""))}  # out of its pack
    for task in run.tasks:
        for stage in (stage for attempt in task.attempts for stage in attempt.stages):
            yield from (Spent(u, task.key, stage.stage.value, task.planned.requirements) for u in stage.usage)
    for job in run.jobs:
        if job.step is Step.PLAN:
            yield from (Spent(usage, PLAN, PLAN) for usage in job.usage)
        elif job.nonce in here:
            planned = here[job.nonce].planned
            yield from (Spent(usage, planned.key, "late", planned.requirements) for usage in job.usage)
        else:
            yield from (Spent(usage, EARLIER, EARLIER) for usage in job.usage)
    yield from (Spent(usage, EARLIER, EARLIER) for usage in run.plan_usage)


def _summed(parts: Iterable[tuple[str, Usage, float]], order: list[str]) -> tuple[Cost, ...]:
    """One cost a name: those of `order` first, as they stand there, then the others as they came."""
    sums: dict[str, tuple[float, float, float]] = {}
    for name, usage, part in parts:
        usd, calls, tokens = sums.get(name, (0.0, 0.0, 0.0))
        sums[name] = (usd + usage.usd * part, calls + usage.calls * part, tokens + _tokens(usage) * part)
    names = [*(name for name in order if name in sums), *(name for name in sums if name not in order)]
    return tuple(Cost(name, round(sums[name][0], 6), round(sums[name][1]), round(sums[name][2])) for name in names)


def _tokens(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens
