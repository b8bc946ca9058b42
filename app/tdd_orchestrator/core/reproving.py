"""Proofs that somebody asks for by `/tdd prove`: all that has landed, or one task, again; the answer is a reply."""

from dataclasses import replace

from tdd_orchestrator.core import jobs
from tdd_orchestrator.core.choosing import Outcome, named, word
from tdd_orchestrator.core.effect import Effect, React, Reply
from tdd_orchestrator.core.event import Commanded, DispatchRefused, JobLost, ProofReported
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.result import ProofResult, Remark, Step
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.states import TaskState

DONE, REFUSED = "+1", "confused"
LONGEST = 600
PATIENCE_S = 5_400.0
"""How long such a proof may take, its wait for a runner included: longer than the workflow file lets the job run."""
SLOW = f"No result came in {PATIENCE_S / 60:.0f} minutes."
Answered = tuple[Run, tuple[Effect, ...]] | None
"""The run and what is answered; `None` where the event is about a job that nobody asked for."""


def prove(run: Run, event: Commanded) -> Outcome:
    """Ask for the proof of everything that has landed, or of the tasks that are named."""
    if not run.tasks_in(TaskState.COMPLETE):
        return "Nothing has landed yet: there is nothing to prove again."
    tasks = named(run, event.command) if event.command.task else ()
    if isinstance(tasks, str):
        return tasks
    for task in tasks:
        if task.state is not TaskState.COMPLETE or task.proven is None:
            return f"{task.key} is {word(task.state)}: only what has landed can be proven again."
    keys: list[str | None] = [task.key for task in tasks] or [None]
    for key in keys:
        if going := next((job for job in run.asked_proofs() if job.task == key), None):
            return f"That is being proven already. {going.url}".rstrip()
    for key in keys:
        run, nonce = jobs.asked(run, Step.PROVE, event.at, key)
        job = run.job(nonce)
        assert job is not None
        run = run.with_job(replace(job, reply=f"{event.id}:{key}" if key else event.id, by=event.author))
    return run, ()


def reported(run: Run, event: ProofReported) -> Answered:
    """The proof has ended: whoever asked is told what it found."""
    result = event.result
    return _ended(run, result.nonce, _told(run, result), DONE if result.holds else REFUSED, JobState.DONE, event.at)


def lost(run: Run, event: JobLost | DispatchRefused) -> Answered:
    """There will be no result: whoever asked is told why."""
    told = f"The proof came to nothing: {_shown(event.reason)} `/tdd prove` asks for it again."
    return _ended(run, event.nonce, told, REFUSED, JobState.LOST, event.at)


def timed_out(run: Run, at: float) -> tuple[Run, tuple[Effect, ...]]:
    """Proofs without a result within their time are given up."""
    effects: tuple[Effect, ...] = ()
    for job in run.asked_proofs():
        if at - job.asked_at > PATIENCE_S:
            told = lost(run, JobLost(at=at, nonce=job.nonce, reason=SLOW))
            run, effects = (told[0], (*effects, *told[1])) if told else (run, effects)
    return run, effects


def _ended(run: Run, nonce: str, told: str, reaction: str, state: JobState, at: float) -> Answered:
    job = run.job(nonce)
    if job is None or not job.reply:
        return None
    if not jobs.is_open(run, nonce):
        return run, ()
    comment = job.reply.split(":", 1)[0]
    reactions = (React(int(comment), reaction),) if comment.isdigit() else ()
    return jobs.ended(run, nonce, state, at), (Reply(job.reply, f"@{job.by} {told}"), *reactions)


def _told(run: Run, result: ProofResult) -> str:
    job = run.job(result.nonce)
    what = f"{job.task} at" if job and job.task else "Everything that has landed up to"
    link = f" [Job]({job.url})" if job and job.url else ""
    if result.holds:
        cost = f"{result.suite_runs} runs of the suite, {result.seconds:.0f} s"
        return f"{what} `{result.tip[:7]}` is proven again from git, and holds: {cost}.{link}"
    first = next((f" First difference: {_place(each)}" for each in result.remarks), "")
    return f"{what} `{result.tip[:7]}` does not hold: {_shown(result.reason)}{first}{link}"


def _place(remark: Remark) -> str:
    return f"`{line(remark.path, 200).replace('`', '')}:{remark.line}`: {_shown(remark.message)}"


def _shown(text: str) -> str:
    return inert(line(text, LONGEST))
