"""Routes of apps: themselves, their installations, tokens and webhook deliveries."""

from __future__ import annotations

from tdd_orchestrator.hub.auth import bearer
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused, not_found
from tdd_orchestrator.hub.identity import Installation, InstallationGrant, Permissions, allows
from tdd_orchestrator.hub.post import Delivery
from tdd_orchestrator.hub.shapes import basics
from tdd_orchestrator.hub.shapes.basics import stamp
from tdd_orchestrator.hub.state import Json, Repository
from tdd_orchestrator.hub.tokens import mint_installation_token


def app(call: Call) -> Answer:
    """The app itself."""
    world = call.site.world
    count = sum(1 for one in world.installations.values() if one.app is call.app)
    return Answer(200, {**basics.app(world, call.app), "installations_count": count})


def installations(call: Call) -> Answer:
    """Where the app is installed."""
    world = call.site.world
    mine = [one for one in world.installations.values() if one.app is call.app]
    return call.page(mine, lambda one: basics.installation(world, one))


def installation(call: Call) -> Answer:
    """One of them."""
    return Answer(200, basics.installation(call.site.world, _mine(call)))


def repository_installation(call: Call) -> Answer:
    """The app's installation that sees a repository."""
    world, key = call.site.world, f"{call.path['owner']}/{call.path['repo']}".lower()
    repository = world.repositories.get(key)
    for one in world.installations_on(repository) if repository else []:
        if one.app is call.app:
            return Answer(200, basics.installation(world, one))
    raise not_found()


def access_token(call: Call) -> Answer:
    """A token for an hour, narrowed to some repositories and permissions."""
    world, one = call.site.world, _mine(call)
    if one.suspended:
        raise Refused(403, "This installation has been suspended")
    seen = {number: world.repository_by_id(number) for number in one.repository_ids}
    chosen = _chosen(call, seen)
    permissions = _narrowed(call, one)
    token, grant = mint_installation_token(world, one, frozenset(chosen), permissions)
    body: Json = {
        "token": token,
        "expires_at": stamp(grant.expires_at),
        "permissions": permissions,
        "repository_selection": "selected",
    }
    if "repositories" in call.body or "repository_ids" in call.body:
        body["repositories"] = [basics.repository(world, seen[number]) for number in chosen]
    return Answer(201, body)


def _chosen(call: Call, seen: dict[int, Repository]) -> list[int]:
    refusal = "There is at least one repository that does not exist or is not accessible to the parent installation."
    names, numbers = call.body.get("repositories"), call.body.get("repository_ids")
    if names is None and numbers is None:
        return sorted(seen)
    by_name = {repository.name.lower(): number for number, repository in seen.items()}
    chosen = [by_name.get(str(name).lower(), -1) for name in names or ()] + list(numbers or ())
    if any(number not in seen for number in chosen):
        raise Refused(422, refusal)
    return sorted(set(chosen))


def _narrowed(call: Call, one: Installation) -> Permissions:
    asked = call.body.get("permissions")
    if asked is None:
        return {**one.app.permissions, "metadata": "read"}
    if any(not allows(one.app.permissions, name, level) for name, level in asked.items()):
        raise Refused(422, "The permissions requested are not granted to this installation.")
    return {**asked, "metadata": "read"}


def revoke(call: Call) -> Answer:
    """End the life of the token that asks."""
    call.site.world.tokens.pop(bearer(call.headers.get("authorization")) or "", None)
    return Answer(204)


def accessible(call: Call) -> Answer:
    """The repositories of the token."""
    world, grant = call.site.world, call.grant
    ids = sorted(grant.repository_ids) if isinstance(grant, InstallationGrant) else []
    repositories = [world.repository_by_id(number) for number in ids]
    return call.page(repositories, lambda one: basics.repository(world, one), "repositories")


def deliveries(call: Call) -> Answer:
    """The app's webhooks, newest first; `cursor` pages, `status` is success or failure (400 to 599)."""
    mine = [one for one in reversed(call.site.post.deliveries) if one.app is call.app and one.status != "pending"]
    match call.query.get("status"):
        case None:
            pass
        case "success":
            mine = [one for one in mine if one.status_code < 400]
        case "failure":
            mine = [one for one in mine if one.status_code >= 400]
        case other:
            raise Refused(422, f"Invalid status: {other}")
    cursor = call.query.get("cursor", "")
    if cursor:
        if not cursor.removeprefix("v1_").isdigit():
            raise Refused(400, "Invalid cursor.")
        mine = [one for one in mine if one.id < int(cursor.removeprefix("v1_"))]
    size = min(int(call.query.get("per_page", "30")), 100)
    shown, rest = mine[:size], mine[size:]
    link = {"link": f'<{call.url}?per_page={size}&cursor=v1_{shown[-1].id}>; rel="next"'} if rest else {}
    return Answer(200, [_delivery(one) for one in shown], link)


def delivery(call: Call) -> Answer:
    """One webhook, with request and response."""
    one = _delivered(call)
    return Answer(
        200,
        {
            **_delivery(one),
            "url": one.app.webhook_url,
            "request": {"headers": one.headers(), "payload": one.payload},
            "response": {"headers": {}, "payload": one.answer},
        },
    )


def redeliver(call: Call) -> Answer:
    """Send a webhook again, under its old GUID."""
    call.site.post.redeliver(_delivered(call))
    return Answer(202, {})


def _delivered(call: Call) -> Delivery:
    number = call.number("delivery_id")
    for one in call.site.post.deliveries:
        if one.app is call.app and one.id == number:
            return one
    raise not_found()


def _delivery(one: Delivery) -> Json:
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": stamp(one.delivered_at),
        "redelivery": one.redelivery,
        "duration": one.duration,
        "status": one.status,
        "status_code": one.status_code,
        "event": one.event,
        "action": one.action,
        "installation_id": one.installation_id,
        "repository_id": one.repository_id,
        "throttled_at": None,
    }


def _mine(call: Call) -> Installation:
    found = call.find(call.site.world.installations, "installation_id")
    if found.app is not call.app:
        raise not_found()
    return found


ENDPOINTS = (
    Endpoint("GET", "/app", app, door="app"),
    Endpoint("GET", "/app/installations", installations, door="app"),
    Endpoint("GET", "/app/installations/{installation_id}", installation, door="app"),
    Endpoint("POST", "/app/installations/{installation_id}/access_tokens", access_token, door="app"),
    Endpoint("GET", "/app/hook/deliveries", deliveries, door="app"),
    Endpoint("GET", "/app/hook/deliveries/{delivery_id}", delivery, door="app"),
    Endpoint("POST", "/app/hook/deliveries/{delivery_id}/attempts", redeliver, door="app"),
    Endpoint("GET", "/repos/{owner}/{repo}/installation", repository_installation, door="app"),
    Endpoint("GET", "/installation/repositories", accessible, door="installation"),
    Endpoint("DELETE", "/installation/token", revoke, door="installation"),
)
