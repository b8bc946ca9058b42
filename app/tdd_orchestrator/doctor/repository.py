"""One repository as the App sees it: installation, workflow, configuration, state, secret, requests left."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.doctor.app import permissions
from tdd_orchestrator.doctor.finding import Finding, fail, ok, warn
from tdd_orchestrator.doctor.workflow import examine_workflow
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.connections import Connections
from tdd_orchestrator.github.errors import GitHubError, NotFound
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.intake.pull import configuration
from tdd_orchestrator.onboarding.starting import WORKFLOW_PATH
from tdd_orchestrator.server.setup.looking import SECRET
from tdd_orchestrator.server.setup.manifest import plain
from tdd_orchestrator.server.setup.permitted import SECRETS, has_secret, permitted

FEW = 0.1
"""The part of an hour's requests below which a warning is due."""


async def examine_repository(
    connections: Connections, repo: str, installation: Mapping[str, Any], environ: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """Every finding of one repository; a refusal of GitHub's is one, too."""
    held = installation.get("permissions") or {}
    granted = list(permissions(held, plain()["default_permissions"], repo))
    if any(finding.remedy for finding in granted):
        told = f"The installation has not accepted everything. {granted[0].told}"
        yield fail(repo, told, f"An owner accepts it at {installation.get('html_url')}")
        return
    try:
        reader = RepositoryReader(await connections.of(repo))
        branch = await reader.default_branch()
        for finding in examine_workflow(repo, await reader.file(WORKFLOW_PATH, branch), branch):
            yield finding
        config, faults = await configuration(reader, branch, environ)
        for fault in faults:
            yield fail(repo, f"{fault.path}:{fault.line}: {fault.message}", fault.remedy)
        if not faults:
            yield ok(repo, "The configuration has no fault.")
        async for finding in _refs(reader.connection, config):
            yield finding
        if config.tdd.worker.partition("/")[0] == "claude":
            yield await _secret(connections, repo, installation)
        yield await _requests_left(reader.connection)
    except GitHubError as refused:
        yield fail(repo, refused.message, refused.remedy or "Look again later.")


async def _refs(connection: Connection, config: Config) -> AsyncIterator[Finding]:
    """State and staging branches lie below names that no branch may have: git keeps no file beside its folder."""
    found = {}
    prefixes = (config.state.prefix.rstrip("/"), f"refs/heads/{config.git.branch_prefix.rstrip('/')}")
    for prefix in prefixes:
        listed = connection.pages("/repos/{repo}/git/matching-refs/{ref}", ref=prefix.removeprefix("refs/"))
        found[prefix] = [str(ref["ref"]) async for ref in listed]
    for finding in refs(connection.repo, found):
        yield finding


def refs(about: str, found: Mapping[str, list[str]]) -> Iterator[Finding]:
    """`found` maps each prefix to the refs that begin with it."""
    taken = [prefix.removeprefix("refs/heads/") for prefix, names in found.items() if prefix in names]
    for name in taken:
        told = f"The branch `{name}` is in the way of branches below `{name}/`, which we write."
        yield fail(about, told, "Rename or delete it, or choose another prefix in .tdd/config.toml.")
    if not taken:
        prefix, names = next(iter(found.items()))
        runs = sum(name.startswith(f"{prefix}/pr-") for name in names)
        yield ok(about, f"State can be written below {prefix} ({runs} {'run' if runs == 1 else 'runs'} there).")


async def _secret(connections: Connections, repo: str, installation: Mapping[str, Any]) -> Finding:
    where = f"gh secret set {SECRET} --repo {repo}"
    if not (installation.get("permissions") or {}).get("secrets"):
        told = f"Whether the secret {SECRET} is there cannot be seen: the App may not read names of secrets."
        return warn(repo, told, f"Check by hand: gh secret list --repo {repo}")
    granted = await permitted(connections, int(installation["id"]), repo, SECRETS, write_interval_s=0.0)
    async with granted as connection:
        if await has_secret(connection, SECRET):
            return ok(repo, f"The secret {SECRET} is there.")
    return fail(repo, f"The secret {SECRET} is missing.", where)


async def _requests_left(connection: Connection) -> Finding:
    try:
        return requests_left(connection.repo, (await connection.get("/rate_limit")).json())
    except NotFound:  # an Enterprise server may have no limits
        return ok(connection.repo, "This GitHub does not limit requests.")


def requests_left(about: str, said: Mapping[str, Any]) -> Finding:
    """What is left of the hour."""
    core = said["resources"]["core"]
    left, limit = int(core["remaining"]), int(core["limit"])
    told = f"{left} of {limit} requests are left in this hour."
    if left == 0:
        return fail(about, told, "Wait for the hour to end; look for what else uses this installation.")
    if left < limit * FEW:
        return warn(about, told, "Look for what else uses this installation.")
    return ok(about, told)
