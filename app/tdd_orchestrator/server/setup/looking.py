"""Looks at the App through GitHub's own eyes: installed where, heard of, and what is in the repositories."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.github.addresses import server_url
from tdd_orchestrator.github.connections import Connections
from tdd_orchestrator.github.deliveries import redeliver
from tdd_orchestrator.github.errors import GitHubError
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.onboarding.starting import WORKFLOW_PATH
from tdd_orchestrator.server.setup.permitted import SECRETS, has_secret, permitted
from tdd_orchestrator.server.setup.seen import AppSeen, RepositorySeen, WebhookSeen

SECRET = "ANTHROPIC_API_KEY"  # noqa: S105 - a name
BRANCH = "tdd/onboarding"
MOST = 20
KEPT_S = 3.0
"""A page that reloads itself in several tabs asks GitHub no more often than this."""

log = structlog.stdlib.get_logger(__name__)


class Looking:
    """Looks when it is asked, and remembers for a moment."""

    def __init__(self, connections: Connections, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.connections = connections
        self._clock = clock
        self._readers: dict[str, RepositoryReader] = {}
        self._last: tuple[float, AppSeen] | None = None
        self._lock = asyncio.Lock()
        self._pinged = False
        self._installations: dict[str, Mapping[str, Any]] = {}

    async def look(self) -> AppSeen:
        """The App as it stands; a `GitHubError` where GitHub does not say."""
        async with self._lock:
            if self._last is None or self._clock() - self._last[0] > KEPT_S:
                self._last = (self._clock(), await self._look())
            return self._last[1]

    def forget(self) -> None:
        """The next look asks GitHub."""
        self._last = None

    def reader(self, repo: str) -> RepositoryReader | None:
        """The reader of a repository that was seen."""
        return self._readers.get(repo)

    def installation(self, repo: str) -> Mapping[str, Any]:
        """GitHub's description of the installation that covers a repository; empty where there is none."""
        return self._installations.get(repo, {})

    async def _look(self) -> AppSeen:
        app = (await self.connections.app.get("/app")).json()
        found = [each async for each in self.connections.installations() if not each.get("suspended_at")]
        rights: dict[str, Mapping[str, Any]] = {}
        for each in found:
            rights |= {repo: each for repo in sorted(await self.connections.repositories(int(each["id"])))}  # noqa: C420
        self._installations = rights
        shown = [await self._repository(repo, rights[repo]) for repo in list(rights)[:MOST]]
        return AppSeen(
            slug=str(app["slug"]),
            page=str(app["html_url"]),
            installations=len(found),
            repositories=tuple(shown),
            unseen=len(rights) - len(shown),
            webhook=await self._webhook(),
        )

    async def _repository(self, repo: str, installation: Mapping[str, Any]) -> RepositorySeen:
        page = f"{server_url(self.connections.credentials.api_url)}/{repo}"
        try:
            reader = await self._reader(repo)
            branch = await reader.default_branch()
            workflow = await reader.file(WORKFLOW_PATH, branch) is not None
            secret = await self._secret(repo, installation)
            pull = "" if workflow else await open_pull_of(reader)
        except GitHubError as refused:
            return RepositorySeen(repo, page, why=refused.message)
        return RepositorySeen(repo, page, branch, workflow, secret, pull)

    async def _reader(self, repo: str) -> RepositoryReader:
        if repo not in self._readers:
            self._readers[repo] = RepositoryReader(await self.connections.of(repo))
        return self._readers[repo]

    async def _secret(self, repo: str, installation: Mapping[str, Any]) -> bool | None:
        if not (installation.get("permissions") or {}).get("secrets"):
            return None
        try:
            granted = await permitted(self.connections, int(installation["id"]), repo, SECRETS, write_interval_s=0.0)
            async with granted as connection:
                return await has_secret(connection, SECRET)
        except TddError:
            return None

    async def _webhook(self) -> WebhookSeen:
        """GitHub pinged the App before we had its secret; that ping is asked for again, once."""
        url = str((await self.connections.app.get("/app/hook/config")).json().get("url") or "")
        records = (await self.connections.app.get("/app/hook/deliveries", query={"per_page": 30})).json()
        arrived = any(record["status"] == "OK" for record in records)
        missed = next((record for record in records if record["event"] == "ping"), None)
        if not arrived and missed is not None and not self._pinged:
            self._pinged = True
            await self._ping(int(missed["id"]))
        late = next((str(record["status"]) for record in records if record["event"] != "ping"), "")
        return WebhookSeen(arrived, late, url)

    async def _ping(self, delivery: int) -> None:
        try:
            await redeliver(self.connections.app, delivery)
        except GitHubError as refused:
            log.info("GitHub does not repeat its ping", reason=refused.message)


async def open_pull_of(reader: RepositoryReader) -> str:
    """The page of the onboarding pull request that is open, or ""."""
    owner = reader.repo.partition("/")[0]
    query = {"state": "open", "head": f"{owner}:{BRANCH}"}
    answer = await reader.connection.get("/repos/{repo}/pulls", query=query)
    return next((str(pull["html_url"]) for pull in answer.json()), "")
