"""The outermost layer: logs every request, and lets faults strike before anything else is done."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.faults import RequestRule
from tdd_orchestrator.hub.site import Exchange, Site

PREFIX = "/api/v3"


class Gate:
    """An ASGI application around another. `/api/v3` and no prefix are the same, as for an Enterprise server."""

    def __init__(self, inner: ASGIApp, site: Site) -> None:
        self._inner = inner
        self._site = site
        self.closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        full: str = scope["path"]
        path = full.removeprefix(PREFIX) or "/"
        exchange = Exchange(scope["method"], path, self._site.world.now())
        self._site.requests.append(exchange)
        inside: dict[str, Any] = {**scope, "path": path, "raw_path": path.encode(), "hub.path": full}
        inside["hub.exchange"] = exchange

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
            await send(message)

        rule = self._site.faults.for_request(exchange.method, path)
        if rule is None:
            await self._inner(inside, receive, answer)
        else:
            await self._strike(rule, inside, receive, answer, send)

    async def _strike(self, rule: RequestRule, scope: Scope, receive: Receive, answer: Send, send: Send) -> None:
        match rule.kind:
            case "respond":
                body = Refused(rule.status, rule.message).body()
                await JSONResponse(body, rule.status, rule.headers)(scope, receive, answer)
            case "hang":
                await self._until_gone(receive)
                _hang_up(send)
            case "lose_answer":
                await self._inner(scope, receive, _unheard(scope["hub.exchange"]))
                _hang_up(send)
                await asyncio.sleep(0)  # let the connection notice before the server looks for an answer

    async def _until_gone(self, receive: Receive) -> None:
        closing = asyncio.ensure_future(self.closing.wait())
        gone = asyncio.ensure_future(_disconnected(receive))
        await asyncio.wait([closing, gone], return_when=asyncio.FIRST_COMPLETED)
        for task in (closing, gone):
            task.cancel()
        await asyncio.gather(closing, gone, return_exceptions=True)


def _unheard(exchange: Exchange) -> Send:
    async def nowhere(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]

    return nowhere


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _hang_up(send: Send) -> None:
    """Close the connection under the server. ASGI has no word for that, so this asks uvicorn's own cycle object."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()
