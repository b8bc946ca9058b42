"""The inbox as others see it: open it, let deliveries in, run a handler on them, ask how it stands."""

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Self
from uuid import uuid4

from sqlalchemy import Connection, Engine

from tdd_orchestrator.inbox import leasing, upkeep
from tdd_orchestrator.inbox.admission import AT_ONCE, admit
from tdd_orchestrator.inbox.bell import Bell
from tdd_orchestrator.inbox.database import clock_of, connected, is_sqlite, parsed
from tdd_orchestrator.inbox.delivery import Accepted, Admission, Arrival, Buried, Full, InboxStats
from tdd_orchestrator.inbox.holding import Handler, Terms
from tdd_orchestrator.inbox.lock import InboxLock
from tdd_orchestrator.inbox.workers import POLL_S, Workers
from tdd_orchestrator.inbox.writer import InboxBroken, Writer

CLEARING_S = 3_600.0
_Visitor = tuple[Arrival, asyncio.Future[Admission]]


class Inbox:
    """Deliveries: durable, known by their GUID, in order within a lane and side by side across lanes."""

    def __init__(self, engine: Engine, writer: Writer, lock: InboxLock | None, terms: Terms, capacity: int) -> None:
        self._engine = engine
        self._writer = writer
        self._lock = lock
        self._terms = terms
        self._capacity = capacity
        self._bell = Bell()
        self._door: deque[_Visitor] = deque()
        self._opening: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        lease_s: float = 60.0,
        capacity: int = 10_000,
        max_attempts: int = 8,
        backoff_s: float = 2.0,
        clock: Callable[[], float] | None = None,
        shared: bool = False,
    ) -> Self:
        """Open `sqlite:///file` or `postgresql+psycopg://…`; the schema is made where it is missing.

        `capacity` is how many deliveries may wait; `backoff_s` the pause after a first failure, tripled with each
        further one up to five minutes. An SQLite file belongs to one process, unless `shared`: then replicas on one
        host may use it, and wait for each other's leases to end.
        Raise `InboxTaken` for a second process and `InboxUnusable` for a database that cannot be opened.
        """
        where = parsed(url)
        alone = is_sqlite(where) and not shared
        lock = InboxLock.take(Path(where.database or "")) if alone else None
        try:
            engine = await asyncio.to_thread(connected, where)
        except BaseException:
            if lock:
                lock.release()
            raise
        writer = Writer(engine, clock_of(where, clock), grouped=is_sqlite(where))
        owner = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid4().hex[:12]}"
        inbox = cls(engine, writer, lock, Terms(owner, lease_s, max_attempts, backoff_s), capacity)
        if alone:
            await writer.do(leasing.free_all)
        return inbox

    async def close(self) -> None:
        """Commit what is on its way, then let go of the database."""
        if self._opening:
            await asyncio.wait([self._opening])
        await self._writer.close()
        await asyncio.to_thread(self._engine.dispose)
        if self._lock:
            self._lock.release()
            self._lock = None

    @property
    def commits(self) -> int:
        """Transactions so far."""
        return self._writer.commits

    @property
    def alive(self) -> bool:
        """Whether the writer's thread runs."""
        return self._writer.alive

    async def accept(self, guid: str, event: str, lane: str, body: bytes, *, remember: bool = True) -> Admission:
        """Answer once the answer is on disk. Raise `InboxBroken` when it cannot get there.

        Without `remember` no tombstone is left: for deliveries of our own, which nobody sends again.
        """
        if len(self._door) >= self._capacity:
            return Full()  # the database is slow; what stands at the door is in memory only
        answer: asyncio.Future[Admission] = asyncio.get_running_loop().create_future()
        self._door.append((Arrival(guid, event, lane, body, remember), answer))
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._admit())
        return await answer

    async def run(self, handler: Handler, *, workers: int = 4, stop: asyncio.Event) -> None:
        """Hand each lane's deliveries to `handler(lane, deliveries)`, `workers` lanes at a time, until `stop` is set.

        A batch is handled when the handler returns, and tried again when it raises. After a crash a batch may be
        handled twice.
        """
        clearing = asyncio.create_task(self._clear())
        try:
            await Workers(self._writer, self._bell, self._terms, handler, workers).run(stop)
        finally:
            clearing.cancel()

    async def idle(self) -> None:
        """Return when nothing waits and no lane is leased."""
        while True:
            heard = self._bell.count
            now = await self.stats()
            if not (now.waiting or now.leased):
                return
            await self._bell.after(heard, POLL_S)

    async def stats(self) -> InboxStats:
        return await self._writer.do(upkeep.stats)

    async def held(self, guids: Iterable[str]) -> frozenset[str]:
        """Those of `guids` that wait or are processed."""
        return await self._writer.do(partial(_held, guids=tuple(guids)))

    async def dead(self, most: int = 100) -> tuple[Buried, ...]:
        """The deliveries that were given up, latest first."""
        return await self._writer.do(partial(upkeep.dead, most=most))

    async def redrive(self, guid: str) -> bool:
        """Let a dead delivery wait again; False if there is no dead delivery with this GUID."""
        found = await self._writer.do(partial(upkeep.redrive, guid=guid))
        self._bell.ring()
        return found

    async def _admit(self) -> None:
        """Let in whoever is at the door when the transaction begins, as long as there is somebody."""
        while self._door:
            taken: list[_Visitor] = []
            try:
                answers = await self._writer.do(partial(self._let_in, taken=taken))
            except Exception as error:
                _refuse(taken or self._door, error)
                if not taken:
                    self._door.clear()
                continue
            for (_, future), answer in zip(taken, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
            if any(isinstance(answer, Accepted) for answer in answers):
                self._bell.ring()

    def _let_in(self, connection: Connection, now: float, taken: list[_Visitor]) -> list[Admission]:
        while self._door and len(taken) < AT_ONCE:
            taken.append(self._door.popleft())
        return admit(connection, now, [arrival for arrival, _ in taken], self._capacity)

    async def _clear(self) -> None:
        while True:
            with suppress(InboxBroken):
                while await self._writer.do(upkeep.clear):
                    pass
            await asyncio.sleep(CLEARING_S)


def _refuse(taken: Iterable[_Visitor], error: Exception) -> None:
    for _, future in taken:
        if not future.done():
            future.set_exception(error)


def _held(connection: Connection, _: float, guids: tuple[str, ...]) -> frozenset[str]:
    return upkeep.held(connection, guids)
