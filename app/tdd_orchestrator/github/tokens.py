"""The tokens that requests carry: a fixed one, or an installation's, minted once an hour however many ask at the same
time.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from tdd_orchestrator.github.errors import Forbidden, NotFound, NotInstalled, Unprocessable
from tdd_orchestrator.github.http import Wire

# What the effects and reads of this room take; the App manifest asks for the same.
PERMISSIONS = {
    "contents": "write",
    "checks": "write",
    "issues": "write",
    "pull_requests": "write",
    "actions": "write",
    "metadata": "read",
    "statuses": "read",
}
LATER = ("statuses",)
"""Asked for since a later version: an installation that has not accepted them is served without."""
FRESH_S = 300.0  # a token that is about to end would end in the middle of a push


class Tokens(Protocol):
    """Where a connection has its token from."""

    async def current(self) -> str:
        """A token that is good for some minutes."""

    def refused(self, token: str) -> bool:
        """GitHub refused this token; whether asking for another one makes sense."""


class FixedToken:
    """A token that was given to us, such as `GITHUB_TOKEN`."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        return self._token

    def refused(self, token: str) -> bool:
        return False


class InstallationTokens:
    """Tokens for one repository of one installation (`None`: for all of them), with the permissions that we use and no
    more.

    Tokens are opaque: their form and length change (docs.github.com, changelog 2026-05-15).
    """

    def __init__(
        self, app: Wire, installation: int, repo: str | None, permissions: Mapping[str, str] = PERMISSIONS
    ) -> None:
        self._app, self._installation, self._repo = app, installation, repo
        self._permissions = dict(permissions)
        self._lock = asyncio.Lock()
        self._token, self._until = "", 0.0

    async def current(self) -> str:
        """The token at hand, or a new one; twenty askers at once cost one request."""
        async with self._lock:
            if self._app.clock() >= self._until - FRESH_S:
                await self._mint()
            return self._token

    def refused(self, token: str) -> bool:
        if token == self._token:
            self._until = 0.0
        return True

    async def _mint(self) -> None:
        route = "/app/installations/{installation}/access_tokens"
        wanted: dict[str, object] = {"permissions": self._permissions}
        if self._repo:
            wanted["repositories"] = [self._repo.split("/")[1]]
        try:
            answer = await self._app.send(
                "POST", route.format(installation=self._installation), route=route, json=wanted
            )
        except NotFound as absent:
            raise NotInstalled(
                f"The app is not installed on {self._repo} any more.", remedy="Install it again."
            ) from absent
        except Unprocessable as short:
            if any(name in self._permissions for name in LATER):
                self._permissions = {n: level for n, level in self._permissions.items() if n not in LATER}
                await self._mint()
                return
            needed = ", ".join(f"{name}: {level}" for name, level in self._permissions.items())
            raise Forbidden(
                f"The installation on {self._repo} does not grant what the app needs: {short.message}",
                remedy=f"Accept the app's permissions in its installation settings ({needed}).",
            ) from short
        minted = answer.json()
        self._token = str(minted["token"])
        self._until = datetime.fromisoformat(minted["expires_at"]).timestamp()
