"""The hub: GitHub on this machine. Composes its parts, serves them, and is the way in for demos and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tdd_orchestrator.hub import door, git_http
from tdd_orchestrator.hub.actions import Actions, JobRunner
from tdd_orchestrator.hub.acts import apps, checks, comments, dispatch, pulls
from tdd_orchestrator.hub.acts.refs import visible_refs
from tdd_orchestrator.hub.announce import Announcer
from tdd_orchestrator.hub.errors import not_found
from tdd_orchestrator.hub.faults import Faults
from tdd_orchestrator.hub.gate import Gate
from tdd_orchestrator.hub.graphql import endpoint as graphql
from tdd_orchestrator.hub.identity import ROLES, App, Installation, InstallationGrant, User
from tdd_orchestrator.hub.listener import Listener
from tdd_orchestrator.hub.plumbing import GitDirectory
from tdd_orchestrator.hub.post import TIME_OUT, Post
from tdd_orchestrator.hub.routes import ENDPOINTS
from tdd_orchestrator.hub.site import Exchange, Site
from tdd_orchestrator.hub.state import Issue, IssueComment, PullRequest, Repository, World, system_clock
from tdd_orchestrator.hub.tokens import mint_user_token


class Hub:
    """A stateful GitHub on 127.0.0.1. Use it in one event loop (see `HubThread` for synchronous programs)."""

    def __init__(
        self,
        directory: Path,
        job_runner: JobRunner | None = None,
        *,
        routes: Sequence[BaseRoute] = (),
        clock: Callable[[], datetime] = system_clock,
        webhook_time_out: float = TIME_OUT,
    ) -> None:
        self.directory = directory
        self.world = World(clock=clock)
        self.faults = Faults()
        self.post = Post(self.world, self.faults, webhook_time_out)
        announcer = Announcer(self.world, self.post)
        self.actions = Actions(self.world, announcer, job_runner)
        self.site = Site(self.world, self.faults, self.post, announcer, self.actions)
        announcer.listeners.append(lambda happening: dispatch.trigger(self.site, happening))
        self._at_start: list[Callable[[], object]] = []
        fallback = Route("/{rest:path}", self._unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        served = [
            *door.routes(self.site, (*ENDPOINTS, *graphql.ENDPOINTS)),
            *git_http.routes(self.site),
            *routes,
            fallback,
        ]
        self._gate = Gate(Starlette(routes=served), self.site)
        self._listener = Listener(self._gate)

    # Life

    async def start(self, port: int = 0) -> str:
        """Listen on a free port (or the one given) and start carrying webhooks. Gives the root address."""
        self._gate.closing.clear()
        found = await self._listener.start(port)
        self.world.url = f"http://127.0.0.1:{found}"
        await self.post.open()
        waiting, self._at_start = self._at_start, []
        for tell in waiting:
            tell()
        return self.world.url

    async def stop(self) -> None:
        """Stop running jobs, webhooks and listening."""
        self._gate.closing.set()
        await self.actions.stop()
        await self.post.close()
        await self._listener.stop()

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    async def settled(self) -> None:
        """Wait until all webhooks are delivered and answered and no workflow run is being executed."""
        while True:
            await self.post.settled()
            await self.actions.settled()
            await asyncio.sleep(0)
            if not self.post.busy and not self.actions.busy:
                return

    # What a test or a demo looks at

    @property
    def url(self) -> str:
        """The root address; "" before the start."""
        return self.world.url

    @property
    def api_url(self) -> str:
        """The root of the REST API."""
        return f"{self.world.url}/api/v3"

    @property
    def requests(self) -> list[Exchange]:
        """Every request heard, in order."""
        return self.site.requests

    @property
    def unexpected(self) -> list[Exchange]:
        """Requests to addresses that the hub does not have."""
        return self.site.unexpected

    def repository(self, full_name: str) -> Repository:
        """A repository. Raises KeyError."""
        return self.world.repository(full_name)

    def clone_url(self, full_name: str, token: str | None = None) -> str:
        """Where git fetches from and pushes to, with a token in it if one is given."""
        host = self.world.url.partition("://")[2]
        user = f"x-access-token:{token}@" if token else ""
        return f"http://{user}{host}/{self.repository(full_name).full_name}.git"

    # The world

    def add_user(self, login: str, token: str | None = None) -> str:
        """A person (or the same again). Gives a token that speaks for them."""
        return mint_user_token(self.world, self._account(login), token)

    def add_repository(
        self, full_name: str, source: Path | None = None, default_branch: str = "main", private: bool = False
    ) -> Repository:
        """A repository, filled with the branches and tags of another git directory or working tree. Its owner is made
        if need be. Raises GitRefused when the source cannot be read."""
        owner, _, name = full_name.partition("/")
        path = (self.directory / "repositories" / owner / f"{name}.git").resolve()
        git = GitDirectory(path)
        git_http.create(git, default_branch)
        if source is not None:
            specs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            git.run("fetch", "--quiet", str(source.resolve()), *specs)
        now, number = self.world.now(), self.world.new_id("repository")
        made = Repository(number, self._account(owner), name, git, default_branch, private, now, now)
        made.known_refs = visible_refs(made)
        self.world.repositories[full_name.lower()] = made
        return made

    def set_role(self, full_name: str, login: str, role: str) -> None:
        """Give a person a role: admin, maintain, write, triage, read or none."""
        if role not in ROLES:
            raise ValueError(f"{role} is not a role; roles are {', '.join(ROLES)}")
        self._account(login)
        self.repository(full_name).roles[login] = role

    def set_secret(self, full_name: str, name: str, value: str) -> None:
        """A secret for workflow runs."""
        self.repository(full_name).secrets[name] = value

    def set_variable(self, full_name: str, name: str, value: str) -> None:
        """A configuration variable (`vars`) for workflow runs."""
        self.repository(full_name).variables[name] = value

    def add_app(
        self,
        slug: str,
        webhook_url: str,
        permissions: Mapping[str, str],
        events: Iterable[str] = (),
        owner: str = "apps",
        private_key_pem: str | None = None,
    ) -> App:
        """Register an app with a fresh webhook secret and key (or the RSA key given); it is pinged. Raises ValueError
        for an event that the permissions do not allow, as GitHub's form does."""
        app = apps.register(self.world, slug, webhook_url, permissions, events, owner, private_key_pem)
        self._tell(lambda: self.site.announcer.ping(app))
        return app

    def install(self, app: App, full_name: str) -> Installation:
        """Install an app on a repository; a second one of the same owner joins the installation that is there."""
        repository, tell = self.repository(full_name), self.site.announcer
        made, is_new = apps.install(self.world, app, repository)
        if is_new:
            self._tell(lambda: tell.installation("created", made, made.account))
        else:
            self._tell(lambda: tell.installation_repositories("added", made, repository, made.account))
        return made

    def uninstall(self, installation: Installation) -> None:
        """Take an app away from its account; its tokens die."""
        del self.world.installations[installation.id]
        for token, grant in list(self.world.tokens.items()):
            if isinstance(grant, InstallationGrant) and grant.installation is installation:
                del self.world.tokens[token]
        self._tell(lambda: self.site.announcer.installation("deleted", installation, installation.account))

    def suspend(self, installation: Installation, suspended: bool = True) -> None:
        """Suspend an installation, or take the suspension back. While it lasts its tokens are worth nothing."""
        installation.suspended = suspended
        word = "suspend" if suspended else "unsuspend"
        self._tell(lambda: self.site.announcer.installation(word, installation, installation.account))

    # What people do in the browser

    def open_pull(
        self, full_name: str, login: str, title: str, head: str, base: str | None = None, body: str | None = None
    ) -> PullRequest:
        """Open a pull request."""
        repository = self.repository(full_name)
        base = base or repository.default_branch
        return pulls.open_pull(self.site, repository, self._account(login), title, head, base, body, draft=False)

    def open_issue(self, full_name: str, login: str, title: str, body: str | None = None) -> Issue:
        """Open an issue."""
        return comments.open_issue(self.site, self.repository(full_name), self._account(login), title, body)

    def comment(self, full_name: str, number: int, login: str, body: str) -> IssueComment:
        """Comment on a pull request or an issue."""
        thread = comments.thread(self.repository(full_name), number)
        return comments.comment(self.site, thread, self._account(login), body)

    def press(self, check_run_id: int, identifier: str, as_user: str) -> None:
        """Press a button of a completed check run. Raises Refused when there is no such button."""
        repository = self._with_check(check_run_id)
        run, actor = repository.checks[check_run_id], self._account(as_user)
        checks.press(self.site, repository, run, identifier, actor)

    def rerun_check(self, check_run_id: int, as_user: str) -> None:
        """Press "Re-run" of a check run."""
        repository = self._with_check(check_run_id)
        checks.rerequest(self.site, repository, repository.checks[check_run_id], self._account(as_user))

    def rerun_suite(self, check_suite_id: int, as_user: str) -> None:
        """Press "Re-run all checks"."""
        for repository in self.world.repositories.values():
            if suite := repository.suites.get(check_suite_id):
                checks.rerequest_suite(self.site, repository, suite, self._account(as_user))
                return
        raise not_found()

    # Inside

    def _account(self, login: str) -> User:
        return apps.account(self.world, login)

    def _with_check(self, check_run_id: int) -> Repository:
        for repository in self.world.repositories.values():
            if check_run_id in repository.checks:
                return repository
        raise not_found()

    def _tell(self, tell: Callable[[], object]) -> None:
        """Announce now, or at the start: a payload is full of addresses, which are not known before."""
        if self.world.url:
            tell()
        else:
            self._at_start.append(tell)

    async def _unknown(self, request: Request) -> Response:
        self.site.unexpected.append(request.scope["hub.exchange"])
        return JSONResponse(not_found().body(), 404)
