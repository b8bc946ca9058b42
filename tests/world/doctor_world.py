"""A hub in a thread with an App that is in order, and the environment of its server; tests break one thing each."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tdd_orchestrator.core.config import CONFIG_PATH
from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.identity import App
from tdd_orchestrator.hub.listener import Listener
from tdd_orchestrator.hub.thread import HubThread
from tdd_orchestrator.manifests import manifest
from tdd_orchestrator.onboarding.starting import WORKFLOW_PATH
from world.hub_town import app_key
from world.quick_runner import written

REPO = "owner/shop"
FORM = json.loads(manifest("github-app.json").read_text())
FILES = {WORKFLOW_PATH: manifest("workflows/tdd.yml").read_text(), CONFIG_PATH: '[tdd]\nworker = "claude"\n'}


@dataclass
class Clinic:
    """What a test breaks, and the environment in which the doctor is called."""

    thread: HubThread
    app: App
    environ: dict[str, str]
    ear: Listener
    answers: dict[str, int] = field(default_factory=lambda: {"status": 202})

    def push(self, files: Mapping[str, str]) -> None:
        """A commit on the default branch."""

        def act(hub: Hub) -> None:
            repository = hub.repository(REPO)
            git = repository.git
            sha = written(git, git.resolve("main") or "", dict(files), "more")
            git.run("update-ref", "refs/heads/main", sha)
            refs_moved(hub.site, repository, hub.world.users["owner"])

        self.thread.call(act)
        self.thread.run(self.thread.hub.settled())

    def branch(self, name: str) -> None:
        """A branch at the default branch's tip."""
        self.thread.call(lambda hub: hub.repository(REPO).git.run("update-ref", f"refs/heads/{name}", "main"))


@contextmanager
def clinic(directory: Path, *, permissions: Mapping[str, str] | None = None, install: bool = True) -> Iterator[Clinic]:
    """All is well in it."""
    answers = {"status": 202}

    async def hear(_: Request) -> Response:
        return PlainTextResponse("heard", answers["status"])

    with HubThread(lambda: Hub(directory / "hub")) as thread:
        ear = Listener(Starlette(routes=[Route("/webhook", hear, methods=["POST"])]))
        public = f"http://127.0.0.1:{thread.run(ear.start(0))}"

        def furnish(hub: Hub) -> App:
            hub.add_repository(REPO)
            hub.set_secret(REPO, "ANTHROPIC_API_KEY", "sk-canary")
            rights = FORM["default_permissions"] if permissions is None else permissions
            events = [] if permissions is not None else FORM["default_events"]
            app = hub.add_app("tdd-shop", f"{public}/webhook", rights, events, private_key_pem=app_key())
            if install:
                hub.install(app, REPO)
            return app

        app = thread.call(furnish)
        environ = {
            "TDD_APP_ID": str(app.id),
            "TDD_PRIVATE_KEY": app_key(),
            "TDD_WEBHOOK_SECRET": app.webhook_secret,
            "TDD_GITHUB_URL": thread.hub.api_url,
            "TDD_DATA_DIR": str(directory / "data"),
            "TDD_PUBLIC_URL": public,
        }
        made = Clinic(thread, app, environ, ear, answers)
        made.push(FILES)
        try:
            yield made
        finally:
            thread.run(ear.stop())
