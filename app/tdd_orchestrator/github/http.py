"""HTTP to one GitHub: one client for the life of the process, whatever task asks, and answers or exceptions of ours.

githubkit keeps its client in a context variable, so that a client entered in one task is not seen by another and each
request makes its own (39 ms and a native leak each). Hence `LongLived`. Its retries repeat POSTs and sleep for an hour;
its cache revalidates through SQLite: both are off, see `client` and `etags`.
"""

import ssl
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from githubkit import AppAuthStrategy, UnauthAuthStrategy
from githubkit.cache import MemCacheStrategy
from githubkit.core import GitHubCore
from githubkit.exception import RequestError, RequestFailed

from tdd_orchestrator.github.answer import Answer, refusal
from tdd_orchestrator.github.errors import Weather

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
API_VERSION = "2022-11-28"
USER_AGENT = "tdd-orchestrator"
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

Auth = AppAuthStrategy | UnauthAuthStrategy


@cache
def trust() -> ssl.SSLContext:
    """Whom we trust in TLS; reading the roots takes 40 ms, so it is done once. Honours `SSL_CERT_FILE`."""
    return httpx.create_ssl_context()


class NotSent(Weather):
    """GitHub could not be reached: nothing was sent, so nothing was done."""


class LongLived(GitHubCore[Auth]):
    """githubkit with one httpx client that every task shares, until `aclose`."""

    _shared: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def get_async_client(self) -> AsyncGenerator[httpx.AsyncClient, None]:
        if self._shared is None:
            self._shared = await self._create_async_client()
        yield self._shared

    async def aclose(self) -> None:
        """Close the connections; a later request opens new ones."""
        client, self._shared = self._shared, None
        if client is not None:
            await client.aclose()


class Wire:
    """Sends one request and tells what came of it.

    With an `AppAuthStrategy` it signs as the app; else the caller brings a token.
    """

    def __init__(self, api_url: str, auth: Auth | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.api_url = api_url.rstrip("/")
        self.clock = clock
        self._root = f"{urlsplit(api_url).scheme}://"
        self._github = LongLived(
            auth or UnauthAuthStrategy(),
            base_url=api_url,
            user_agent=USER_AGENT,
            timeout=TIMEOUT,
            ssl_verify=trust(),
            follow_redirects=False,  # a token never follows a redirect to another host
            http_cache=False,
            cache_strategy=MemCacheStrategy(),  # githubkit's default is shared, and blind to hosts
            auto_retry=False,
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        route: str = "",
        query: Mapping[str, Any] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        limited: int = 0,
    ) -> Answer:
        """The answer below 400; else the `GitHubError` that it stands for.

        `route` is the path's template, for messages; `path` is below the API's root, or a whole address.

        `limited` is how often in a row GitHub has refused for its rate limit without saying for how long.
        """
        sent = {"X-GitHub-Api-Version": API_VERSION, **(headers or {})}
        asked = f"{method} {route or path}"
        try:
            where = path if path.startswith(self._root) else self.api_url + path
            response = await self._github.arequest(method, where, params=dict(query or {}), json=json, headers=sent)
        except RequestFailed as failed:
            raise refusal(_answer(failed.response.raw_response), asked, self.clock(), limited) from failed
        except RequestError as broken:
            raise _weather(broken.exc, asked) from broken
        return _answer(response.raw_response)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._github.aclose()


def _answer(response: httpx.Response) -> Answer:
    return Answer(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
    )


def _weather(cause: Exception, asked: str) -> Exception:
    """What a failure below HTTP means; anything that is not a failure of the network is a bug and stays what it is."""
    if not isinstance(cause, httpx.TransportError):
        return cause
    what = f"GitHub could not be reached for {asked} ({type(cause).__name__})."
    remedy = "Check the network and TDD_GITHUB_URL; it is tried again."
    return NotSent(what, remedy=remedy) if isinstance(cause, NEVER_SENT) else Weather(what, remedy=remedy)
