"""A task's attempts: dispatched, reported, lost, timed out, stopped."""

from dataclasses import replace

from tdd_orchestrator.core import asking, forks, jobs, landing, leaving, packing, planning
from tdd_orchestrator.core.event import Dispatched, DispatchRefused, JobQueued, WorkReported
from tdd_orchestrator.core.result import ProofResult, Stage, StageReport, StageState, Step, Usage, WorkResult
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.task import Proven, Task

FREE_LOSSES = 2
"""So many lost runners of a task cost it no chance; more than that is no accident."""
NEWER = "It holds; a newer push takes its place."
MERGED = "The pull request was merged."
CLOSED = "The pull request was closed. Reopen it and write `/tdd plan` to start anew."
QUEUE_GRACE_S = 600.0
"""Seconds a job may wait for a runner on top of its own time limit before it counts as lost."""


def dispatched(run: Run, event: Dispatched) -> Run:
    """GitHub confirmed the dispatch; a report that was quicker than this keeps the job done."""
    job = run.job(event.nonce)
    if job is None:
        return run
    for each in (job, *jobs.riders(run, job)):
        state = JobState.STARTED if each.state is JobState.ASKED else each.state
        run = run.with_job(replace(each, state=state, workflow_run=event.workflow_run, url=event.url))
    return run


def dispatch_refused(run: Run, event: DispatchRefused) -> Run:
    """The run waits for somebody to mend the workflow; the attempt does not count."""
    job = run.job(event.nonce)
    if job is None or not jobs.is_open(run, event.nonce):
        return run
    run = packing.without_later(jobs.closed(run, event.nonce, JobState.LOST), job)
    task = run.task(job.task) if job.task else None
    if task is not None and task.state is TaskState.IN_PROGRESS:
        run = run.with_task(leaving.ended(replace(task, chances=task.chances + 1), event.nonce, event.at, event.reason))
    if run.batch is not None and run.batch.nonce == event.nonce:
        run = replace(run, batch=None)
    return planning.blocked(run, f"{event.reason} Then `/tdd resume`.") if run.state not in FINAL else run


def reported(run: Run, event: WorkReported) -> Run:
    """A job has ended: proven work waits to land, everything else goes back with its reason. Of a pack each task stands
    by itself, on the one before it.
    """
    lead = before = run.job(event.result.nonce)
    if lead is None or before is None or lead.lead:
        return run
    run = _reported(run, event)
    if jobs.is_open(run, lead.nonce):
        return run
    told = {each.result.task: each for each in event.rest}
    for job in jobs.riders(run, lead):
        worked = told.get(job.task or "")
        result = replace(worked.result, nonce=job.nonce) if worked else None
        run, stands = packing.continued(run, job, before)
        if worked is not None and result is not None and stands:
            run = _reported(run, replace(event, result=result, proof=worked.proof, rest=()), before.task or "")
        else:
            run = packing.let_off(run, job)
            run = run if result is None else _paid_late(run, run.job(job.nonce), result)
        before = job
    return run


def _reported(run: Run, event: WorkReported, on: str = "") -> Run:
    result = event.result
    job, task = run.job(result.nonce), run.task(result.task)
    if job is None or task is None or not _is_awaited(run, job, result):
        return _paid_late(run, job, result)
    run = jobs.ended(run, result.nonce, JobState.DONE, event.at)
    if task.state is not TaskState.IN_PROGRESS or task.attempts[-1].nonce != result.nonce:
        return jobs.paid_late(run, result.nonce, _usage(result))
    accepted, reason, feedback = _verdict(result, event.proof)
    if result.tip is None and asking.escalates(result.question):
        ended = _with_stages(task, result.nonce, event.at, result.stages, False, result.reason)
        return asking.asked(run, ended, result, event.at)
    stages = result.stages if event.proof is None else (*result.stages, _proof_stage(event.proof))
    if accepted and task.hand is not None and task.hand.pushed:
        accepted, reason = False, NEWER
    task = _with_stages(task, result.nonce, event.at, stages, accepted, reason)
    if not accepted or result.tip is None:
        return run.with_task(sent_back(_without_red(task, result), reason, feedback))
    digest = event.proof.digest if event.proof else ""
    proven = Proven(result.nonce, event.workflow_run, task.attempts[-1].base, result.tip, digest=digest, on=on)
    return run.with_task(replace(task, state=TaskState.PASSING, proven=proven, reason="", feedback=""))


def _without_red(task: Task, result: WorkResult) -> Task:
    """A kept RED that does not hold any more is kept no longer."""
    fell = bool(result.stages) and result.stages[-1].stage is Stage.RED
    return replace(task, kept=None) if fell and task.kept is not None else task


def sent_back(task: Task, reason: str, feedback: str) -> Task:
    """Ready for another attempt that is told why, or failed when its chances are used up.

    A task in a person's hands waits for their next push.
    """
    if task.hand is not None:
        return replace(task, state=TaskState.READY, reason=reason, proven=None)
    if len(task.attempts) >= task.chances:
        tries = f"{len(task.attempts)} attempt{'s' if len(task.attempts) != 1 else ''}"
        return replace(task, state=TaskState.FAILED, reason=f"{reason} ({tries})", feedback=feedback, proven=None)
    return replace(task, state=TaskState.READY, reason=reason, feedback=feedback or reason, proven=None)


def lost(run: Run, nonce: str, reason: str, at: float) -> Run:
    """A job ended without a result."""
    job = run.job(nonce)
    if job is None or not jobs.is_open(run, nonce):
        return run
    run = jobs.ended(run, nonce, JobState.LOST, at)
    if run.state in FINAL:
        return run
    for rider in jobs.riders(run, job):  # one loss for the runner's circuit, and one for each task
        if jobs.is_open(run, rider.nonce):
            run = _lost_task(jobs.closed(run, rider.nonce, JobState.LOST), rider, reason, at)
    if job.step is Step.PLAN:
        return planning.lost(run, reason, at)
    if job.step is Step.PROVE:
        return forks.lost(run, reason) if run.fork else landing.proof_lost(run, nonce, reason)
    return _lost_task(run, job, reason, at)


def _lost_task(run: Run, job: Job, reason: str, at: float) -> Run:
    task = run.task(job.task) if job.task else None
    if task is None or task.state is not TaskState.IN_PROGRESS:
        return run
    ended = leaving.ended(task, job.nonce, at, reason)
    tried = {attempt.nonce for attempt in task.attempts}
    losses = sum(1 for each in run.jobs if each.nonce in tried and each.state is JobState.LOST)
    if losses <= FREE_LOSSES:
        ended = replace(ended, chances=ended.chances + 1)  # a lost runner is not the worker's failure
    elif ended.hand is not None:
        ended = replace(ended, hand=replace(ended.hand, pushed=""))  # nor the person's, but it does not end either
    return run.with_task(sent_back(ended, reason, task.attempts[-1].feedback))


def queued(run: Run, event: JobQueued) -> Run:
    """GitHub shows that the job waits for a runner."""
    job = run.job(event.nonce)
    if job is None or not jobs.is_open(run, event.nonce) or event.at <= job.queued_at:
        return run
    return run.with_job(replace(job, queued_at=event.at))


def timed_out(run: Run, at: float) -> Run:
    """Every job without a result within its time is given up; the time in which it waits for a runner is not counted,
    for GitHub runs only so many jobs of an account at once.
    """
    if run.state in FINAL:
        return run
    limit = run.rules.task_minutes * 60.0 + QUEUE_GRACE_S
    for job in run.open_jobs():
        if not job.lead and at - max(job.asked_at, job.queued_at) > limit:
            run = lost(run, job.nonce, f"No result came within {run.rules.task_minutes} minutes.", at)
    return run


def pull_closed(run: Run, at: float, *, merged: bool) -> Run:
    """The pull request is closed, whether the run was over or not."""
    run = stopped(run, at, MERGED if merged else CLOSED)
    return run if run.closed_at is not None else replace(run, closed_at=at)


def stopped(run: Run, at: float, reason: str) -> Run:
    """Nothing goes on: runners are given up, what has landed stays."""
    if run.state in FINAL:
        return run
    return replace(
        run,
        state=RunState.CANCELLED,
        reason=reason,
        ended_at=at,
        batch=None,
        jobs=tuple(job.given_up() for job in run.jobs),
        tasks=tuple(leaving.let_go(task, at, reason) for task in run.tasks),
    )


def _paid_late(run: Run, job: Job | None, result: WorkResult) -> Run:
    """A job that was given up, or another's task in its report: all that counts of it is its money."""
    if job is None or job.step is not Step.WORK or job.state is not JobState.LOST:
        return run
    return jobs.paid_late(run, job.nonce, _usage(result))


def _usage(result: WorkResult) -> tuple[Usage, ...]:
    return tuple(usage for stage in result.stages for usage in stage.usage)


def _is_awaited(run: Run, job: Job, result: WorkResult) -> bool:
    return job.step is Step.WORK and job.task == result.task and jobs.is_open(run, result.nonce)


def _verdict(result: WorkResult, proof: ProofResult | None) -> tuple[bool, str, str]:
    if result.tip is None:
        reason = result.reason or "The attempt left no commit, and no reason why."
        return False, reason, result.feedback or reason
    if proof is None:
        return False, "The work was accepted, but the prove job left no proof.", ""
    if proof.tip != result.tip:
        return False, "The prove job proved another commit than the one that was handed over.", ""
    if not proof.holds:
        return False, f"The proof did not hold: {proof.reason}", proof.reason
    return True, "", ""


def _proof_stage(proof: ProofResult) -> StageReport:
    state = StageState.ACCEPTED if proof.holds else StageState.REFUSED
    sentence = proof.reason or "Proven again from git on a clean runner."
    seconds, tip, runs = proof.seconds, proof.tip, proof.suite_runs
    return StageReport(Stage.PROVE, state, sentence, seconds, tip, proof.remarks, (), runs, proof.tests)


def _with_stages(
    task: Task, nonce: str, at: float, stages: tuple[StageReport, ...], accepted: bool, reason: str
) -> Task:
    attempts = tuple(
        replace(a, ended_at=at, stages=stages, accepted=accepted, reason=reason) if a.nonce == nonce else a
        for a in task.attempts
    )
    return replace(task, attempts=attempts)
