"""Routes of pull requests."""

from __future__ import annotations

from tdd_orchestrator.hub.acts import pulls as acts
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.commits import changes, commits_between, merge_base
from tdd_orchestrator.hub.errors import Refused, malformed, not_supplied, validation_failed
from tdd_orchestrator.hub.identity import UserGrant, role_at_least
from tdd_orchestrator.hub.shapes import objects
from tdd_orchestrator.hub.shapes import pulls as shapes
from tdd_orchestrator.hub.state import Json, PullRequest

MOST_FILES = 3000
_DROPPED = ("merge_commit_sha", "assignee")  # by API version 2026-03-10


def listing(call: Call) -> Answer:
    """Pull requests by state, head (`owner:branch`) and base; newest first unless asked otherwise."""
    state, head, base = call.query.get("state", "open"), call.query.get("head"), call.query.get("base")
    if state not in ("open", "closed", "all"):
        raise validation_failed("PullRequest", "state", "invalid")
    found = [
        pull
        for pull in call.repository.pulls.values()
        if state in ("all", pull.state)
        and head in (None, "", f"{call.repository.owner.login}:{pull.head_ref}")
        and base in (None, "", pull.base_ref)
    ]
    if call.query.get("sort") == "updated":
        found.sort(key=lambda pull: pull.updated_at)
    if call.query.get("direction", "desc") == "desc":
        found.reverse()
    return call.page(found, lambda pull: _shown(call, shapes.pull_simple(call.site.world, pull)))


def create(call: Call) -> Answer:
    """Open one. A person needs to be able to read the repository and to push to the head."""
    head, base = call.required("head"), call.required("base")
    if isinstance(call.grant, UserGrant) and not role_at_least(call.repository.role_of(call.actor.login), "write"):
        raise Refused(403, "Must be a collaborator to open a pull request from a branch of this repository.")
    title = call.text("title")
    if not title:
        raise not_supplied("title")
    draft = bool(call.body.get("draft"))
    pull = acts.open_pull(call.site, call.repository, call.actor, title, head, base, call.text("body"), draft)
    return Answer(201, _full(call, pull))


def get(call: Call) -> Answer:
    """One pull request; as JSON, or its diff when the Accept header asks for that."""
    pull = call.find(call.repository.pulls, "pull_number")
    if "diff" in call.headers.get("accept", ""):
        git = call.repository.git
        start = merge_base(git, pull.base_sha, pull.head_sha) or pull.base_sha
        diff = git.run("diff", start, pull.head_sha, "--")
        return Answer(200, diff, media_type="application/vnd.github.diff; charset=utf-8")
    return Answer(200, _full(call, pull))


def update(call: Call) -> Answer:
    """Close, reopen, or change title, body and base."""
    pull = call.find(call.repository.pulls, "pull_number")
    state = call.text("state")
    acts.edit(call.site, pull, call.actor, call.text("title"), call.text("body"), call.text("base"))
    match state:
        case None:
            pass
        case "open" | "closed":
            acts.set_state(call.site, pull, call.actor, state)
        case other:
            raise malformed(f'For \'properties/state\', {other} is not a member of ["open", "closed"].')
    return Answer(200, _full(call, pull))


def files(call: Call) -> Answer:
    """The changed files, since the branches parted."""
    pull, world = call.find(call.repository.pulls, "pull_number"), call.site.world
    git = call.repository.git
    start = merge_base(git, pull.base_sha, pull.head_sha) or pull.base_sha
    found = changes(git, start, pull.head_sha)
    return call.page(found, lambda one: objects.diff_entry(world, call.repository, one, pull.head_sha), most=MOST_FILES)


def commits(call: Call) -> Answer:
    """The commits of a pull request, oldest first, at most 250."""
    pull, world = call.find(call.repository.pulls, "pull_number"), call.site.world
    found = commits_between(call.repository.git, pull.base_sha, pull.head_sha)
    return call.page(found, lambda one: objects.commit(world, call.repository, one), most=250)


def merge(call: Call) -> Answer:
    """The merge button."""
    pull = call.find(call.repository.pulls, "pull_number")
    if pull.state != "open":
        raise Refused(405, "Pull Request is not mergeable")
    if call.text("sha") not in (None, pull.head_sha):
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    sha = acts.merge_pull(call.site, pull, call.actor, call.text("commit_title"), call.text("commit_message"))
    return Answer(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def of_commit(call: Call) -> Answer:
    """The pull requests that a commit is the head of."""
    sha = call.repository.git.resolve(call.path["commit_sha"])
    found = [pull for pull in call.repository.pulls.values() if pull.head_sha == sha]
    return call.page(found, lambda pull: _shown(call, shapes.pull_simple(call.site.world, pull)))


def _full(call: Call, pull: PullRequest) -> Json:
    return _shown(call, shapes.pull(call.site.world, pull))


def _shown(call: Call, shape: Json) -> Json:
    if call.version < "2026":
        return shape
    return {name: value for name, value in shape.items() if name not in _DROPPED}


_ROOT = "/repos/{owner}/{repo}/pulls"
READ, WRITE = ("pull_requests:read",), ("pull_requests:write",)
ENDPOINTS = (
    Endpoint("GET", _ROOT, listing, READ),
    Endpoint("POST", _ROOT, create, WRITE, role="read"),
    Endpoint("GET", f"{_ROOT}/{{pull_number}}", get, READ),
    Endpoint("PATCH", f"{_ROOT}/{{pull_number}}", update, WRITE),
    Endpoint("GET", f"{_ROOT}/{{pull_number}}/files", files, READ),
    Endpoint("GET", f"{_ROOT}/{{pull_number}}/commits", commits, READ),
    Endpoint("PUT", f"{_ROOT}/{{pull_number}}/merge", merge, ("contents:write",)),
    Endpoint("GET", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls", of_commit, READ),
)
