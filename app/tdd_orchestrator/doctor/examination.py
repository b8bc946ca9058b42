"""The whole examination, from this machine outwards; it stops where nothing further out can be seen."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from tdd_orchestrator.doctor.app import examine_app, examine_server
from tdd_orchestrator.doctor.finding import Finding, Level, fail, ok, warn
from tdd_orchestrator.doctor.machine import examine_machine
from tdd_orchestrator.doctor.own_settings import read_settings
from tdd_orchestrator.doctor.repository import examine_repository
from tdd_orchestrator.github.client import Patience
from tdd_orchestrator.github.connections import AppCredentials, Connections
from tdd_orchestrator.github.errors import GitHubError
from tdd_orchestrator.server.settings import Settings

MOST = 10
"""Repositories that are looked at where none is named."""
HURRIED = Patience(tries=2, longest_wait_s=5.0)


async def examine(environ: Mapping[str, str], repo: str, now: float) -> AsyncIterator[Finding]:
    """All findings; `repo` is `owner/name`, or "" for every repository that the App is installed on."""
    for finding in examine_machine():
        yield finding
    settings, told = read_settings(environ)
    for finding in told:
        yield finding
    if settings is None:
        return
    async for reached in examine_server(settings.github_url, now):
        yield reached
        if reached.about == "github" and reached.level is Level.FAIL:
            return
    async for finding in _at_github(settings, environ, repo):
        yield finding


async def _at_github(settings: Settings, environ: Mapping[str, str], repo: str) -> AsyncIterator[Finding]:
    credentials = AppCredentials(settings.app_id, settings.private_key, settings.github_url)
    try:
        async with Connections(credentials, write_interval_s=0.0, patience=HURRIED) as connections:
            known = True
            async for finding in examine_app(connections, settings.public_url):
                known = known and not (finding.about == "credentials" and finding.level is Level.FAIL)
                yield finding
            if known:
                async for finding in _repositories(connections, environ, repo):
                    yield finding
    except GitHubError as refused:
        yield fail("github", refused.message, refused.remedy or "Look again later.")


async def _repositories(connections: Connections, environ: Mapping[str, str], repo: str) -> AsyncIterator[Finding]:
    found: dict[str, Mapping[str, Any]] = {}
    suspended = []
    async for each in connections.installations():
        if each.get("suspended_at"):
            suspended.append(str(each["account"]["login"]))
            continue
        found |= dict.fromkeys(await connections.repositories(int(each["id"])), each)
    for finding in installed(list(found), suspended, repo, await connections.slug()):
        yield finding
    wanted = [name for name in found if not repo or name.lower() == repo.lower()]
    for name in wanted[:MOST]:
        async for finding in examine_repository(connections, name, found[name], environ):
            yield finding
    if len(wanted) > MOST:
        yield warn("installation", f"Only the first {MOST} repositories were looked at.", "Name one with --repo.")


def installed(names: list[str], suspended: list[str], repo: str, slug: str) -> Iterator[Finding]:
    """Where the App is installed, and whether that is where it should be."""
    for login in suspended:
        yield warn("installation", f"The installation of {login} is suspended.", "Its owner can lift that.")
    if repo and repo.lower() not in [name.lower() for name in names]:
        remedy = f"Install {slug} there, or add the repository to its installation."
        yield fail("installation", f"The App is not installed on {repo}.", remedy)
    elif not names:
        yield fail("installation", "The App is installed nowhere.", f"Install {slug} from its page on GitHub.")
    else:
        yield ok("installation", f"On {len(names)} {'repository' if len(names) == 1 else 'repositories'}.")
