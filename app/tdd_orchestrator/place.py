"""What a batch of deliveries means for one pull request: hints become facts, and the engine folds them in one go."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

import structlog

from tdd_orchestrator.bookkeeping import Bookkeeping, is_news
from tdd_orchestrator.core.awaiting_ci import is_awaited
from tdd_orchestrator.core.event import Event, JobLost, LedgerSeen, PullRequestClosed, PullRequestSeen
from tdd_orchestrator.core.jobs import is_open
from tdd_orchestrator.core.ledger_view import DAY_S, LedgerView
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.drafting import Drafting
from tdd_orchestrator.engine import Engine
from tdd_orchestrator.github.perform import look_at_ci
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import WorkflowRunView, attempt_began, epoch
from tdd_orchestrator.intake.commands import commented, pressed, rerun_asked
from tdd_orchestrator.intake.hands import pushed_by_hand
from tdd_orchestrator.intake.payloads import (
    CheckRunEvent,
    CheckSuite,
    CheckSuiteEvent,
    InstallationEvent,
    InstallationRepositoriesEvent,
    IssueCommentEvent,
    PullRequestEvent,
    PushEvent,
    User,
    WorkflowRunEvent,
)
from tdd_orchestrator.intake.pull import look_at
from tdd_orchestrator.intake.results import result_event
from tdd_orchestrator.intake.routing import WORKFLOW_FILE, check_key, draft_of, nonce_of
from tdd_orchestrator.intake.sweep import swept
from tdd_orchestrator.intake.webhooks import parsed
from tdd_orchestrator.store import Entry, StateStore

TICK = "tdd_tick"
"""The event name of our own deliveries: the sweep puts one into the lane of every open run."""
LATE_S = 120.0
"""A delivery that comes so many seconds after its workflow run ended may be about an attempt that is not the last."""
UNAWAITED = "Nobody waits for this job any more: its result changes nothing. Re-run on its check tries the task again."
"""Said in the log where a workflow run was run again whose job was reported, lost or given up."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hint:
    """One delivery: GitHub's GUID and event name, and the raw body. It says where to look, not what is there."""

    guid: str
    event: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """One repository: how it is read, where its state is, and the engine that moves its runs."""

    reader: RepositoryReader
    store: StateStore
    engine: Engine
    environ: Mapping[str, str]
    clock: Callable[[], float]
    drafting: Drafting
    books: Bookkeeping
    keep_days: int

    async def handle(self, number: int, deliveries: Sequence[Hint]) -> None:
        """Fold these deliveries, oldest first, into the run of this pull request."""
        run = await self.engine.load(number, afresh=any(delivery.event == TICK for delivery in deliveries))
        entries: list[Entry] = []
        for delivery in _without_repeats(deliveries):
            events = await self._events(number, run, delivery)
            entries += [Entry(f"{delivery.guid}/{index}", event) for index, event in enumerate(events)]
        if entries or await self.engine.load(number) is not None:
            await self.fold(number, entries)

    async def fold(self, number: int, entries: Sequence[Entry]) -> Run | None:
        """Let this happen to the run, in view of what the ledger says of the others; then the ledger hears of it."""
        run = await self.engine.load(number)
        if entries:
            entries = _looking(run, await self.books.view(number, run), entries)
        run = await self.engine.handle(number, entries)
        if run is not None:
            await self.books.note(run)
        return run

    async def _events(self, number: int, run: Run | None, delivery: Hint) -> tuple[Event, ...]:
        """What one delivery means. Whoever sent it, only its ids are believed: the rest is read from GitHub."""
        at = self.clock()
        if delivery.event == TICK:
            return await self._tick(number, run, at)
        webhook = parsed(delivery.event, json.loads(delivery.body))
        match webhook:
            case PullRequestEvent():
                return await self._pull_request(number, run, webhook, at)
            case IssueCommentEvent(comment=comment, issue=issue):
                author = comment.user.login if comment.user else "ghost"
                if issue.pull_request is None:
                    await self.drafting.asked(number, comment.id, author, comment.body or "")
                    return ()
                return await commented(self.reader, run, comment.id, author, comment.body or "", at)
            case (
                CheckRunEvent(sender=User(is_bot=True))
                | CheckSuiteEvent(sender=User(is_bot=True), action="rerequested")
            ):
                return ()
            case CheckRunEvent():
                return await self._check(run, webhook, delivery.guid, at)
            case CheckSuiteEvent(action="rerequested", sender=sender):
                return await rerun_asked(self.reader, delivery.guid, sender.login if sender else "ghost", None, at)
            case CheckSuiteEvent(action="completed", check_suite=suite):
                return await self._ci(run, suite, at)
            case WorkflowRunEvent():
                return await self._workflow_run(run, webhook, at)
            case PushEvent(ref=ref):
                return await pushed_by_hand(self.reader, run, at, ref) if run else ()
            case CheckSuiteEvent() | InstallationEvent() | InstallationRepositoriesEvent() | None:
                return ()
            case _:
                assert_never(webhook)

    async def _pull_request(
        self, number: int, run: Run | None, webhook: PullRequestEvent, at: float
    ) -> tuple[Event, ...]:
        if webhook.action == "closed":
            return (PullRequestClosed(at=at, merged=bool(webhook.pull_request.merged)),) if run else ()
        if run is not None and webhook.action == "synchronize" and webhook.after in run.read_heads:
            return ()  # our own push, or one whose PRDs were read already
        return (await look_at(self.reader, number, at, self.environ, run),)

    async def _check(self, run: Run | None, webhook: CheckRunEvent, guid: str, at: float) -> tuple[Event, ...]:
        key = check_key(webhook.check_run.external_id or "")
        if run is None or key is None:
            return ()
        author = webhook.sender.login if webhook.sender else "ghost"
        if webhook.action == "rerequested":
            return await rerun_asked(self.reader, guid, author, key.task, at)
        identifier = webhook.requested_action.identifier if webhook.requested_action else ""
        return await pressed(self.reader, webhook.check_run.head_sha, guid, author, identifier, at)

    async def _ci(self, run: Run | None, suite: CheckSuite, at: float) -> tuple[Event, ...]:
        """Others' checks of the head have ended: looked at where the run waits for them, and only then."""
        ours = self.reader.connection.app_id
        if run is None or suite.head_sha != run.target.sha or (suite.app and ours is not None and suite.app.id == ours):
            return ()
        return (await look_at_ci(self.reader, run.target.sha, run.ci.first, at),) if is_awaited(run) else ()

    async def _workflow_run(self, run: Run | None, webhook: WorkflowRunEvent, at: float) -> tuple[Event, ...]:
        """The result of a job of ours. What another file, branch or event runs may bear any title."""
        told = webhook.workflow_run
        if told.event != "workflow_dispatch" or (told.path or "").split("@")[0] != WORKFLOW_FILE:
            return ()
        if told.head_branch is not None and told.head_branch != await self.reader.default_branch():
            return ()  # it ran that branch's workflow file, which nobody has reviewed
        if draft := draft_of(told.display_title or ""):
            url = f"{self.reader.connection.git_url().removesuffix('.git')}/actions/runs/{told.id}"
            await self.drafting.ended(*draft, await self.reader.result_files(told.id), url)
            return ()
        job = run.job(nonce_of(told.display_title or "") or "") if run else None
        if job is None:
            return ()
        if run is None or job.workflow_run not in (None, told.id):
            return ()
        attempt = told.run_attempt or 1
        if not is_open(run, job.nonce):
            tell = log.info if attempt > 1 else log.debug  # a first attempt was only heard of by the sweep before
            tell("result.unawaited", run=run.id, nonce=job.nonce, workflow_run=told.id, attempt=attempt, hint=UNAWAITED)
            if job.state is JobState.DONE:
                return ()  # a lost job's late report is at least paid for
        began, title = attempt_began(attempt, told.run_started_at), told.display_title or ""
        seen = WorkflowRunView(told.id, "completed", told.conclusion, title, job.url, attempt, started_at=began)
        late = at - epoch(told.updated_at) > LATE_S
        event = None if late else await self._result(job, seen, at)
        if event is None or isinstance(event, JobLost):
            return await self._latest_result(job, seen, at)
        return (event,)

    async def _result(self, job: Job, seen: WorkflowRunView, at: float) -> Event:
        return result_event(job, seen, await self.reader.result_files(seen.id, since=seen.started_at), at)

    async def _latest_result(self, job: Job, seen: WorkflowRunView, at: float) -> tuple[Event, ...]:
        """The result of the newest attempt: whoever ran the jobs again wants that one, and no older one counts."""
        now = await self.reader.workflow_run(seen.id)
        if now is not None and now.attempt > seen.attempt:
            return (await self._result(job, now, at),) if now.status == "completed" else ()
        return (await self._result(job, seen, at),)

    async def _tick(self, number: int, run: Run | None, at: float) -> tuple[Event, ...]:
        if run is None:
            seen = await look_at(self.reader, number, at, self.environ)
            return () if isinstance(seen, PullRequestClosed) else (seen,)
        if run.closed_at is not None and at - run.closed_at > self.keep_days * DAY_S:
            return await self._forgotten(run)
        return await swept(self.reader, run, at, self.environ)

    async def _forgotten(self, run: Run) -> tuple[Event, ...]:
        """The pull request was closed long ago: its state goes as soon as the index has its summary."""
        if (await self.reader.pull(run.number)).state != "open" and await self.books.keeps(run):
            await self.engine.forget(run.number)
        return ()


def _looking(run: Run | None, view: LedgerView, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The same events, after a look at the ledger: a run that is opened by them gets it with its opening."""
    if run is not None:
        news = (Entry(f"{entries[0].txn}/ledger", LedgerSeen(at=view.at, view=view)),) if is_news(view, run) else ()
        return (*news, *entries)
    return tuple(
        replace(entry, event=replace(entry.event, ledger=view)) if isinstance(entry.event, PullRequestSeen) else entry
        for entry in entries
    )


def _without_repeats(deliveries: Sequence[Hint]) -> tuple[Hint, ...]:
    """Of several ticks in one batch the last is enough."""
    last = next((d.guid for d in reversed(deliveries) if d.event == TICK), None)
    return tuple(d for d in deliveries if d.event != TICK or d.guid == last)
