"""What one run says to the ledger: a row for each attempt that has ended, and a summary. Functions of the run alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import StageState, Step, Usage
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.task import Attempt, Task

WAIT_S = 3_600.0
"""Seconds that a job may wait for its runner, its report for us, and we for the next sweep."""
SMALL, MEDIUM, LARGE = "small", "medium", "large"
PLANNING, DRAFT, ASIDE = "plan", "draft", "set aside"
DRAFT_S = 3 * 3_600.0
"""Seconds after which nobody waits for a draft any more, so that a lost one holds no money."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One ended attempt. `task` is empty for planning; `at` is when it ended (epoch seconds).

    `seconds` is from dispatch to report (shared evenly in a pack), `runner_seconds` what its stages took. `accepted` is
    None where nothing was handed in, or a question; `lost` says that the runner vanished, and not that somebody gave it
    up. `model` is the one that cost most, `stage` the last that was reached.
    """

    nonce: str
    number: int
    task: str
    kind: str
    size: str
    worker: str
    model: str
    stage: str
    usd: float
    tokens: int
    calls: int
    seconds: float
    runner_seconds: float
    accepted: bool | None
    lost: bool
    at: float


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in the index; times are epoch seconds. `reserved_usd` is what its jobs in progress may still spend, and
    `reserved_until` when the last of them has ended at the latest: a run that nobody moves any more holds no money.
    """

    number: int
    title: str
    state: str
    usd: float
    tasks: int
    landed: int
    opened_at: float
    ended_at: float | None
    closed_at: float | None
    reserved_usd: float
    reserved_until: float


def rows(run: Run) -> tuple[LedgerRow, ...]:
    """A row for each attempt (and planning job) that has ended, in the order in which they were asked for."""
    return tuple(_rows(run))


def draft_aside(nonce: str, number: int, usd: float, at: float) -> LedgerRow:
    """What a draft that was asked for may yet spend; its own row takes the place of this one."""
    return replace(draft_row(nonce, number, (), at), stage=ASIDE, usd=usd)


def draft_row(nonce: str, number: int, usage: tuple[Usage, ...], at: float) -> LedgerRow:
    """What a draft for an issue took; issues and pull requests share their numbers."""
    return LedgerRow(
        nonce=nonce,
        number=number,
        task="",
        kind=DRAFT,
        size="",
        worker="",
        model=_dearest(usage),
        stage=DRAFT,
        usd=round(sum(each.usd for each in usage), 6),
        tokens=_tokens(usage),
        calls=sum(each.calls for each in usage),
        seconds=0.0,
        runner_seconds=0.0,
        accepted=None,
        lost=False,
        at=at,
    )


def summary(run: Run) -> RunSummary:
    """The run in one row."""
    return RunSummary(
        number=run.number,
        title=run.title,
        state=run.state.value,
        usd=round(run.usd, 6),
        tasks=len(run.tasks),
        landed=len(run.tasks_in(TaskState.COMPLETE)),
        opened_at=run.opened_at,
        ended_at=run.ended_at,
        closed_at=run.closed_at,
        reserved_usd=round(reserved(run), 6),
        reserved_until=_reserved_until(run),
    )


def reserved(run: Run) -> float:
    """What the run's jobs in progress may still spend, in US dollars."""
    return sum(job.budget_usd or 0.0 for job in run.open_jobs())


def _reserved_until(run: Run) -> float:
    spending = [max(job.asked_at, job.queued_at) for job in run.open_jobs() if job.budget_usd]
    return max(spending) + run.rules.task_minutes * 60.0 + WAIT_S if spending else 0.0


def joined(old: LedgerRow, new: LedgerRow) -> LedgerRow:
    """Two rows of one attempt: figures only grow (a late report adds money), and words that are known stay known."""
    return replace(
        old,
        task=old.task or new.task,
        kind=old.kind or new.kind,
        size=old.size or new.size,
        worker=old.worker or new.worker,
        model=old.model or new.model,
        stage=old.stage or new.stage,
        usd=max(old.usd, new.usd),
        tokens=max(old.tokens, new.tokens),
        calls=max(old.calls, new.calls),
    )


def size_of(task: PlannedTask) -> str:
    """Small, medium or large, by how much a task must show: its criteria, or else the files it owns."""
    weight = max(len(task.acceptance), len(task.files))
    return SMALL if weight <= 2 else MEDIUM if weight <= 5 else LARGE


def _rows(run: Run) -> Iterator[LedgerRow]:
    attempts = {attempt.nonce: (task, attempt) for task in run.tasks for attempt in task.attempts}
    for job in run.jobs:
        if job.nonce in attempts:
            task, attempt = attempts[job.nonce]
            if attempt.ended_at is not None:
                yield _worked(run, task, attempt, job)
        elif job.step is not Step.PROVE and (job.ended_at is not None or job.usage):
            yield _bare(run, job)


def _worked(run: Run, task: Task, attempt: Attempt, job: Job) -> LedgerRow:
    ended, usage, stages = attempt.ended_at or attempt.started_at, (*attempt.usage, *job.usage), attempt.stages
    return LedgerRow(
        nonce=attempt.nonce,
        number=run.number,
        task=task.key,
        kind=task.planned.kind.value,
        size=size_of(task.planned),
        worker=attempt.worker or task.worker or run.rules.worker,
        model=_dearest(usage),
        stage=stages[-1].stage.value if stages else "",
        usd=round(sum(each.usd for each in usage), 6),
        tokens=_tokens(usage),
        calls=sum(each.calls for each in usage),
        seconds=round((ended - attempt.started_at) / _together(run, job), 3),
        runner_seconds=round(sum(stage.seconds for stage in stages), 3),
        accepted=None if not stages or stages[-1].state is StageState.ASKED else bool(attempt.accepted),
        lost=not stages and job.ended_at is not None,
        at=ended,
    )


def _together(run: Run, job: Job) -> int:
    """Among how many tasks the time of a job is shared: those of its pack that were begun."""
    begun = {attempt.nonce for task in run.tasks for attempt in task.attempts if attempt.stages}
    pack = {each.nonce for each in run.jobs if (job.lead or job.nonce) in (each.lead, each.nonce)}
    return max(len(begun & pack), 1)


def _bare(run: Run, job: Job) -> LedgerRow:
    """Planning, or an attempt at a task of a plan that is gone: what that was, the ledger knows already or never."""
    ended, plans = job.ended_at or job.asked_at, job.step is Step.PLAN
    return LedgerRow(
        nonce=job.nonce,
        number=run.number,
        task="" if plans else job.task or "",
        kind=PLANNING if plans else "",
        size="",
        worker=run.rules.worker if plans else "",
        model=_dearest(job.usage),
        stage=PLANNING if plans else "",
        usd=round(sum(each.usd for each in job.usage), 6),
        tokens=_tokens(job.usage),
        calls=sum(each.calls for each in job.usage),
        seconds=round(ended - job.asked_at, 3),
        runner_seconds=0.0,
        accepted=job.accepted if plans else None,
        lost=plans and job.accepted is None and job.ended_at is not None,
        at=ended,
    )


def _tokens(usage: tuple[Usage, ...]) -> int:
    return sum(u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens for u in usage)


def _dearest(usage: tuple[Usage, ...]) -> str:
    return max(usage, key=lambda each: each.usd).model if usage else ""
