"""Routes of the conversation: issue comments, reactions, and who may say what."""

from __future__ import annotations

from tdd_orchestrator.hub.acts import comments as acts
from tdd_orchestrator.hub.acts.checks import parsed_time
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused, not_found
from tdd_orchestrator.hub.identity import InstallationGrant, UserGrant, role_at_least
from tdd_orchestrator.hub.shapes import basics
from tdd_orchestrator.hub.shapes import pulls as shapes
from tdd_orchestrator.hub.state import IssueComment


def listing(call: Call) -> Answer:
    """The comments of a pull request, oldest first; `since` looks at the last change."""
    pull, world = acts.thread(call.repository, call.number("issue_number")), call.site.world
    found = [one for one in call.repository.comments.values() if one.number == pull.number]
    if since := call.query.get("since"):
        found = [one for one in found if one.updated_at >= parsed_time(since)]
    return call.page(found, lambda one: shapes.comment(world, call.repository, one))


def open_issue(call: Call) -> Answer:
    """A new issue."""
    made = acts.open_issue(call.site, call.repository, call.actor, call.required("title"), call.text("body"))
    return Answer(201, shapes.issue(call.site.world, made))


def issue(call: Call) -> Answer:
    """An issue, or a pull request as one."""
    found = acts.thread(call.repository, call.number("issue_number"))
    return Answer(200, shapes.issue(call.site.world, found))


def create(call: Call) -> Answer:
    """A new comment."""
    pull = acts.thread(call.repository, call.number("issue_number"))
    app = call.app if isinstance(call.grant, InstallationGrant) else None
    made = acts.comment(call.site, pull, call.actor, call.required("body"), app)
    return Answer(201, shapes.comment(call.site.world, call.repository, made))


def get(call: Call) -> Answer:
    """One comment."""
    return Answer(200, shapes.comment(call.site.world, call.repository, _one(call)))


def update(call: Call) -> Answer:
    """Change one's own comment; who may push may change anybody's."""
    one = _own(call)
    acts.edit(call.site, call.repository, one, call.actor, call.required("body"))
    return Answer(200, shapes.comment(call.site.world, call.repository, one))


def delete(call: Call) -> Answer:
    """Take one's own comment away; who may push may take anybody's."""
    acts.delete(call.site, call.repository, _own(call), call.actor)
    return Answer(204)


def reactions(call: Call) -> Answer:
    """The reactions to a comment."""
    world, content = call.site.world, call.query.get("content")
    found = [one for one in _one(call).reactions if content in (None, one.content)]
    return call.page(found, lambda one: shapes.reaction(world, one))


def react(call: Call) -> Answer:
    """A reaction: 201 when it is new, 200 when it was there."""
    made, is_new = acts.react(call.site, _one(call), call.actor, call.required("content"))
    return Answer(201 if is_new else 200, shapes.reaction(call.site.world, made))


def unreact(call: Call) -> Answer:
    """Take one's own reaction away."""
    one, number = _one(call), call.number("reaction_id")
    if not any(reaction.id == number and reaction.user == call.actor for reaction in one.reactions):
        raise not_found()
    one.reactions[:] = [reaction for reaction in one.reactions if reaction.id != number]
    return Answer(204)


def permission(call: Call) -> Answer:
    """A user's role here, as `permission` (the old four words) and `role_name`."""
    user = call.site.world.users.get(call.path["username"])
    if user is None or user.type == "Bot":
        raise Refused(404, f"{call.path['username']} is not a user")
    role = call.repository.role_of(user.login)
    ranks = {"admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage", "pull": "read"}
    flags = {name: role_at_least(role, rank) for name, rank in ranks.items()}
    shape = {**basics.user(call.site.world, user), "permissions": flags, "role_name": role}
    return Answer(200, {**shapes.role_flags(role), "user": shape})


def _one(call: Call) -> IssueComment:
    return call.find(call.repository.comments, "comment_id")


def _own(call: Call) -> IssueComment:
    one = _one(call)
    may_push = isinstance(call.grant, UserGrant) and role_at_least(call.repository.role_of(call.actor.login), "write")
    if one.user != call.actor and not may_push and not isinstance(call.grant, InstallationGrant):
        raise Refused(403, "Must have push access to this repository.")
    return one


_ROOT = "/repos/{owner}/{repo}/issues"
_ONE = f"{_ROOT}/comments/{{comment_id}}"
_PERMISSION = "/repos/{owner}/{repo}/collaborators/{username}/permission"
READ = ("issues:read", "pull_requests:read")
WRITE = ("issues:write", "pull_requests:write")
ENDPOINTS = (
    Endpoint("POST", _ROOT, open_issue, ("issues:write",), role="read"),
    Endpoint("GET", f"{_ROOT}/{{issue_number}}", issue, READ),
    Endpoint("GET", f"{_ROOT}/{{issue_number}}/comments", listing, READ),
    Endpoint("POST", f"{_ROOT}/{{issue_number}}/comments", create, WRITE, role="read"),
    Endpoint("GET", _ONE, get, READ),
    Endpoint("PATCH", _ONE, update, WRITE, role="read"),
    Endpoint("DELETE", _ONE, delete, WRITE, role="read"),
    Endpoint("GET", f"{_ONE}/reactions", reactions, ("issues:read",)),
    Endpoint("POST", f"{_ONE}/reactions", react, ("issues:write",), role="read"),
    Endpoint("DELETE", f"{_ONE}/reactions/{{reaction_id}}", unreact, ("issues:write",), role="read"),
    Endpoint(
        "GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", permission, ("metadata:read",), "write"
    ),
)
