"""One server before and after the set-up: it passes requests on to the App's application as soon as there is one.

The application lives in a task of its own, which opens and closes its lifespan, whoever asked for it.
"""

import asyncio
from contextlib import suppress

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

RETRY_AFTER_S = 60


class Switchboard:
    """An ASGI application; before `switch` it says that the server is being set up."""

    def __init__(self) -> None:
        self._inner: Starlette | None = None
        self._stop = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if self._inner is None:
            await _not_yet(str(scope["path"]))(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    @property
    def serves(self) -> bool:
        """Whether there is an App behind it."""
        return self._inner is not None

    async def switch(self, app: Starlette) -> None:
        """Start an application and serve it from now on. Raises what its start raises."""
        if self._life is not None:
            raise RuntimeError("there is an application already")
        up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._lived(app, up))
        try:
            await up
        except BaseException:
            self._life = None
            raise
        self._inner = app

    async def close(self) -> None:
        """Stop it, if it was started."""
        self._stop.set()
        if self._life is not None:
            await self._life

    async def _lived(self, app: Starlette, up: asyncio.Future[None]) -> None:
        try:
            async with app.router.lifespan_context(app):
                up.set_result(None)
                await self._stop.wait()
        except Exception as error:
            if up.done():
                raise
            with suppress(asyncio.InvalidStateError):
                up.set_exception(error)


def _not_yet(path: str) -> JSONResponse:
    if path == "/health":  # whoever restarts unhealthy servers must not restart this one
        return JSONResponse({"status": "waiting for set-up"})
    told = {"message": "This server is not set up yet. Open the address that it printed in its terminal."}
    if path == "/webhook":
        return JSONResponse(told, 503, {"Retry-After": str(RETRY_AFTER_S)})
    return JSONResponse(told, 404)
