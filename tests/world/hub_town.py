"""A small town on the hub: one repository with a pull request, people in every role, an app and its webhook ear."""

from __future__ import annotations

import atexit
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.identity import App, Installation
from tdd_orchestrator.hub.listener import Listener
from tdd_orchestrator.hub.plumbing import environment
from world.contract import DESCRIPTION, Exchange, contract

Json = dict[str, Any]
NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # cheap; nothing here speaks TLS
REPO = "town/square"
PERMISSIONS = {
    "checks": "write",
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "actions": "write",
    "statuses": "write",
}
EVENTS = ("pull_request", "issue_comment", "push", "workflow_run", "workflow_job", "repository_dispatch", "status")
WORKFLOW = """\
name: Work
run-name: work ${{ inputs.nonce }} by ${{ github.actor }}
on:
  workflow_dispatch:
    inputs:
      nonce: {required: true}
      kind: {type: choice, options: [plan, task], default: plan}
      fast: {type: boolean, default: false}
jobs:
  work: {runs-on: ubuntu-latest, steps: [{run: "true"}]}
"""


def git(where: Path, *arguments: str, **env: str) -> str:
    """Run git, as `writer`."""
    who = {
        "GIT_AUTHOR_NAME": "writer",
        "GIT_AUTHOR_EMAIL": "writer@users.noreply.github.com",
        "GIT_COMMITTER_NAME": "writer",
        "GIT_COMMITTER_EMAIL": "writer@users.noreply.github.com",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=where, capture_output=True, text=True, check=True, env=environment(**who, **env)
    )
    return done.stdout.strip()


def commit(where: Path, files: Mapping[str, str], message: str) -> str:
    """Write files and commit them."""
    for name, text in files.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(text)
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", message)
    return git(where, "rev-parse", "HEAD")


@cache
def app_key() -> str:
    """The key of the town's app; made once for each test process, as making it takes longer than the town."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@cache
def signing_key(pem: str) -> RSAPrivateKey:
    """An app's key, read once: reading costs more than signing."""
    key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, RSAPrivateKey)
    return key


@dataclass
class Ear:
    """Hears webhooks; answers `status`."""

    heard: list[tuple[str, str | None, Json]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: int = 202

    async def hear(self, request: Request) -> Response:
        body = await request.body()
        payload = await request.json()
        self.heard.append((request.headers["x-github-event"], payload.get("action"), payload))
        self.headers.append(dict(request.headers))
        self.bodies.append(body)
        return PlainTextResponse("heard", self.status)

    def names(self) -> list[str]:
        """`event.action` of all that was heard."""
        return [f"{event}.{action}" if action else event for event, action, _ in self.heard]

    def of(self, event: str, action: str | None = None) -> list[Json]:
        """The payloads of one kind."""
        return [payload for name, what, payload in self.heard if name == event and action in (None, what)]


@dataclass
class Town:
    """The hub and everybody in it."""

    hub: Hub
    ear: Ear
    app: App
    installation: Installation
    work: Path
    tokens: dict[str, str]
    exchanges: list[Exchange] = field(default_factory=list)
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def git(self) -> Path:
        """The bare directory behind the repository."""
        return self.hub.repository(REPO).git.path

    def sha(self, branch: str) -> str:
        """Where a branch stands on the hub."""
        return self.hub.repository(REPO).known_refs[f"refs/heads/{branch}"]

    def client(self, token: str | None, **headers: str) -> httpx.AsyncClient:
        """A client for the REST API; the base is the repository."""
        if token is not None:
            headers["authorization"] = f"Bearer {token}"

        async def keep(response: httpx.Response) -> None:
            await response.aread()
            await response.request.aread()  # after a redirect it is a stream again
            self.exchanges.append(Exchange.of(response))

        base = f"{self.hub.api_url}/repos/{REPO}"
        made = httpx.AsyncClient(
            base_url=base, headers=headers, event_hooks={"response": [keep]}, trust_env=False, verify=NO_ROOTS
        )
        self.clients.append(made)
        return made

    def person(self, role: str) -> httpx.AsyncClient:
        """A client for `admin`, `maintainer`, `writer`, `triager`, `reader` or `outsider`."""
        return self.client(self.tokens[role])

    def app_jwt(self, **changes: object) -> str:
        """A JWT of the app."""
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": str(self.app.id), **changes}
        return jwt.encode(claims, signing_key(self.app.private_key_pem), algorithm="RS256")

    async def bot(self, **permissions: str) -> httpx.AsyncClient:
        """A client with an installation token, narrowed to permissions if any are named."""
        asking = self.client(self.app_jwt())
        path = f"{self.hub.api_url}/app/installations/{self.installation.id}/access_tokens"
        answer = await asking.post(path, json={"permissions": permissions} if permissions else {})
        assert answer.status_code == 201, answer.text
        return self.client(answer.json()["token"])

    def push(self, branch: str, files: Mapping[str, str], message: str = "more", role: str = "writer") -> str:
        """Commit on a branch of the working tree; pushing is left to `push_out`, which does not block the hub."""
        git(self.work, "checkout", "-q", branch)
        return commit(self.work, files, message)

    def break_with_contract(self) -> list[str]:
        """Every difference between what was exchanged and GitHub's description."""
        if not DESCRIPTION.exists():
            return []
        judge = contract()
        return sorted({line for exchange in self.exchanges for line in judge.differences(exchange)})


@cache
def seeded() -> Path:
    """A working tree with `main` and a branch `feature`, to be copied; made once for each test process."""
    place = tempfile.TemporaryDirectory(prefix="hub-town-")
    atexit.register(place.cleanup)
    work = Path(place.name) / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    commit(work, {"README.md": "# Square\n", "src/a.py": "A = 1\n", ".github/workflows/work.yml": WORKFLOW}, "begin")
    git(work, "checkout", "-q", "-b", "feature")
    commit(work, {"src/b.py": "B = 2\n", "prds/one.md": "# One\n"}, "add b")
    return work


@asynccontextmanager
async def open_town(directory: Path, **options: Any) -> AsyncIterator[Town]:
    """Build the town; at its end no request may have met an address that the hub does not have."""
    ear = Ear()
    listener = Listener(Starlette(routes=[Route("/hook", ear.hear, methods=["POST"])]))
    port = await listener.start(0)
    shutil.copytree(seeded(), directory / "work")
    hub = Hub(directory / "hub", **options)
    hub.add_repository(REPO, directory / "work")
    roles = {"admin": "admin", "maintainer": "maintain", "writer": "write", "triager": "triage", "reader": "read"}
    tokens = {name: hub.add_user(name) for name in [*roles, "outsider"]}
    for name, role in roles.items():
        hub.set_role(REPO, name, role)
    app = hub.add_app("tdd", f"http://127.0.0.1:{port}/hook", PERMISSIONS, EVENTS, private_key_pem=app_key())
    installation = hub.install(app, REPO)
    town = Town(hub, ear, app, installation, directory / "work", tokens)
    try:
        async with hub:
            yield town
    finally:
        for client in town.clients:
            await client.aclose()
        await listener.stop()
