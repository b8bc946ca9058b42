"""The way to the git server: time-outs, proxies, and what its refusals mean (dulwich would forget their headers)."""

from typing import Any, cast

import urllib3
from dulwich.client import default_urllib3_manager
from urllib3.exceptions import HTTPError, InvalidHeader

from tdd_orchestrator.store.values import StateRefused

ATTEMPTS_ELSEWHERE = urllib3.Retry(
    total=None, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
)
"""urllib3 follows redirects (a renamed repository) and retries nothing: it would sleep on Retry-After by itself."""
WITHOUT_HEADER = 60.0
"""Seconds to wait where a 429 does not say: GitHub asks for at least a minute."""


class Weather(Exception):
    """It may be fine again in a moment; whether a push has landed is unknown."""


class Limited(Weather):
    """The server asks for patience: `seconds`."""

    def __init__(self, status: int, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"the server answered {status} and asks to wait {seconds:g} s")


class Courteous:
    """A pool of connections as dulwich wants one; it raises `Limited` and `StateRefused` where dulwich would say less.

    `timeout` is seconds for connecting (10 at most) and for each wait for bytes; `connections` are kept open.
    """

    def __init__(self, url: str, timeout: float, connections: int = 1) -> None:
        self._pool = cast(urllib3.PoolManager, default_urllib3_manager(None, base_url=url))  # honours proxy variables
        self._pool.connection_pool_kw["maxsize"] = connections
        self._timeout = urllib3.Timeout(connect=min(timeout, 10.0), read=timeout)
        self.headers = self._pool.headers

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
        response = self._pool.request(method, url, **options, timeout=self._timeout, retries=ATTEMPTS_ELSEWHERE)
        if response.status in (403, 429):
            raise _turned_away(response)
        if response.status >= 400:
            response.drain_conn()  # dulwich raises without reading: the connection would be lost
        return response

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()


def _turned_away(response: urllib3.BaseHTTPResponse) -> Exception:
    try:
        said = response.read(500, decode_content=True).decode("utf-8", "replace").strip()
        response.drain_conn()
    except HTTPError:
        said = ""
    asked = response.headers.get("Retry-After")
    if asked is not None or response.status == 429:
        return Limited(response.status, _seconds(asked))
    return StateRefused(
        f"The git server refuses access (403): {said or 'it gives no reason'}.",
        remedy="Give the app (or the workflow's token) the permission contents: write.",
    )


def _seconds(asked: str | None) -> float:
    try:
        return urllib3.Retry().parse_retry_after(asked) if asked else WITHOUT_HEADER
    except InvalidHeader:
        return WITHOUT_HEADER
