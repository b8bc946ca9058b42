"""Hears every exchange with the hub, so that what the app sends can be held against GitHub's own description."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from world.contract import DESCRIPTION, Exchange, contract


class Eavesdropper:
    """An ASGI application around another; `exchanges` grows with each REST request."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ".git/" in scope["path"] or scope["path"] == "/api/graphql":
            await self._inner(scope, receive, send)
            return
        asked, answered, status = bytearray(), bytearray(), [0]

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def tell(message: Message) -> None:
            status[0] = message.get("status", status[0])
            answered.extend(message.get("body", b""))
            await send(message)

        await self._inner(scope, hear, tell)
        raw = any(name == b"accept" and b"raw" in value for name, value in scope["headers"])
        if raw or status[0] in (0, 304):  # not described: a file as it is, "as you know it", and no answer at all
            return
        path = str(scope["path"]).removeprefix("/api/v3")
        self.exchanges.append(Exchange(scope["method"], path, parsed(asked), status[0], parsed(answered)))

    def differences(self) -> list[str]:
        """Where any exchange departs from the description; nothing where the description is not present."""
        if not DESCRIPTION.exists():
            return []
        judge = contract()
        return sorted({line for exchange in self.exchanges for line in judge.differences(exchange)})


def parsed(raw: bytearray) -> Any:
    try:
        return json.loads(bytes(raw)) if raw else None
    except ValueError:
        return None
