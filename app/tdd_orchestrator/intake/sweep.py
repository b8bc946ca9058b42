"""The sweep of one run: whatever a lost webhook would have told is asked of GitHub, then the clock ticks."""

from collections.abc import Mapping

from tdd_orchestrator.core.awaiting_ci import is_awaited
from tdd_orchestrator.core.event import Event, JobLost, JobQueued, PullRequestClosed, Ticked
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.states import FINAL
from tdd_orchestrator.github.perform import look_at_ci
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.intake.commands import commented
from tdd_orchestrator.intake.hands import pushed_by_hand
from tdd_orchestrator.intake.pull import look_at
from tdd_orchestrator.intake.results import result_event

QUEUED = frozenset({"queued", "requested", "waiting", "pending"})
TOLD_AFTER_S = 300.0
"""So often a job that waits for a runner is told, that it may not count as lost; each time is a push of state."""
LOOK_BACK_S = 3_600.0
"""Comments of the last hour are read again: webhooks are late by minutes, not by hours."""


async def swept(reader: RepositoryReader, run: Run, at: float, env: Mapping[str, str]) -> tuple[Event, ...]:
    """Everything that GitHub shows and the run does not know, and `Ticked` at the end."""
    if run.state in FINAL:
        return (*await _closed(reader, run, at), *await _asked_for(reader, run, at))
    events: list[Event] = []
    pull = await reader.pull(run.number)
    if pull.state != "open" or pull.head.sha not in run.read_heads or pull.head != run.head or pull.base != run.base:
        events.append(await look_at(reader, run.number, at, env, run))
    for comment in await reader.comments_since(run.number, max(run.opened_at, at - LOOK_BACK_S)):
        if not comment.bot and comment.created_at == comment.updated_at:
            events += await commented(reader, run, comment.id, comment.author, comment.body, at)
    if is_awaited(run):
        head = pull.head.sha if run.target == run.head else run.target.sha
        events.append(await look_at_ci(reader, head, run.ci.first, at))
    events += await pushed_by_hand(reader, run, at)
    for job in (*(job for job in run.open_jobs() if not job.lead), *run.asked_proofs()):
        events += await _job(reader, job, at)
    return (*events, Ticked(at=at))


async def _closed(reader: RepositoryReader, run: Run, at: float) -> tuple[Event, ...]:
    """All that can still happen to a run that is over: its pull request is closed, or merged."""
    if run.closed_at is not None:
        return ()
    pull = await reader.pull(run.number)
    return () if pull.state == "open" else (PullRequestClosed(at=at, merged=pull.merged),)


async def _asked_for(reader: RepositoryReader, run: Run, at: float) -> tuple[Event, ...]:
    """Of a run that is over only the proofs are looked at that somebody waits for."""
    events = [event for job in run.asked_proofs() for event in await _job(reader, job, at)]
    return (*events, Ticked(at=at)) if run.asked_proofs() else ()


async def _job(reader: RepositoryReader, job: Job, at: float) -> tuple[Event, ...]:
    if job.workflow_run is None:
        return ()
    seen = await reader.workflow_run(job.workflow_run)
    if seen is None:
        return (JobLost(at=at, nonce=job.nonce, reason="Its workflow run is gone."),)
    if seen.status in QUEUED and at - max(job.asked_at, job.queued_at) > TOLD_AFTER_S:
        return (JobQueued(at=at, nonce=job.nonce),)
    if seen.status != "completed":
        return ()
    return (result_event(job, seen, await reader.result_files(seen.id, since=seen.started_at), at),)
