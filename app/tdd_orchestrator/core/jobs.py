"""Dispatched jobs: their nonces, and the assignment that a job stands for, both derived from the run alone."""

import hashlib
from dataclasses import replace

from tdd_orchestrator.core import asking
from tdd_orchestrator.core.effect import CancelJob
from tdd_orchestrator.core.result import Assignment, Step, Usage
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.spending import cap
from tdd_orchestrator.core.task import Task

HUMAN = "human"
"""The worker that hands in what a person has pushed."""


def nonce(run: Run, step: Step, task: str | None, number: int) -> str:
    """12 hex digits that are the same whenever the same job is asked for again."""
    what = f"{run.repo}#{run.number}@{run.opened_at:.0f}:{step}:{task or ''}:{number}"
    return hashlib.sha256(what.encode()).hexdigest()[:12]


def asked(
    run: Run, step: Step, at: float, task: str | None = None, *, budget_usd: float | None = None
) -> tuple[Run, str]:
    """The run with one more job of this step (and task), and the job's nonce."""
    number = sum(1 for job in run.jobs if job.step is step and job.task == task) + 1
    key = nonce(run, step, task, number)
    return run.with_job(Job(nonce=key, step=step, asked_at=at, task=task, budget_usd=budget_usd)), key


def closed(run: Run, key: str, state: JobState) -> Run:
    """The run with that job ended; unknown jobs change nothing."""
    job = run.job(key)
    return run if job is None else run.with_job(replace(job, state=state))


def ended(run: Run, key: str, state: JobState, at: float) -> Run:
    """The same for a job that came to an end by itself."""
    job = run.job(key)
    return run if job is None else run.with_job(replace(job, state=state, ended_at=at))


def paid_late(run: Run, key: str, usage: tuple[Usage, ...]) -> Run:
    """The run with the money of a report that nobody waits for any more: it was spent all the same. Twice is once."""
    job = run.job(key)
    if job is None or job.usage or not usage:
        return run
    return run.with_job(replace(job, usage=usage))


def given_up(before: Run, after: Run) -> tuple[CancelJob, ...]:
    """Workflow runs to stop: of jobs that nobody waits for any more, and of those confirmed only after that."""
    known = {job.nonce: job for job in before.jobs}
    return tuple(
        CancelJob(job.nonce, job.workflow_run)
        for job in after.jobs
        if job.state is JobState.LOST
        and job.workflow_run is not None
        and _was_going(known.get(job.nonce))
        and not job.lead  # whoever leads goes last
    )


def _was_going(job: Job | None) -> bool:
    return job is not None and (job.is_open or job.workflow_run is None)


def is_open(run: Run, key: str) -> bool:
    """Whether a result under this nonce is still awaited; a second result is not."""
    job = run.job(key)
    return job is not None and job.is_open


def riders(run: Run, job: Job) -> tuple[Job, ...]:
    """The jobs for the books that ride on this one, in the order of their tasks, whatever their state."""
    mine = {each.task: each for each in run.jobs if each.lead == job.nonce}
    return tuple(mine[key] for key in job.pack if key in mine)


def assignment(run: Run, job: Job) -> Assignment:
    """What the runner of this job is told."""
    task = run.task(job.task) if job.task else None
    common = Assignment(
        step=job.step,
        nonce=job.nonce,
        repo=run.repo,
        number=run.number,
        head=run.target.sha,
        base=run.base.sha,
        branch=run.target.name,
        worker=run.rules.worker,
        prds=tuple(sorted({requirement.path for requirement in run.requirements})),
        budget_usd=_budget(run, job),
    )
    if job.reply:
        return _asked_proof(common, run, task)
    if job.step is Step.PROVE:
        return _proof(common, run, job)
    if task is None:
        return common
    return _work(run, common, task, job)


def _budget(run: Run, job: Job) -> float:
    """What was set aside for the job when it was asked for; never more than the run has left now."""
    rest = round(max(cap(run) - run.usd, 0.0), 4)
    return rest if job.budget_usd is None else min(job.budget_usd, rest)


def _asked_proof(common: Assignment, run: Run, task: Task | None) -> Assignment:
    """One task as it was proven, or all that the head has since it left the base."""
    if task is not None and task.proven is not None:
        return replace(common, task=task.planned, head=task.proven.tip, since=task.proven.base)
    return replace(common, since=run.base.sha)


def _proof(common: Assignment, run: Run, job: Job) -> Assignment:
    """The proof of a merge: one task by itself, or all that were merged; what they were told to do is no matter."""
    if run.fork:
        return replace(common, head=run.allowed, since=run.base.sha)
    batch = run.batch
    if batch is None or batch.nonce != job.nonce:
        return common
    planned = tuple(task.planned for key in batch.tasks if (task := run.task(key)) is not None)
    common = replace(common, head=batch.staged or common.head, since=batch.since or batch.onto)
    if len(planned) == 1:
        return replace(common, task=planned[0])
    return replace(common, tasks=tuple(replace(each, acceptance=()) for each in planned))


def _work(run: Run, common: Assignment, task: Task, job: Job) -> Assignment:
    attempt = next((attempt for attempt in task.attempts if attempt.nonce == job.nonce), None)
    common = replace(common, task=task.planned, worker=task.worker or common.worker)
    if attempt is None:
        return common
    told = asking.answers(run, task)
    common = replace(common, head=attempt.base, attempt=attempt.number, feedback=attempt.feedback, answers=told)
    if attempt.source:
        return replace(common, worker=HUMAN, source=attempt.source)
    after = tuple(run.task(each.task or "") for each in riders(run, job) if is_open(run, each.nonce))
    if after:
        return replace(common, tasks=tuple(each.planned for each in after if each is not None))
    return replace(common, red=task.kept.commit) if task.kept is not None and task.kept.there else common
