"""One API call: who calls, on which repository, with which body; and the answer it gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode

from tdd_orchestrator.hub.errors import Refused, malformed, not_found, not_supplied
from tdd_orchestrator.hub.identity import App, AppGrant, Grant, InstallationGrant, User, UserGrant
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import Json, Repository

T = TypeVar("T")
MOST_PER_PAGE: Final = 100
Door = Literal["anyone", "app", "installation", "user", "repository"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer. `body` is JSON, text, bytes or nothing."""

    status: int
    body: Json | list[Any] | str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in."""

    site: Site
    grant: Grant
    version: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    url: str
    body: Json
    repository_or_none: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository of the path."""
        if self.repository_or_none is None:
            raise not_found()
        return self.repository_or_none

    @property
    def actor(self) -> User:
        """In whose name this happens: the person, or the app's bot."""
        match self.grant:
            case UserGrant(user):
                return user
            case InstallationGrant(app=app) | AppGrant(app):
                return app.bot
            case _:
                raise Refused(401, "Requires authentication")

    @property
    def app(self) -> App:
        """The app that calls."""
        match self.grant:
            case InstallationGrant(app=app) | AppGrant(app):
                return app
            case _:
                raise Refused(403, "You must authenticate via a GitHub App.")

    def number(self, name: str) -> int:
        """A numeric part of the path; what is not a number is not found."""
        text = self.path[name]
        if not text.isdigit():
            raise not_found()
        return int(text)

    def find(self, kept: Mapping[int, T], name: str) -> T:
        """The thing with the id in the path. Raises Refused (404)."""
        found = kept.get(self.number(name))
        if found is None:
            raise not_found()
        return found

    def text(self, name: str, *, required: bool = False, most: int | None = None) -> str | None:
        """A text field of the body; `most` is its longest length in characters. Raises Refused (422)."""
        value = self.body.get(name)
        if value is None:
            if required:
                raise not_supplied(name)
            return None
        if not isinstance(value, str):
            raise malformed(f"For 'properties/{name}', {json.dumps(value)} is not a string.")
        if most is not None and len(value) > most:
            raise malformed(f"Only {most} characters are allowed; {len(value)} were supplied.")
        return value

    def required(self, name: str) -> str:
        """A text field that must be there."""
        return self.text(name, required=True) or ""

    def page(
        self,
        items: Iterable[T],
        shape: Callable[[T], Any],
        wrap: str | None = None,
        most: int | None = None,
    ) -> Answer:
        """One page of a list, with a Link header; `wrap` puts it under a name beside `total_count`."""
        everything = list(items)
        per_page = min(max(_whole(self.query.get("per_page"), 30), 1), MOST_PER_PAGE)
        number = max(_whole(self.query.get("page"), 1), 1)
        listed = everything[:most]
        shown: list[Any] = [shape(one) for one in listed[(number - 1) * per_page : number * per_page]]
        last = max(1, -(-len(listed) // per_page))
        body: Json | list[Any] = {"total_count": len(everything), wrap: shown} if wrap else shown
        return Answer(200, body, self._links(number, last))

    def _links(self, number: int, last: int) -> dict[str, str]:
        wanted = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        useful = {
            rel: page
            for rel, page in wanted.items()
            if (page >= 1 and rel in ("prev", "first") and number > 1) or (rel in ("next", "last") and number < last)
        }
        parts = [f'<{self.url}?{urlencode({**self.query, "page": page})}>; rel="{rel}"' for rel, page in useful.items()]
        return {"link": ", ".join(parts)} if parts else {}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route as data: what it is, who may use it, and the act behind it.

    `needs` are app permissions (`checks:write`), any one of which will do; people are judged by `role`, which follows
    from the needs where it is not given. `path` is a Starlette path whose plain form is GitHub's own template.
    """

    method: str
    path: str
    act: Callable[[Call], Answer]
    needs: tuple[str, ...] = ()
    role: str | None = None
    door: Door = "repository"
    apps_only: bool = False

    @property
    def template(self) -> str:
        """The path as the API description writes it."""
        return self.path.replace(":path}", "}")

    @property
    def least_role(self) -> str:
        """The weakest role of a person who may do this."""
        if self.role is not None:
            return self.role
        return "write" if any(need.endswith(":write") for need in self.needs) else "read"


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() else otherwise
