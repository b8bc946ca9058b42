"""The served application: inbox, webhook, health and the periodic rounds, in one lifespan.

Nothing happens before the lifespan begins. Handlers run in tasks that the lifespan's task starts, so that they see the
context variables which were set there (githubkit keeps its client in one).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

import structlog
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from tdd_orchestrator import __version__
from tdd_orchestrator.inbox import Handler, Inbox
from tdd_orchestrator.server.health import health, metrics
from tdd_orchestrator.server.meter import Meter
from tdd_orchestrator.server.redelivery import Redelivery
from tdd_orchestrator.server.rounds import Round
from tdd_orchestrator.server.settings import Settings
from tdd_orchestrator.server.webhook import webhook

REDELIVERY_S = 300.0
STOP_S = 20  # handlers get ten seconds from the inbox, which then needs a moment to give leases back

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Missed:
    """How to ask GitHub what it could not deliver (rows of the deliveries API), and to send one again (by its id)."""

    list_failed: Callable[[], Awaitable[Iterable[object]]]
    redeliver: Callable[[int], Awaitable[None]]


def build(
    settings: Settings,
    handler: Handler,
    *,
    sweep: Callable[[Inbox], Awaitable[None]] | None = None,
    missed: Missed | None = None,
    routes: Sequence[BaseRoute] = (),
    around: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
    registry: CollectorRegistry | None = None,
) -> Starlette:
    """The application. `sweep` is called every `settings.sweep_s` seconds, and may put deliveries of its own in lanes.

    `routes` are served beside our own; `around` is entered before the inbox opens and left after it is closed.
    """
    meter = Meter(registry or CollectorRegistry())
    house = _House(settings, meter.timed(handler), around)
    swept = sweep and Round("sweep", settings.sweep_s, lambda: sweep(house.inbox()), meter.rounded)
    if swept:
        house.rounds.append(swept)
    if missed:
        again = Redelivery(missed.list_failed, missed.redeliver, lambda guids: house.inbox().held(guids))
        house.rounds.append(Round("redelivery", REDELIVERY_S, again, meter.rounded))
    receive = webhook(inbox=house.inbox, secrets=settings.webhook_secrets, meter=meter)
    ours = [
        Route("/webhook", receive, methods=["POST"]),
        Route("/health", health(inbox=house.inbox, working=house.working, sweep=swept)),
        Route("/metrics", metrics(inbox=house.inbox, meter=meter)),
    ]
    return Starlette(routes=[*ours, *routes], lifespan=house.lifespan)


def serve(app: Starlette, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Logging must be configured before."""
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # the webhook writes its own line, without the query string
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )


@dataclass(slots=True)
class _House:
    """What lives as long as the lifespan."""

    settings: Settings
    handler: Handler
    around: Callable[[], AbstractAsyncContextManager[object]]
    rounds: list[Round] = field(default_factory=list)
    _inbox: Inbox | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def inbox(self) -> Inbox:
        if self._inbox is None:
            raise RuntimeError("the application was called outside its lifespan")
        return self._inbox

    def working(self) -> bool:
        """Whether everything that was started still runs."""
        return not any(task.done() for task in self._tasks)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self.around(), self._at_work():
            yield

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        inbox = self._inbox = await Inbox.open(self.settings.database_url)
        stop = asyncio.Event()
        work = [inbox.run(self.handler, workers=self.settings.workers, stop=stop)]
        self._tasks = [_started(act) for act in (*work, *(each.run(stop) for each in self.rounds))]
        log.info("serving", version=__version__, app_id=self.settings.app_id, workers=self.settings.workers)
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await inbox.close()
            log.info("stopped")


def _started(act: Coroutine[None, None, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(act)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("a part of the server has stopped working; restart it", exc_info=error)
