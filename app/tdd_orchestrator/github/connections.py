"""All connections of a process: one client for the app, one for the repositories, one pace per installation."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from githubkit import AppAuthStrategy

from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.github.addresses import PUBLIC_API
from tdd_orchestrator.github.client import Connection, Patience
from tdd_orchestrator.github.errors import NotFound, NotInstalled
from tdd_orchestrator.github.http import Wire
from tdd_orchestrator.github.pace import WritePace
from tdd_orchestrator.github.tokens import PERMISSIONS, FixedToken, InstallationTokens

PUSHING = {"contents": "write", "metadata": "read"}
"""All that an App needs that does nothing but push."""


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """What proves that we are the app; `private_key` is the PEM text."""

    app_id: int
    private_key: str = field(repr=False)
    api_url: str = PUBLIC_API


class Connections:
    """The app's connections, one per repository, made when they are first asked for. `async with` closes them."""

    def __init__(
        self,
        app: AppCredentials,
        *,
        write_interval_s: float = 1.0,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
        secrets: tuple[str, ...] = (),
        permissions: Mapping[str, str] = PERMISSIONS,
    ) -> None:
        self.credentials, self._permissions = app, permissions
        self._redact = Redactor((app.private_key, *secrets))
        self._interval, self._patience = write_interval_s, patience
        self._wire = Wire(app.api_url, clock=clock)
        self._paces: dict[int, WritePace] = {}
        self._connections: dict[str, Connection] = {}
        self._looking: dict[int, InstallationTokens] = {}
        app_wire = Wire(app.api_url, AppAuthStrategy(app.app_id, app.private_key), clock=clock)
        self._app_wire = app_wire
        self.app = Connection("", app_wire, _Signed(), pace=WritePace(0), patience=patience, app_id=app.app_id)
        self._slug = ""

    async def of(self, repo: str) -> Connection:
        """The connection to `owner/name`. `NotInstalled` where the app is not installed."""
        if repo not in self._connections:
            installation = await self._installation(repo)
            pace = self._paces.setdefault(installation, WritePace(self._interval))
            made = Connection(
                repo,
                self._wire,
                InstallationTokens(self._app_wire, installation, repo, self._permissions),
                pace=pace,
                patience=self._patience,
                app_id=self.credentials.app_id,
                login=f"{await self.slug()}[bot]",
                redact=self._redact,
            )
            self._connections.setdefault(repo, made)
        return self._connections[repo]

    def forget(self, repo: str) -> None:
        """The repository's installation has changed; the next `of` looks again."""
        self._connections.pop(repo, None)

    async def slug(self) -> str:
        """The app's name in addresses and logins."""
        if not self._slug:
            self._slug = str((await self.app.get("/app")).json()["slug"])
        return self._slug

    async def installations(self) -> AsyncIterator[dict[str, Any]]:
        """GitHub's own description of each installation of the app."""
        async for installation in self.app.pages("/app/installations"):
            yield installation

    async def repositories(self, installation: int) -> tuple[str, ...]:
        """The names (`owner/name`) of the repositories that an installation covers."""
        kept = InstallationTokens(self._app_wire, installation, None, {"metadata": "read"})
        tokens = self._looking.setdefault(installation, kept)
        connection = Connection("", self._wire, tokens, pace=WritePace(0), patience=self._patience)
        found = connection.pages("/installation/repositories", inside="repositories")
        return tuple([str(repository["full_name"]) async for repository in found])

    async def _installation(self, repo: str) -> int:
        try:
            answer = await self.app.get("/repos/{path}/installation", path=repo)
        except NotFound as absent:
            remedy = f"Install it from its page and choose {repo}."
            raise NotInstalled(f"The app is not installed on {repo}.", remedy=remedy) from absent
        return int(answer.json()["id"])

    async def aclose(self) -> None:
        """Close all connections of the process."""
        await self._wire.aclose()
        await self._app_wire.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class TokenConnection:
    """`async with TokenConnection(...) as connection`: one repository with a plain token, such as a job's
    `GITHUB_TOKEN`. What is pushed with that starts no workflow; with `app`, pushes are made as the app instead, and do.
    """

    def __init__(
        self,
        repo: str,
        token: str,
        api_url: str = PUBLIC_API,
        *,
        write_interval_s: float = 1.0,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
        secrets: tuple[str, ...] = (),
        app: AppCredentials | None = None,
    ) -> None:
        self._wire = Wire(api_url, clock=clock)
        self._apps = Connections(app, patience=patience, clock=clock, permissions=PUSHING) if app else None
        redact = Redactor((token, *secrets, *((app.private_key,) if app else ())))
        self.connection = Connection(
            repo,
            self._wire,
            FixedToken(token),
            pace=WritePace(write_interval_s),
            patience=patience,
            redact=redact,
            pushes=_Pushes(self._apps, repo) if self._apps else None,
        )

    async def __aenter__(self) -> Connection:
        return self.connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.aclose()
        if self._apps is not None:
            await self._apps.aclose()


class _Pushes:
    """The app's token for one repository, minted when something is first pushed."""

    def __init__(self, apps: Connections, repo: str) -> None:
        self._apps, self._repo = apps, repo

    async def current(self) -> str:
        return (await (await self._apps.of(self._repo)).git_credentials())[1]

    def refused(self, token: str) -> bool:
        return False


class _Signed:
    """No token: githubkit signs the app's own requests with a JWT."""

    async def current(self) -> str:
        return ""

    def refused(self, token: str) -> bool:
        return False
