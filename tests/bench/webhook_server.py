"""One of two servers for the webhook benchmark, as a process: ours, or the least that is worth comparing it with."""

import asyncio
import hashlib
import hmac
import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tdd_orchestrator.inbox import Delivery
from tdd_orchestrator.server.app import build
from tdd_orchestrator.server.logs import configure
from world.hooks import SECRET
from world.serving import settings


async def nothing(lane: str, deliveries: tuple[Delivery, ...]) -> None:
    """Only the way in is measured."""


async def checked(request: Request) -> Response:
    """Read the body and compare its signature: what nobody can leave out."""
    expected = "sha256=" + hmac.new(SECRET.encode(), await request.body(), hashlib.sha256).hexdigest()
    good = hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", ""))
    return Response(status_code=202 if good else 401)


def bare() -> Starlette:
    """A Starlette that checks the HMAC and forgets the rest."""
    return Starlette(routes=[Route("/webhook", checked, methods=["POST"])])


def main() -> None:
    """Serve `ours` or `bare` on a free port of 127.0.0.1, which is printed; log into the folder."""
    kind, directory = sys.argv[1], Path(sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    log = os.open(directory / f"{kind}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    app = bare()
    if kind == "ours":
        configure(())
        app = build(settings(directory), nothing)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main()
