"""The one thread that touches the database: what queues up during a commit shares the next one (group commit).

An act is a function of (connection, now). Its result is handed back after the commit, never before. In a group each act
has a savepoint, so that one which fails takes nobody with it. PostgreSQL gets a transaction for each act: one that
locks the lanes of several acts could deadlock with another replica's.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.inbox.database import Now

T = TypeVar("T")
Act = Callable[[Connection, float], T]
GROUP = 256  # acts in one commit


class InboxBroken(TddError):
    """The inbox's database does not answer, so nothing can be accepted."""


@dataclass(slots=True)
class _Job:
    act: Act[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: Exception | None = None

    def run(self, connection: Connection, now: float) -> None:
        self.result = self.act(connection, now)

    def answer(self) -> None:
        """Called in the loop; whoever waited may have gone."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        elif isinstance(self.error, SQLAlchemyError):
            broken = InboxBroken(f"The inbox's database does not answer: {self.error.__cause__ or self.error}")
            broken.__cause__ = self.error
            self.future.set_exception(broken)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Runs acts in the order of their arrival. `commits` counts transactions."""

    def __init__(self, engine: Engine, now: Now, *, grouped: bool) -> None:
        self.commits = 0
        self._engine = engine
        self._now = now
        self._group = GROUP if grouped else 1
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="inbox-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    async def do(self, act: Act[T]) -> T:
        """The act's result, once it is committed. Raise `InboxBroken` when the database does not answer."""
        if self._closed or not self.alive:
            raise InboxBroken("The inbox is closed.")
        loop = asyncio.get_running_loop()
        job = _Job(act, loop.create_future(), loop)
        self._queue.put(job)
        answer: T = await job.future
        return answer

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while jobs := self._next():
            try:
                self._commit(jobs)
            except Exception as error:  # a commit that failed has undone every act of its group
                for job in jobs:
                    job.error = error
            _answer(jobs)

    def _next(self) -> list[_Job]:
        """Wait for one job and take what else is there; nothing when the inbox closes."""
        jobs: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == self._group:
                return jobs
            try:
                job = self._queue.get_nowait()
            except Empty:
                return jobs
        if jobs:
            self._queue.put(None)  # met behind the jobs: found again at the next round
        return jobs

    def _commit(self, jobs: list[_Job]) -> None:
        with self._engine.begin() as connection:
            now = self._now(connection)
            if len(jobs) == 1:
                jobs[0].run(connection, now)
            else:
                for job in jobs:
                    _sheltered(job, connection, now)
        self.commits += 1


def _sheltered(job: _Job, connection: Connection, now: float) -> None:
    try:
        with connection.begin_nested():
            job.run(connection, now)
    except Exception as error:
        job.error = error


def _answer(jobs: list[_Job]) -> None:
    """One wake-up of the loop for the whole group; jobs of one inbox all come from one loop."""

    def answers() -> None:
        for job in jobs:
            job.answer()

    loop = jobs[0].loop
    if not loop.is_closed():
        loop.call_soon_threadsafe(answers)
