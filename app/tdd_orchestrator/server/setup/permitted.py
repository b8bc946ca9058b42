"""A connection with permissions that the App does not use every day, and may not have been given."""

from collections.abc import Mapping

from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.connections import Connections, TokenConnection
from tdd_orchestrator.github.errors import NotFound

SECRETS = {"secrets": "read", "metadata": "read"}
ONBOARDING = {"contents": "write", "pull_requests": "write", "workflows": "write", "metadata": "read"}


async def permitted(
    connections: Connections, installation: int, repo: str, permissions: Mapping[str, str], *, write_interval_s: float
) -> TokenConnection:
    """`async with await permitted(...) as connection`. Raises `Unprocessable` where the installation lacks one."""
    wanted = {"permissions": dict(permissions), "repositories": [repo.partition("/")[2]]}
    route = "/app/installations/{installation}/access_tokens"
    answer = await connections.app.write("POST", route, wanted, installation=installation)
    token = str(answer.json()["token"])
    return TokenConnection(repo, token, connections.credentials.api_url, write_interval_s=write_interval_s)


async def has_secret(connection: Connection, name: str) -> bool:
    """Whether the repository's workflows get a secret, of its own or of its organization."""
    for route in ("/repos/{repo}/actions/secrets", "/repos/{repo}/actions/organization-secrets"):
        try:
            async for shown in connection.pages(route, inside="secrets"):
                if shown["name"] == name:
                    return True
        except NotFound:
            continue  # a person's repository has no organization
    return False
