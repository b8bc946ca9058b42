"""One request as one installation (or token) may send it: its turn to write, its token, GitHub's limits, a renamed
repository.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.errors import RateLimited, Unauthorized
from tdd_orchestrator.github.http import Wire
from tdd_orchestrator.github.pace import Crowded, Urgency, WritePace
from tdd_orchestrator.github.tokens import Tokens

MOVED = frozenset({301, 307, 308})  # a renamed repository; GitHub then names it by its id


@dataclass(frozen=True, slots=True)
class Turn:
    """What a write needs of the pace: how soon, and how many things it writes."""

    urgency: Urgency = Urgency.WORK
    weight: int = 1


class Sender:
    """Sends single requests and repeats none of them. `counts` says how many were sent, by method and route."""

    def __init__(self, wire: Wire, tokens: Tokens, pace: WritePace, redact: Redactor) -> None:
        self.counts: Counter[str] = Counter()
        self._wire, self._tokens, self._pace, self._redact = wire, tokens, pace, redact
        self._closed_until, self._limited = 0.0, 0

    async def send(self, method: str, route: str, path: str, *, turn: Turn | None = None, **request: Any) -> Answer:
        """Send it now, or, where it writes, when its turn has come; raises `RateLimited` where that is too late."""
        if turn is None:
            return await self._authorised(method, route, path, **request)
        async with self._turn(turn):
            return await self._authorised(method, route, path, **request)

    @asynccontextmanager
    async def _turn(self, turn: Turn) -> AsyncIterator[None]:
        try:
            async with self._pace.turn(urgency=turn.urgency, weight=turn.weight):
                yield
        except Crowded as crowded:
            until = self._wire.clock() + crowded.seconds
            told = f"We have written as much as GitHub allows, and wait {crowded.seconds:.0f} s."
            raise RateLimited(until, told) from crowded

    async def _authorised(self, method: str, route: str, path: str, **request: Any) -> Answer:
        """One request; a token that GitHub no longer takes is replaced once."""
        token = await self._tokens.current()
        try:
            return await self._counted(token, method, route, path, **request)
        except Unauthorized:
            if not self._tokens.refused(token):
                raise
        return await self._counted(await self._tokens.current(), method, route, path, **request)

    async def _counted(
        self,
        token: str,
        method: str,
        route: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        """One request with this token, unless GitHub asked for a wait; followed where a repository has moved."""
        now = self._wire.clock()
        if now < self._closed_until:
            raise RateLimited(self._closed_until, f"GitHub asked us to wait {round(self._closed_until - now)} s more.")
        self.counts[f"{method} {route}"] += 1
        authorised = {"Authorization": f"Bearer {token}", **(headers or {})}
        if request.get("json") is not None and not _holds_code(route, request["json"]):
            request["json"] = self._redact.value(request["json"])
        try:
            answer = await self._wire.send(
                method, path, route=route, headers=authorised, limited=self._limited, **request
            )
        except RateLimited as limited:
            self._closed_until, self._limited = limited.until, self._limited + 1
            raise
        self._limited = 0
        self._pace.saw(answer.headers, self._wire.clock())
        moved = answer.headers.get("location", "")
        if (
            answer.status in MOVED
            and moved.startswith(self._wire.api_url + "/")
            and not path.startswith("/repositories/")
        ):
            return await self._counted(
                token, method, route, moved.removeprefix(self._wire.api_url), headers=headers, **request
            )
        return answer


def _holds_code(route: str, json: object) -> bool:
    """Whether a request carries the contents of commits, which are never altered."""
    query = str(json.get("query", "")) if isinstance(json, dict) else ""
    return "/git/" in route or "/contents/" in route or "createCommitOnBranch" in query
