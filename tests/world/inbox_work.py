"""A handler that writes down what it gets and fails as told, and a way to run it until the inbox is empty."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Container
from contextlib import asynccontextmanager
from typing import Any, Protocol

from tdd_orchestrator.inbox import Delivery, Handler, Inbox


class OpenInbox(Protocol):
    """Opens an inbox that the test's end closes."""

    def __call__(self, url: str, **terms: Any) -> Awaitable[Inbox]: ...


class Recorder:
    """`batches` are all tries, `done` the GUIDs that were handled, each with its lane, in order."""

    def __init__(self, poison: Container[str] = ()) -> None:
        self.batches: list[tuple[str, list[str]]] = []
        self.done: list[tuple[str, str]] = []
        self.poison = poison

    async def __call__(self, lane: str, deliveries: tuple[Delivery, ...]) -> None:
        self.batches.append((lane, [delivery.guid for delivery in deliveries]))
        for delivery in deliveries:
            if delivery.guid in self.poison:
                raise RuntimeError(f"{delivery.guid} cannot be handled")
        self.done += [(lane, delivery.guid) for delivery in deliveries]

    def order(self, lane: str) -> list[str]:
        return [guid for key, guid in self.done if key == lane]


@asynccontextmanager
async def running(inbox: Inbox, handler: Handler, *, workers: int = 4) -> AsyncIterator[asyncio.Task[None]]:
    """The inbox at work for as long as the block lasts."""
    stop = asyncio.Event()
    task = asyncio.create_task(inbox.run(handler, workers=workers, stop=stop))
    try:
        yield task
    finally:
        stop.set()
        await task


async def work_off(inbox: Inbox, handler: Handler, *, workers: int = 4) -> None:
    """Handle until nothing waits."""
    async with running(inbox, handler, workers=workers):
        await asyncio.wait_for(inbox.idle(), 10)


async def until(condition: Callable[[], Awaitable[object]], timeout_s: float = 10.0) -> None:
    """Return when the condition holds; for what only another process or the database can tell."""
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
