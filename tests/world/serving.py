"""A server under test: its settings, and the application over real HTTP on a free port of 127.0.0.1."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from tdd_orchestrator.inbox import Delivery
from tdd_orchestrator.server.settings import Settings
from world.hooks import NEXT_SECRET, SECRET

KEY = "-----BEGIN RSA PRIVATE KEY-----\nnot really\n-----END RSA PRIVATE KEY-----\n"


def settings(directory: Path, **changed: Any) -> Settings:
    """Settings that are complete, with the inbox in `directory`."""
    given: dict[str, Any] = {
        "app_id": 1,
        "private_key": KEY,
        "webhook_secrets": (SECRET, NEXT_SECRET),
        "database_url": f"sqlite:///{directory / 'inbox.sqlite'}",
        "data_dir": directory,
    }
    return Settings(**given | changed)


class Kept:
    """A handler that keeps what it gets; `arrived` is set by each batch. With `hold` it never ends."""

    def __init__(self, *, hold: bool = False) -> None:
        self.got: list[tuple[str, str]] = []
        self.arrived = asyncio.Event()
        self._hold = hold

    async def __call__(self, lane: str, deliveries: tuple[Delivery, ...]) -> None:
        self.got += [(lane, delivery.guid) for delivery in deliveries]
        self.arrived.set()
        if self._hold:
            await asyncio.Event().wait()


@asynccontextmanager
async def inside(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that calls the application directly, within its lifespan."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tdd.test") as client,
    ):
        yield client


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application behind uvicorn."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=5))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(10):
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        await task
        listener.close()


async def settled(client: httpx.AsyncClient) -> None:
    """Return when nothing waits in the inbox of the server."""
    async with asyncio.timeout(5):
        while (await client.get("/health")).json()["inbox"]["waiting"]:  # noqa: ASYNC110 - it is asked from outside
            await asyncio.sleep(0.01)
