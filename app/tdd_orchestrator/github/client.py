"""A connection to one repository: what is read and written, and how often it is tried in bad weather.

What may be repeated is decided here, by what the request does: reading and idempotent writing are repeated after a
failure whose outcome is unknown; what creates is repeated only after a look whether it was created after all.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.github.addresses import git_url, graphql_url
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.errors import Forbidden, NotFound, RateLimited, Unauthorized, Weather
from tdd_orchestrator.github.etags import EtagCache, KeptAnswer
from tdd_orchestrator.github.http import NotSent, Wire
from tdd_orchestrator.github.pace import Urgency, WritePace
from tdd_orchestrator.github.sending import Sender, Turn
from tdd_orchestrator.github.tokens import Tokens

PER_PAGE = 100
LASTING = ("link", "content-type")  # headers that belong to a kept answer; a 304 may come without them
RAW = {"Accept": "application/vnd.github.raw+json"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take: tries, the first wait between them, and the longest wait that is slept through
    (seconds).
    """

    tries: int = 4
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Connection:
    """GitHub as one repository's installation (or token) sees it.

    `counts` says how many requests were sent, by method and route; `unchanged` how many of them were answered by a free
    304. `has_graphql`, and `tells_runs` (a dispatch tells its run), hold until the
    server says otherwise. `app_id` is ours where we are an app: it tells our check
    runs from those of others.
    """

    def __init__(
        self,
        repo: str,
        wire: Wire,
        tokens: Tokens,
        *,
        pace: WritePace | None = None,
        patience: Patience | None = None,
        app_id: int | None = None,
        login: str | None = None,
        redact: Redactor | None = None,
        pushes: Tokens | None = None,
    ) -> None:
        self.repo, self.app_id, self.redact = repo, app_id, redact or Redactor()
        self.unchanged = 0
        self.patience = patience or Patience()
        self.has_graphql, self.tells_runs, self._node = True, True, ""
        self._wire, self._pushes = wire, pushes or tokens
        self._sender = Sender(wire, tokens, pace or WritePace(), self.redact)
        self.counts = self._sender.counts
        self._etags = EtagCache()
        self._login = login

    @property
    def api_url(self) -> str:
        """The REST API's root, without a slash at its end."""
        return self._wire.api_url

    def now(self) -> float:
        """The time in epoch seconds, by the clock that GitHub's limits are judged by."""
        return self._wire.clock()

    def git_url(self, repo: str | None = None) -> str:
        """Where git fetches and pushes; credentials are given apart."""
        return git_url(self.api_url, repo or self.repo)

    async def git_credentials(self) -> tuple[str, str]:
        """User name and password for git over HTTP; good for some minutes."""
        return "x-access-token", await self._pushes.current()

    async def login(self) -> str:
        """The login under which we write, such as `tdd[bot]`.

        A job's own token may not ask and is `github-actions[bot]`.
        """
        if self._login is None:
            try:
                self._login = str((await self.get("/user")).json()["login"])
            except (Forbidden, NotFound, Unauthorized):
                self._login = "github-actions[bot]"
        return self._login

    async def node(self) -> str:
        """The repository's id for GraphQL."""
        self._node = self._node or str((await self.get("/repos/{repo}")).json()["node_id"])
        return self._node

    async def get(
        self,
        route: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **parts: object,
    ) -> Answer:
        """Read. An answer that has not changed is not sent again by GitHub and costs nothing."""
        path = self.path(route, **parts)
        key = f"{path}?{sorted((query or {}).items())}#{(headers or {}).get('Accept', '')}"
        kept = self._etags.get(key)
        sent = {**(headers or {}), **({"If-None-Match": kept.etag} if kept else {})}
        answer = await self._patiently("GET", route, path, query=query, headers=sent)
        if answer.status == 304 and kept:
            self.unchanged += 1
            return Answer(200, {**answer.headers, **kept.headers}, kept.body)
        if answer.status == 200:
            lasting = {name: answer.headers[name] for name in LASTING if name in answer.headers}
            self._etags.keep(key, KeptAnswer(answer.headers.get("etag", ""), answer.content, lasting))
        return answer

    async def pages(
        self, route: str, *, inside: str | None = None, query: Mapping[str, Any] | None = None, **parts: object
    ) -> AsyncIterator[Any]:
        """The items of all pages, one by one; `inside` is the key under which a page keeps its items."""
        page = 1
        while True:
            asked = {"per_page": PER_PAGE, **(query or {}), "page": page}
            answer = await self.get(route, query=asked, headers=None, **parts)
            body = answer.json()
            items = body[inside] if inside else body
            for item in items:
                yield item
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
            page += 1

    async def write(
        self, method: str, route: str, json: object = None, *, urgency: Urgency = Urgency.WORK, **parts: object
    ) -> Answer:
        """An idempotent write: PATCH, PUT, DELETE, or a POST that may be repeated (a reaction, a cancellation)."""
        path = self.path(route, **parts)
        return await self._patiently(method, route, path, json=json, turn=Turn(urgency))

    async def graphql(self, document: str, variables: object, *, urgency: Urgency, weight: int) -> Answer:
        """Send one GraphQL request that writes `weight` things. It is not repeated after weather.

        The answer may hold `errors` beside `data`: GitHub says 200 to both.
        """
        body = {"query": document, "variables": variables}
        where, turn = graphql_url(self.api_url), Turn(urgency, weight)
        return await self._patiently("POST", "/graphql", where, json=body, turn=turn, repeat=_unsent)

    async def create(
        self,
        route: str,
        json: object,
        *,
        find: Callable[[], Awaitable[Answer | None]],
        urgency: Urgency = Urgency.WORK,
        **parts: object,
    ) -> Answer:
        """A POST that creates: once.

        When its outcome is unknown, `find` looks by the thing's own key before it is sent again.
        """
        path = self.path(route, **parts)
        for attempt in range(self.patience.tries):
            try:
                return await self._patiently("POST", route, path, json=json, turn=Turn(urgency), repeat=_unsent)
            except NotSent:
                raise
            except Weather:
                await self.patience.sleep(self.patience.first_wait_s * 2**attempt)
                if (found := await find()) is not None:
                    return found
                if attempt == self.patience.tries - 1:
                    raise
        raise AssertionError("a loop without a try")

    def path(self, route: str, **parts: object) -> str:
        """A route's template with its parts filled in; `repo` is known, `path` and `ref` keep their slashes."""
        quoted = {name: quote(str(part), safe="/" if name in ("path", "ref") else "") for name, part in parts.items()}
        return route.format(repo=self.repo, **quoted)

    async def _patiently(
        self,
        method: str,
        route: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        turn: Turn | None = None,
        repeat: Callable[[BaseException], bool] | None = None,
    ) -> Answer:
        """Send, and again after weather (if `repeat` allows) or a short wait that GitHub asked for."""

        async def once() -> Answer:
            return await self._sender.send(method, route, path, turn=turn, query=query, json=json, headers=headers)

        again = repeat or _stormy
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.patience.tries),
            wait=self._wait,
            retry=retry_if_exception(lambda why: again(why) or self._is_short(why)),
            sleep=self.patience.sleep,
            reraise=True,
        )
        return await retrying(once)

    def _is_short(self, why: BaseException) -> bool:
        """Whether GitHub asked for a wait that is short enough to sleep through."""
        return isinstance(why, RateLimited) and why.until - self._wire.clock() <= self.patience.longest_wait_s

    def _wait(self, state: RetryCallState) -> float:
        why = state.outcome.exception() if state.outcome else None
        if isinstance(why, RateLimited):
            return max(0.0, why.until - self._wire.clock())
        first = self.patience.first_wait_s
        return float((wait_exponential(multiplier=first, max=8.0) + wait_random(0, first))(state))


def _stormy(why: BaseException) -> bool:
    return isinstance(why, Weather)


def _unsent(why: BaseException) -> bool:
    return isinstance(why, NotSent)
