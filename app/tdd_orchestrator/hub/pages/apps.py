"""The pages on which a person registers an app from a manifest, and installs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tdd_orchestrator.hub.acts import apps
from tdd_orchestrator.hub.identity import App
from tdd_orchestrator.hub.pages.rendering import Pages
from tdd_orchestrator.hub.pages.routes import form_of, own_forms_only
from tdd_orchestrator.hub.site import Site

_INSTALL = "/apps/{slug}/installations/new"


def app_routes(site: Callable[[], Site]) -> list[Route]:
    """Their routes; `site` is asked at each request, since a hub takes its routes when it is made."""
    desk = _AppDesk(site)
    return [
        # GitHub takes this form from any site: it only shows what is to be made, and who reads it decides.
        Route("/settings/apps/new", desk.ask, methods=["POST"]),
        Route("/organizations/{owner}/settings/apps/new", desk.ask, methods=["POST"]),
        Route("/settings/apps/manifest", own_forms_only(desk.register), methods=["POST"]),
        Route("/apps/{slug}", desk.show, methods=["GET"]),
        Route(_INSTALL, desk.choose, methods=["GET"]),
        Route(_INSTALL, own_forms_only(desk.install), methods=["POST"]),
    ]


class _AppDesk:
    def __init__(self, site: Callable[[], Site]) -> None:
        self._find = site

    async def ask(self, request: Request) -> Response:
        """What the manifest asks for, and the button."""
        text = (await form_of(request)).get("manifest", "")
        said = _manifest(text)
        page = Pages(self._find()).page(
            "app_new.html",
            text=text,
            said=said,
            state=request.query_params.get("state", ""),
            owner=request.path_params.get("owner") or self._me(request),
            people=[],
            me=None,
        )
        goes_to = "{0.scheme}://{0.netloc}".format(urlsplit(str(said["redirect_url"])))
        policy = page.headers["content-security-policy"]
        page.headers["content-security-policy"] = policy.replace("form-action 'self'", f"form-action 'self' {goes_to}")
        return page

    async def register(self, request: Request) -> Response:
        """Make the app, and send the browser back with the code."""
        site, form = self._find(), await form_of(request)
        said, slug = _manifest(form.get("manifest", "")), apps.slug_of(form.get("name", ""))
        if not slug or any(app.slug == slug for app in site.world.apps.values()):
            raise HTTPException(422, "This name is taken, or has no letter.")
        hook = str(said["hook_attributes"]["url"])
        permissions, events = said.get("default_permissions") or {}, said.get("default_events") or ()
        try:
            app = apps.register(site.world, slug, hook, permissions, events, form.get("owner") or self._me(request))
        except ValueError as wrong:
            raise HTTPException(422, f"The manifest is not valid: {wrong}.") from wrong
        site.announcer.ping(app)
        back = urlencode({"code": apps.coded(site.world, app), "state": form.get("state", "")})
        return RedirectResponse(f"{said['redirect_url']}?{back}", 303)

    async def show(self, request: Request) -> Response:
        """The app's own page is where it is installed."""
        return RedirectResponse(f"/apps/{self._app(request).slug}/installations/new", 303)

    async def choose(self, request: Request) -> Response:
        """The repositories, with a tick at those that the app sees."""
        site, app = self._find(), self._app(request)
        listed = [
            (repository, any(one.app is app for one in site.world.installations_on(repository)))
            for repository in site.world.repositories.values()
        ]
        return Pages(site).page("app_install.html", app=app, repositories=listed, people=[], me=None)

    async def install(self, request: Request) -> Response:
        """Install it on what was ticked."""
        site, app = self._find(), self._app(request)
        ticked = parse_qs((await request.body()).decode(errors="replace")).get("repository", [])
        for repository in [one for name, one in site.world.repositories.items() if name in ticked]:
            if any(one.app is app for one in site.world.installations_on(repository)):
                continue
            made, is_new = apps.install(site.world, app, repository)
            if is_new:
                site.announcer.installation("created", made, made.account)
            else:
                site.announcer.installation_repositories("added", made, repository, made.account)
        return RedirectResponse(f"/apps/{app.slug}/installations/new", 303)

    def _app(self, request: Request) -> App:
        slug = request.path_params["slug"]
        found = next((app for app in self._find().world.apps.values() if app.slug == slug), None)
        if found is None:
            raise HTTPException(404, "There is no such app.")
        return found

    def _me(self, request: Request) -> str:
        """Whom the page speaks for: the person chosen on another page, else the first there is."""
        people = [user.login for user in self._find().world.users.values() if user.type == "User"]
        chosen = unquote(request.cookies.get("as", ""))
        return chosen if chosen in people else (people or ["maintainer"])[0]


def _manifest(text: str) -> Mapping[str, Any]:
    """A manifest that has what GitHub insists on. Raises HTTPException."""
    try:
        said = json.loads(text)
        whole = all(isinstance(one, str) and one for one in (said["url"], said["redirect_url"], said["name"]))
        hook = said["hook_attributes"]["url"]
    except (ValueError, KeyError, TypeError):
        whole, hook = False, ""
    if not whole or urlsplit(str(hook)).scheme not in ("http", "https"):
        raise HTTPException(422, "The manifest needs name, url, redirect_url and hook_attributes.url.")
    checked: Mapping[str, Any] = said
    return checked
