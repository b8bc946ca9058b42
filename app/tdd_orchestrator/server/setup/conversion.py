"""The code that GitHub sends the browser back with, exchanged for the App's credentials: once, within an hour."""

import re

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.github.errors import NotFound, Unprocessable
from tdd_orchestrator.github.http import Wire
from tdd_orchestrator.server.setup.stored import StoredApp

ROUTE = "/app-manifests/{code}/conversions"
CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class CodeRefused(TddError):
    """GitHub does not take this code: it was used already, or is older than an hour."""


class NoWebhookSecret(TddError):
    """GitHub has made the App, and gave it no webhook secret."""


async def convert(api_url: str, code: str) -> StoredApp:
    """What the new App needs. Raises `CodeRefused`, `NoWebhookSecret`, or the `GitHubError` that stood in the way."""
    again = "Start again; delete the App that was made, if there is one, in GitHub's developer settings."
    if not CODE.fullmatch(code):
        raise CodeRefused(remedy=again)
    wire = Wire(api_url)
    try:
        answer = await wire.send("POST", ROUTE.format(code=code), route=ROUTE)
    except (NotFound, Unprocessable):
        raise CodeRefused(remedy=again) from None  # the cause's text may hold the code
    finally:
        await wire.aclose()
    said = answer.json()
    if not said.get("webhook_secret"):
        raise NoWebhookSecret(remedy="Set one on the App's page, and TDD_APP_ID, TDD_PRIVATE_KEY_FILE and it here.")
    return StoredApp(int(said["id"]), str(said["slug"]), api_url, str(said["pem"]), str(said["webhook_secret"]))
