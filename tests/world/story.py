"""A story's stage: a hub, the real app behind it over real HTTP, a repository with a PRD, and people who comment.

At the end of each story nothing may be left over: no unexpected request, no effect in the outbox, no answer unread.
"""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.hub.acts import pulls
from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.identity import App
from tdd_orchestrator.hub.listener import Listener
from tdd_orchestrator.hub.state import CheckRun, PullRequest, Repository
from tdd_orchestrator.manifests import manifest
from tdd_orchestrator.server.serving import application
from tdd_orchestrator.server.settings import Settings
from tdd_orchestrator.store import Loaded, StateStore
from world.eavesdropper import Eavesdropper
from world.quick_runner import QuickRunner, written

REPO, BRANCH = "owner/shop", "feature"
PATIENCE_S = 20.0
PRD = """# Shop

## REQ-1: First

It adds.

- [ ] one and one is two

## REQ-2: Second

It lists.

- [ ] three lines
"""
CONFIG = '[tdd]\nworker = "script"\n\n[budget]\napprove_above = {approve_above}\n'
FILES = {
    "src/shop/__init__.py": "",
    ".github/workflows/tdd.yml": manifest("workflows/tdd.yml").read_text(),
}


def task(key: str, *needs: str, requirement: str = "REQ-1") -> PlannedTask:
    """A task that owns one file and one test file of its own."""
    low = key.lower().replace("-", "_")
    return PlannedTask(
        key,
        f"title of {key}",
        requirements=(requirement,),
        depends_on=needs,
        files=(f"src/shop/{low}.py",),
        tests=(f"tests/test_{low}.py",),
    )


TWO = (task("TASK-1"), task("TASK-2", "TASK-1", requirement="REQ-2"))


@dataclass
class Story:
    """What a test looks at and speaks through."""

    hub: Hub
    runner: QuickRunner
    repository: Repository
    app: App
    settings: Settings
    token: str
    read: set[int] = field(default_factory=set)
    clock: Callable[[], float] = time.time
    _listener: Listener | None = None
    _lifespan: AbstractAsyncContextManager[object] | None = None

    # The app's life

    async def start_app(self) -> None:
        """Start the app (again); its data directory is what it was."""
        served = application(self.settings, {}, clock=lambda: self.clock())
        self._lifespan = served.router.lifespan_context(served)
        await self._lifespan.__aenter__()
        self._listener = Listener(served)
        await self._listener.start(self.settings.port)

    async def stop_app(self) -> None:
        if self._listener is not None:
            await self._listener.stop()
            assert self._lifespan is not None
            await self._lifespan.__aexit__(None, None, None)
            self._listener = None

    # What people do

    def open_pull(self, prd: str = PRD, path: str = "prds/shop.md", body: str | None = None) -> PullRequest:
        """A branch with a PRD, and a pull request for it."""
        self.push(BRANCH, {path: prd}, parent=self.repository.git.resolve("main") or "")
        return self.hub.open_pull(REPO, "writer", "Shop", BRANCH, body=body)

    def push(self, branch: str, files: dict[str, str], parent: str = "") -> str:
        """A commit by a person, pushed; its sha."""
        git = self.repository.git
        sha = written(git, parent or git.resolve(branch) or "", files, f"A person's commit on {branch}")
        git.run("update-ref", f"refs/heads/{branch}", sha)
        refs_moved(self.hub.site, self.repository, self.hub.world.users["writer"])
        return sha

    def says(self, login: str, body: str) -> int:
        """Comment on the pull request; the comment's id."""
        return self.hub.comment(REPO, 1, login, body).id

    def press(self, check: str, identifier: str, login: str = "writer") -> None:
        """Press a button of the newest check of that name on the head."""
        self.hub.press(self.check(check).id, identifier, login)

    def close(self, login: str = "writer") -> None:
        """Close the pull request without merging it."""
        pulls.set_state(self.hub.site, self.pull, self.hub.world.users[login], "closed")

    # What can be seen

    @property
    def pull(self) -> PullRequest:
        return self.repository.pulls[1]

    @property
    def head(self) -> str:
        return self.repository.git.resolve(BRANCH) or ""

    def checks(self, sha: str = "") -> dict[str, CheckRun]:
        """The newest check run of each name on the head."""
        here = sha or self.head
        mine = [c for c in self.repository.checks.values() if c.head_sha == here and c.suite.app is self.app]
        return {check.name: check for check in sorted(mine, key=lambda check: check.id)}

    def check(self, name: str = "TDD") -> CheckRun:
        """The newest check of that name (or whose name begins with it and a space) on the head."""
        found = self.checks()
        return found.get(name) or next(c for n, c in found.items() if n.startswith(f"{name} "))

    def state(self, name: str = "TDD") -> str:
        try:
            check = self.check(name)
        except StopIteration:
            return "absent"
        return check.conclusion or check.status

    def replies(self) -> list[str]:
        """The bot's answers (all its comments but the sticky one), which are read by this."""
        shown = [c for c in self.repository.comments.values() if c.user.login == f"{self.app.slug}[bot]"]
        answers = [comment for comment in shown if "reply" in comment.body.split("-->", 1)[0]]
        self.read |= {comment.id for comment in answers}
        return [comment.body for comment in answers]

    def sticky(self) -> str:
        """The one sticky comment; fails when there are two."""
        shown = [c for c in self.repository.comments.values() if c.user.login == f"{self.app.slug}[bot]"]
        (one,) = [comment for comment in shown if "reply" not in comment.body.split("-->", 1)[0]]
        return one.body

    def trailers(self) -> list[tuple[str, str]]:
        """(task, stage) of the commits between main and the head, oldest first."""
        form = "%(trailers:key=TDD-Task,valueonly,separator=)|%(trailers:key=TDD-Stage,valueonly,separator=)"
        lines = self.repository.git.text("log", "--reverse", f"--format={form}", f"main..{BRANCH}").splitlines()
        return [(task, stage) for task, _, stage in (line.partition("|") for line in lines) if task]

    async def loaded(self) -> Loaded:
        """The run as its state branch has it."""

        async def nobody() -> None:
            return None

        store = StateStore(str(self.repository.git.path), nobody)
        try:
            return await store.load("pr-1")
        finally:
            store.close()

    async def run(self) -> Run:
        run = (await self.loaded()).run
        assert run is not None
        return run

    async def until(self, holds: Callable[[], bool], told: str = "") -> None:
        """Wait until it holds."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():  # noqa: ASYNC110 - the hub has no event for every condition
                    await asyncio.sleep(0.01)
        except TimeoutError:
            shown = {name: (c.status, c.conclusion, c.output) for name, c in self.checks().items()}
            raise AssertionError(f"waited in vain {told}: {json.dumps(shown, default=str, indent=1)}") from None

    async def until_state(self, state: str, name: str = "TDD") -> None:
        """Wait until the check of that name on the head is in that state, and all is quiet."""
        await self.until(lambda: self.state(name) == state, f"for {name} to be {state}")
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until no job runs, the hub has nothing to tell and the app has nothing to handle."""
        await self.hub.settled()
        await self.quiet_but_running()

    async def quiet_but_running(self) -> None:
        """The same, though jobs may be running."""
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient(verify=False) as client:  # noqa: S501 - plain HTTP
            while True:
                await self.hub.post.settled()
                inbox = (await client.get(f"http://127.0.0.1:{self.settings.port}/health")).json()["inbox"]
                if not inbox["waiting"] and not inbox["leased"] and not self.hub.post.busy:
                    return
                await asyncio.sleep(0.01)


@asynccontextmanager
async def story(
    directory: Path,
    tasks: tuple[PlannedTask, ...] = TWO,
    *,
    approve_above: float = 1000.0,
    sweep_s: float = 3600.0,
    config: str = "",
    start: bool = True,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Story]:
    """The stage; checks at the end that nothing is left over."""
    runner = QuickRunner(tasks)
    hub = Hub(directory / "hub", runner)
    heard = Eavesdropper(hub._gate)
    hub._listener = Listener(heard)
    async with hub:
        told = _furnished(hub, runner, directory, config or CONFIG.format(approve_above=approve_above), sweep_s)
        told.clock = clock
        if start:
            await told.start_app()
        try:
            yield told
            if told._listener is not None:
                await _nothing_left(told)
            differences = heard.differences()
            assert not differences, "\n".join(differences)
        finally:
            await told.stop_app()


def _furnished(hub: Hub, runner: QuickRunner, directory: Path, config: str, sweep_s: float) -> Story:
    token = hub.add_user("writer")
    repository = hub.add_repository(REPO)
    for login, role in (("writer", "write"), ("maintainer", "maintain"), ("reader", "read")):
        hub.set_role(REPO, login, role)
    app, settings = app_of(hub, REPO, directory, sweep_s)
    told = Story(hub, runner, repository, app, settings, token)
    told.push("main", {**FILES, ".tdd/config.toml": config})
    return told


def app_of(hub: Hub, repo: str, directory: Path, sweep_s: float = 3600.0) -> tuple[App, Settings]:
    """An app that is installed there, and the settings under which it is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    form = json.loads(manifest("github-app.json").read_text())
    url = f"http://127.0.0.1:{port}/webhook"
    app = hub.add_app("tdd-bot", url, form["default_permissions"], form["default_events"])
    hub.install(app, repo)
    settings = Settings(
        app_id=app.id,
        private_key=app.private_key_pem,
        webhook_secrets=(app.webhook_secret,),
        database_url=f"sqlite:///{directory / 'inbox.sqlite'}",
        data_dir=directory,
        github_url=hub.api_url,
        port=port,
        sweep_s=sweep_s,
        state_interval_s=0.0,
        write_interval_s=0.0,
    )
    return app, settings


async def _nothing_left(told: Story) -> None:
    await told.quiet()
    assert not told.hub.unexpected, told.hub.unexpected
    told_replies = {c.id for c in told.repository.comments.values() if "reply" in c.body.split("-->", 1)[0]}
    assert told_replies <= told.read, "an answer was left unread"
    loaded = await told.loaded()
    if loaded.run is not None and not loaded.run.open_jobs():
        assert not loaded.outbox, [effect.key for effect in loaded.outbox]
