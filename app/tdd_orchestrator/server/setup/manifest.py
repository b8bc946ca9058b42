"""The App's manifest for this server, and where GitHub takes it.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tdd_orchestrator.github.addresses import server_url
from tdd_orchestrator.manifests import manifest

ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
WEBHOOK = "/webhook"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person chose: an organization that will own the App ("" for themselves), and whether the App may
    write workflow files, which only the pull request that adds them takes."""

    organization: str = ""
    workflows: bool = False


def plain() -> dict[str, Any]:
    """The manifest as it comes with the distribution."""
    told: dict[str, Any] = json.loads(manifest("github-app.json").read_text("utf-8"))
    return told


def for_this_server(public_url: str, redirect_url: str, wish: Wish) -> dict[str, Any]:
    """The manifest with this server's addresses, as GitHub's form wants it."""
    said = plain()
    more = {"workflows": "write"} if wish.workflows else {}
    return {
        **said,
        "hook_attributes": {**said["hook_attributes"], "url": public_url + WEBHOOK},
        "redirect_url": redirect_url,
        "default_permissions": {**said["default_permissions"], **more},
    }


def form_address(api_url: str, organization: str, state: str) -> str:
    """Where the browser sends the manifest: github.com, or the Enterprise server's own root."""
    whose = f"/organizations/{quote(organization, safe='')}" if organization else ""
    return f"{server_url(api_url)}{whose}/settings/apps/new?{urlencode({'state': state})}"
