"""The composition root of `tdd serve`: from settings to a served application."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from tdd_orchestrator.github.connections import AppCredentials, Connections
from tdd_orchestrator.github.deliveries import recent_deliveries, redeliver
from tdd_orchestrator.inbox import Delivery, Inbox
from tdd_orchestrator.server.app import Missed, build
from tdd_orchestrator.server.places import Places
from tdd_orchestrator.server.settings import Settings

REDELIVERY_WINDOW_S = 3 * 24 * 3600.0
"""How far back GitHub keeps deliveries. https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks"""


def application(settings: Settings, environ: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> Starlette:
    """The whole app behind one webhook. Nothing is opened before its lifespan begins. `clock` gives epoch seconds."""
    whole = _Whole(settings, environ, clock)
    missed = Missed(whole.missed, whole.redeliver)
    return build(settings, whole.handle, sweep=whole.sweep, missed=missed, around=whole.open)


class _Whole:
    """What lives as long as the lifespan: GitHub's connections, and the places."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._environ = environ
        self._connections: Connections | None = None
        self._places: Places | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        settings = self._settings
        credentials = AppCredentials(settings.app_id, settings.private_key, settings.github_url)
        async with Connections(
            credentials, write_interval_s=settings.write_interval_s, secrets=settings.secrets
        ) as connections:
            self._connections = connections
            self._places = Places(
                connections, state_interval_s=settings.state_interval_s, environ=self._environ, clock=self._clock
            )
            try:
                yield
            finally:
                await self._places.close()

    async def handle(self, key: str, deliveries: tuple[Delivery, ...]) -> None:
        assert self._places is not None
        await self._places.handle(key, deliveries)

    async def sweep(self, inbox: Inbox) -> None:
        assert self._places is not None
        await self._places.sweep(inbox)

    async def missed(self) -> Iterable[object]:
        assert self._connections is not None
        return await recent_deliveries(self._connections.app, time.time() - REDELIVERY_WINDOW_S)

    async def redeliver(self, delivery: int) -> None:
        assert self._connections is not None
        await redeliver(self._connections.app, delivery)
