"""Every repository that the app serves, made when it is first heard of: its connection, its state, its engine."""

import asyncio
import time
from collections.abc import Callable, Mapping

import structlog

from tdd_orchestrator.bookkeeping import Bookkeeping
from tdd_orchestrator.drafting import Drafting
from tdd_orchestrator.engine import Engine, run_id
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.connections import Connections
from tdd_orchestrator.github.perform import Performer
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.inbox import Delivery, Inbox
from tdd_orchestrator.intake.pull import configuration
from tdd_orchestrator.intake.routing import lane, lane_parts
from tdd_orchestrator.place import TICK, Hint, Place
from tdd_orchestrator.store import LedgerStore, Pace, StateStore

log = structlog.get_logger()


class Places:
    """The places of all installations. One process, one pace of pushes per repository."""

    def __init__(
        self,
        connections: Connections,
        *,
        state_interval_s: float,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections = connections
        self._pace = Pace(state_interval_s)
        self._environ = environ
        self._clock = clock
        self._places: dict[str, Place] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, repo: str) -> Place:
        """The place of `owner/name`; raises `NotInstalled` where the app is not installed."""
        async with self._locks.setdefault(repo, asyncio.Lock()):
            if repo not in self._places:
                self._places[repo] = await self._made(await self._connections.of(repo))
            return self._places[repo]

    async def handle(self, key: str, deliveries: tuple[Delivery, ...]) -> None:
        """The inbox's handler: a lane's deliveries, oldest first."""
        repo, number = lane_parts(key)
        if key.startswith("installation:"):
            await self.close()  # repositories came or went: look again when one is next heard of
            return
        place = await self.of(repo)
        if number is not None:
            await place.handle(number, [Hint(one.guid, one.event, one.body) for one in deliveries])

    async def close(self) -> None:
        """Write down what is only in memory yet, and forget every place."""
        places, self._places = self._places, {}
        for place in places.values():
            await place.books.close()

    async def sweep(self, inbox: Inbox) -> None:
        """Put a tick into the lane of every open pull request and every run of every repository."""
        async for installation in self._connections.installations():
            for repo in await self._connections.repositories(int(installation["id"])):
                await self._sweep_repository(inbox, repo)

    async def _sweep_repository(self, inbox: Inbox, repo: str) -> None:
        place = await self.of(repo)
        numbers = {pull.number for pull in await place.reader.open_pulls()}
        numbers |= {int(run.removeprefix("pr-")) for run in await place.store.runs()}
        now = self._clock()
        for number in sorted(numbers):
            guid = f"tick-{repo}-{run_id(number)}-{now:.0f}"
            await inbox.accept(guid, TICK, lane(repo, number), b"{}", remember=False)

    async def _made(self, connection: Connection) -> Place:
        reader = RepositoryReader(connection)
        config, _ = await configuration(reader, await reader.default_branch(), self._environ)
        store = StateStore(
            connection.git_url(), connection.git_credentials, prefix=config.state.prefix, pace=self._pace
        )
        engine = Engine(
            store,
            lambda number: Performer(connection, connection.repo, number, reader=reader),
            redact=connection.redact,
        )
        log.info("place.opened", repo=connection.repo, state=config.state.prefix)
        ledger = LedgerStore(store.refs, store.prefix)
        books = Bookkeeping(ledger, self._clock, interval_s=6 * self._pace.interval)
        return Place(
            reader=reader,
            store=store,
            engine=engine,
            environ=self._environ,
            clock=self._clock,
            drafting=Drafting(reader, self._environ, self._clock, books),
            books=books,
            keep_days=config.state.keep_days,
        )
