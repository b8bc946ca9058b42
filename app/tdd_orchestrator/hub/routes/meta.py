"""Routes about nobody's repository: zen, rate limit, users."""

from __future__ import annotations

from tdd_orchestrator.hub.auth import bearer
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused, not_found
from tdd_orchestrator.hub.shapes import basics
from tdd_orchestrator.hub.state import Json


def zen(call: Call) -> Answer:
    """A sentence, as plain text; no authentication."""
    return Answer(200, "Keep it logically awesome.", media_type="text/plain; charset=utf-8")


def meta(call: Call) -> Answer:
    """What this GitHub is; only an Enterprise server has a version."""
    body: Json = {"verifiable_password_authentication": False}
    return Answer(200, {**body, "installed_version": call.site.enterprise} if call.site.enterprise else body)


def rate_limit(call: Call) -> Answer:
    """The caller's hour. The newer API version dropped the old `rate` key."""
    if call.site.enterprise:
        raise Refused(404, "Rate limiting is not enabled.")
    site, token = call.site, bearer(call.headers.get("authorization"))
    used, reset = site.hour_of(token or "anonymous")
    core: Json = {"limit": site.rate_limit, "used": used, "remaining": max(0, site.rate_limit - used), "reset": reset}
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": reset}
    body: Json = {"resources": {"core": core, "search": search}}
    return Answer(200, body if call.version >= "2026" else {**body, "rate": core})


def user(call: Call) -> Answer:
    """Anybody by login; a bot's login has brackets."""
    found = call.site.world.users.get(call.path["username"])
    if found is None:
        raise not_found()
    return Answer(200, _public(call, found.login))


def me(call: Call) -> Answer:
    """The user of the token."""
    return Answer(200, _public(call, call.actor.login))


def _public(call: Call, login: str) -> Json:
    world = call.site.world
    blank = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio", "twitter_username"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    times = dict.fromkeys(("created_at", "updated_at"), "2020-01-01T00:00:00Z")
    return {
        **basics.user(world, world.users[login]),
        **blank,
        "blog": "",
        **counts,
        **times,
    }


ENDPOINTS = (
    Endpoint("GET", "/zen", zen, door="anyone"),
    Endpoint("GET", "/meta", meta, door="anyone"),
    Endpoint("GET", "/rate_limit", rate_limit, door="anyone"),
    Endpoint("GET", "/users/{username}", user, door="anyone"),
    Endpoint("GET", "/user", me, door="user"),
)
