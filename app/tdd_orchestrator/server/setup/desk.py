"""The set-up as a person walks it: from the token in the terminal to an App that serves.

Nothing secret is ever shown on a page: it goes into the file, or, if that was asked for, once to the terminal.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.github.connections import AppCredentials, Connections
from tdd_orchestrator.server.settings import Settings
from tdd_orchestrator.server.setup import pages
from tdd_orchestrator.server.setup.conversion import convert
from tdd_orchestrator.server.setup.door import COOKIE, Door
from tdd_orchestrator.server.setup.looking import Looking
from tdd_orchestrator.server.setup.manifest import ORGANIZATION, Wish, for_this_server, form_address
from tdd_orchestrator.server.setup.onboarding_pull import Onboarding, onboard
from tdd_orchestrator.server.setup.stored import StoredApp, completed, store
from tdd_orchestrator.server.setup.switchboard import Switchboard
from tdd_orchestrator.server.webhook import bounded

LARGEST_FORM = 10_000
Compose = Callable[[Settings, Mapping[str, str]], Starlette]
log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What the set-up does in the world: make the application, hide secrets from the log, speak to the terminal."""

    compose: Compose
    hide: Callable[[Sequence[str]], None]
    say: Callable[[str], None]


@dataclass(slots=True)
class Desk:
    """Answers the set-up's addresses. `settings` hold everything but the App, until there is one."""

    settings: Settings
    environ: Mapping[str, str]
    door: Door
    board: Switchboard
    tools: Tools
    told: str = ""
    looking: Looking | None = None
    _onboarding: dict[str, Onboarding | TddError] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def home(self, request: Request) -> Response:
        """`/` leads to the set-up."""
        return RedirectResponse("/setup", 303)

    async def setup(self, request: Request) -> Response:
        """The button, or the steps."""
        if token := request.query_params.get("token", ""):
            return self._admitted(request, token)
        if not self._is_known(request):
            return pages.closed(self.door.was_used)
        return await self._steps(self.looking) if self.looking else self._button(request)

    async def created(self, request: Request) -> Response:
        """GitHub sends the browser back with a code."""
        if not self._is_known(request):
            return pages.closed(self.door.was_used)
        if not self.door.spend(request.query_params.get("state", "")):
            return pages.refused("This is not the answer to a form of this page. Press the button again.", 403)
        async with self._lock:
            if self.looking is not None:
                return pages.refused("There is an App already.", 409)
            try:
                app = await convert(self.settings.github_url, request.query_params.get("code", ""))
            except TddError as fault:
                return pages.refused(fault)
            await self._take(app)
        return RedirectResponse("/setup", 303)

    async def onboarding(self, request: Request) -> Response:
        """Open the first pull request of a repository."""
        if not self._is_known(request) or not _is_own(request):
            return pages.closed(self.door.was_used)
        body = await bounded(request, LARGEST_FORM)
        repo = parse_qs((body or b"").decode(errors="replace")).get("repository", [""])[0]
        if self.looking is None or self.looking.reader(repo) is None:
            return pages.refused("The App is not installed on this repository, or was not seen there yet.", 404)
        async with self._lock:
            self._onboarding[repo] = await self._onboard(self.looking, repo)
        self.looking.forget()
        return RedirectResponse("/setup", 303)

    async def serve(self, settings: Settings) -> None:
        """Serve an App from now on, and look at it. Raises what its start raises."""
        self.tools.hide(settings.secrets)
        credentials = AppCredentials(settings.app_id, settings.private_key, settings.github_url)
        connections = Connections(credentials, write_interval_s=settings.write_interval_s)
        self.settings, self.looking = settings, Looking(connections)
        await self.board.switch(self.tools.compose(settings, self.environ))

    async def close(self) -> None:
        """Stop whatever was started."""
        await self.board.close()
        if self.looking is not None:
            await self.looking.connections.aclose()

    async def _take(self, app: StoredApp) -> None:
        """Keep the credentials, and serve; what goes wrong with either is told on the page."""
        self.tools.hide((*self.settings.secrets, *app.secrets))
        self.told = self._kept(app)
        log.info("a GitHub App was set up", app_id=app.app_id, slug=app.slug)
        try:
            await self.serve(Settings.from_environ(completed(self.environ, app)))
        except Exception as error:
            log.error("the App cannot be served yet", exc_info=error)
            why = str(error) if isinstance(error, TddError) else "Its log says why."
            self.told = f"{self.told} Serving could not begin: {why} Restart the server."

    def _kept(self, app: StoredApp) -> str:
        if self.environ.get("TDD_SETUP", "").strip().lower() == "print":
            self.tools.say(_for_a_secret_store(app))
            return "The App's secrets were printed in the terminal, once. Put them into the server's environment."
        try:
            path = store(self.settings.data_dir, app)
        except OSError as error:
            place = self.settings.data_dir
            lost = f"The App's secrets could not be written to {place} ({error.strerror}): this server forgets them."
            return f"{lost} Make it writable, and generate a new private key and secret on the App's page."
        return f"The App's secrets are in `{path}`, which only this server's user may read. Back it up."

    def _admitted(self, request: Request, token: str) -> Response:
        session = self.door.admit(token)
        if session is None:
            known = self._is_known(request)
            return RedirectResponse("/setup", 303) if known else pages.closed(self.door.was_used)
        answer = RedirectResponse("/setup", 303)
        secure = self._base(request).startswith("https:")
        # Lax: GitHub's redirect must bring it, another site's form must not.
        answer.set_cookie(COOKIE, session, httponly=True, samesite="lax", secure=secure, path="/setup")
        return answer

    def _button(self, request: Request) -> Response:
        public, base = self.settings.public_url, self._base(request)
        if not _is_local(self.settings.github_url) and (public is None or _is_local(public)):
            return pages.not_yet(
                "GitHub must reach this server, so it needs an address: restart it with TDD_PUBLIC_URL set, such as "
                "`TDD_PUBLIC_URL=https://tdd.example.com`. For a try on your own machine take a tunnel."
            )
        wish = _wish(request)
        if wish is None:
            return pages.refused("This is not the name of an organization on GitHub.")
        said = for_this_server(public or base, f"{base}/setup/created", wish)
        address = form_address(self.settings.github_url, wish.organization, self.door.state())
        return pages.start(said, address, "{0.scheme}://{0.netloc}".format(urlsplit(address)), wish, self._warning())

    def _warning(self) -> str:
        """GitHub hands the key out once: better to know before that there is no place for it."""
        directory = self.settings.data_dir
        near = next((each for each in (directory, *directory.parents) if each.exists()), directory)
        printed = self.environ.get("TDD_SETUP", "").strip().lower() == "print"
        fit = printed or (near.is_dir() and os.access(near, os.W_OK))
        return "" if fit else f"{directory} is not writable: mend that first."

    async def _steps(self, looking: Looking) -> Response:
        try:
            return pages.progress(await looking.look(), self._onboarding, self.told)
        except TddError as fault:
            return pages.waiting(fault, self.told)

    async def _onboard(self, looking: Looking, repo: str) -> Onboarding | TddError:
        try:
            return await onboard(looking, repo, write_interval_s=self.settings.write_interval_s)
        except TddError as fault:
            return fault

    def _is_known(self, request: Request) -> bool:
        return self.door.knows(request.cookies.get(COOKIE, ""))

    def _base(self, request: Request) -> str:
        """Our address as this browser writes it; behind a proxy the public one, whose scheme we would not know."""
        public, host = self.settings.public_url, request.headers.get("host", "")
        if public and urlsplit(public).netloc == host:
            return public
        return f"{request.url.scheme}://{host}"


def _wish(request: Request) -> Wish | None:
    organization = request.query_params.get("organization", "").strip()
    if organization and not ORGANIZATION.fullmatch(organization):
        return None
    return Wish(organization, request.query_params.get("workflows") == "1")


def _is_own(request: Request) -> bool:
    """Browsers say where a form comes from; another site's must not act here."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _is_local(address: str) -> bool:
    """A hub on this machine reaches what listens on this machine; GitHub does not."""
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def _for_a_secret_store(app: StoredApp) -> str:
    told = app.environ()
    key = told["TDD_PRIVATE_KEY"].strip().replace("\n", "\\n")
    return "\n".join(
        (
            "The App's settings, shown this once. Put them into your secret store:",
            f"TDD_APP_ID={told['TDD_APP_ID']}",
            f"TDD_PRIVATE_KEY={key}",
            f"TDD_WEBHOOK_SECRET={told['TDD_WEBHOOK_SECRET']}",
        )
    )
