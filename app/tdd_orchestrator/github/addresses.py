"""Where a GitHub's REST API and its git repositories are: one is derived from the other."""

from urllib.parse import urlsplit

PUBLIC_API = "https://api.github.com"


def server_url(api_url: str) -> str:
    """The root for people and for git: `https://api.github.com` -> `https://github.com`, `https://HOST/api/v3` ->
    `https://HOST`.

    `https://api.TENANT.ghe.com` belongs to `https://TENANT.ghe.com`; a local hub is its own root, with or without
    `/api/v3`.
    """
    parts = urlsplit(api_url)
    host = parts.netloc
    if host == "api.github.com" or (host.startswith("api.") and host.endswith(".ghe.com")):
        host = host.removeprefix("api.")
    return f"{parts.scheme}://{host}"


def graphql_url(api_url: str) -> str:
    """Where GraphQL is: `https://api.github.com` -> `https://api.github.com/graphql`, `https://HOST/api/v3` ->
    `https://HOST/api/graphql`.
    """
    return f"{api_url.rstrip('/').removesuffix('/v3')}/graphql"


def git_url(api_url: str, repo: str) -> str:
    """Where git fetches `owner/name` from and pushes it to; without credentials."""
    return f"{server_url(api_url)}/{repo}.git"
