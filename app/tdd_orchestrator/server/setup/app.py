"""The server that sets itself up: the set-up's pages before a switchboard, and the address to open in a browser."""

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.server.app import STOP_S
from tdd_orchestrator.server.settings import Settings
from tdd_orchestrator.server.setup.desk import Desk

ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - these are recognised, not bound


class PortTaken(TddError):
    """The server cannot listen there."""


def setup_application(desk: Desk, *, begun: Settings | None = None) -> Starlette:
    """The set-up, and behind it the App: at once where `begun` are its settings, else when it has been made."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            if begun is not None:
                await desk.serve(begun)
            yield
        finally:
            await desk.close()

    routes = [
        Route("/", desk.home),
        Route("/setup", desk.setup),
        Route("/setup/created", desk.created),
        Route("/setup/onboarding", desk.onboarding, methods=["POST"]),
        Mount("/", app=desk.board),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def serve_setup(app: Starlette, settings: Settings, token: str, say: Callable[[str], None]) -> None:
    """Listen, say where, and serve until SIGINT or SIGTERM. Raises `PortTaken`."""
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as taken:
        where = f"{settings.host}:{settings.port}"
        raise PortTaken(
            f"The server cannot listen on {where}: {os.strerror(taken.errno or 0)}.",
            remedy="Set TDD_PORT and TDD_HOST.",
        ) from taken
    with listener:
        say(f"Open this address once, in your browser:\n\n  {address(settings, listener, token)}\n")
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=STOP_S
        )
        uvicorn.Server(config).run(sockets=[listener])


def address(settings: Settings, listener: socket.socket, token: str) -> str:
    """Where the set-up is opened; the public address where there is one."""
    host = "localhost" if settings.host in ANYWHERE else settings.host
    base = settings.public_url or f"http://{host}:{listener.getsockname()[1]}"
    return f"{base}/setup?token={token}"
