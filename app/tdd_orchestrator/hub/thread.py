"""The hub in a thread of its own, for programs that have no event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from tdd_orchestrator.hub.hub import Hub

T = TypeVar("T")


class HubThread:
    """Runs a hub, which `make` builds inside the thread, for the length of a `with` block."""

    def __init__(self, make: Callable[[], Hub], port: int = 0) -> None:
        self._make = make
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hub", daemon=True)
        self.hub: Hub

    @property
    def url(self) -> str:
        """The root address."""
        return self.hub.url

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the hub's loop (`hub.settled()`) and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def call(self, act: Callable[[Hub], T]) -> T:
        """Do something to the hub inside its loop: `call(lambda hub: hub.comment(...))`."""
        done: Future[T] = Future()

        def work() -> None:
            try:
                done.set_result(act(self.hub))
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(work)
        return done.result()

    def __enter__(self) -> Self:
        """Start thread and hub."""
        self._thread.start()
        try:
            self.run(self._start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop both."""
        try:
            self.run(self.hub.stop())
        finally:
            self._end()

    async def _start(self) -> None:
        self.hub = self._make()
        await self.hub.start(self._port)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
