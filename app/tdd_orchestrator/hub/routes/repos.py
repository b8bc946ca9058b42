"""Routes of repositories: themselves, branches, comparison, merging branches, commit statuses, repository dispatch."""

from __future__ import annotations

import json

from tdd_orchestrator.hub.acts.pulls import merge_commit
from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.commits import changes, commits_between, is_ancestor, merge_base, read_commit
from tdd_orchestrator.hub.errors import Refused, malformed, not_found, not_supplied
from tdd_orchestrator.hub.shapes import basics, checks, objects
from tdd_orchestrator.hub.shapes.basics import api
from tdd_orchestrator.hub.state import CommitStatus, Json

_STATES = ("error", "failure", "pending", "success")


def get(call: Call) -> Answer:
    """The repository."""
    return Answer(200, basics.repository(call.site.world, call.repository))


def branch(call: Call) -> Answer:
    """A branch with its commit."""
    sha = call.repository.known_refs.get(f"refs/heads/{call.path['branch']}")
    if sha is None:
        raise Refused(404, "Branch not found")
    commit = objects.commit(call.site.world, call.repository, read_commit(call.repository.git, sha))
    return Answer(200, {"name": call.path["branch"], "commit": commit, "protected": False})


def branches(call: Call) -> Answer:
    """All branches, by name."""
    found = [
        (ref.removeprefix("refs/heads/"), sha) for ref, sha in call.repository.known_refs.items() if "/heads/" in ref
    ]
    url = basics.api(call.site.world, call.repository, "/commits/")
    return call.page(
        found, lambda one: {"name": one[0], "commit": {"sha": one[1], "url": url + one[1]}, "protected": False}
    )


def commit(call: Call) -> Answer:
    """A commit by branch, tag or id; only its id with the `sha` media type."""
    sha = call.repository.git.resolve(call.path["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.path['ref']}")
    if "vnd.github.sha" in call.headers.get("accept", "") or ".sha" in call.headers.get("accept", ""):
        return Answer(200, sha, media_type="application/vnd.github.sha; charset=utf-8")
    return Answer(200, objects.commit(call.site.world, call.repository, read_commit(call.repository.git, sha)))


def commits(call: Call) -> Answer:
    """The commits of a branch or commit (`sha`), newest first; with `path`, those that changed it."""
    git, world = call.repository.git, call.site.world
    head = git.resolve(call.query.get("sha") or call.repository.default_branch)
    if head is None:
        raise not_found()
    path = call.query.get("path")
    listed = git.text("rev-list", head, "--", *([path] if path else [])).split()
    return call.page(listed, lambda sha: objects.commit(world, call.repository, read_commit(git, sha)))


def compare(call: Call) -> Answer:
    """`base...head`: how far they are apart, the commits of head and the changed files since they parted."""
    one, separator, other = call.path["basehead"].partition("...")
    git, world, repository = call.repository.git, call.site.world, call.repository
    base, head = git.resolve(one.rpartition(":")[2]), git.resolve(other.rpartition(":")[2])
    if not separator or base is None or head is None:
        raise not_found()
    start = merge_base(git, base, head)
    if start is None:
        raise Refused(404, f"No common ancestor between {one} and {other}.")
    ahead, behind = commits_between(git, base, head), commits_between(git, head, base)
    status = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind", (False, False): "identical"}
    web = basics.page(world, repository, f"/compare/{one}...{other}")
    body: Json = {
        "url": basics.api(world, repository, f"/compare/{one}...{other}"),
        "html_url": web,
        "permalink_url": basics.page(world, repository, f"/compare/{base}...{head}"),
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "base_commit": objects.commit(world, repository, read_commit(git, base)),
        "merge_base_commit": objects.commit(world, repository, read_commit(git, start)),
        "status": status[bool(ahead), bool(behind)],
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "files": [objects.diff_entry(world, repository, file, head) for file in changes(git, start, head)[:300]],
    }
    listed = call.page(ahead, lambda found: objects.commit(world, repository, found))
    return Answer(200, {**body, "commits": listed.body}, listed.headers)


def merge(call: Call) -> Answer:
    """Merge a branch or commit into a branch: 201, 204 when there is nothing to merge, 409 for a conflict."""
    git, base, head = call.repository.git, call.required("base"), call.required("head")
    ref = f"refs/heads/{base}"
    ours, theirs = call.repository.known_refs.get(ref), git.resolve(head)
    if ours is None:
        raise Refused(404, "Base does not exist")
    if theirs is None:
        raise Refused(404, "Head does not exist")
    if is_ancestor(git, theirs, ours):
        return Answer(204)
    message = call.text("commit_message") or f"Merge {head} into {base}"
    merged = merge_commit(call.repository, call.actor, ours, theirs, message)
    if merged is None:
        raise Refused(409, "Merge conflict")
    git.run("update-ref", ref, merged, ours)
    refs_moved(call.site, call.repository, call.actor)
    return Answer(201, objects.commit(call.site.world, call.repository, read_commit(git, merged)))


def set_status(call: Call) -> Answer:
    """A commit status."""
    state = call.required("state")
    if state not in _STATES:
        raise malformed(f"For 'properties/state', {state} is not a member of {list(_STATES)}.")
    sha = call.repository.git.resolve(call.path["sha"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.path['sha']}")
    made = CommitStatus(
        id=call.site.world.new_id("status"),
        sha=sha,
        state=state,
        context=call.text("context") or "default",
        description=call.text("description", most=140),
        target_url=call.text("target_url"),
        creator=call.actor,
        created_at=call.site.world.now(),
    )
    call.repository.statuses.append(made)
    call.site.announcer.status(call.repository, made)
    return Answer(201, checks.status(call.site.world, call.repository, made))


def combined_status(call: Call) -> Answer:
    """The newest status of each context on a commit, and what they come to."""
    sha, world = call.repository.git.resolve(call.path["ref"]), call.site.world
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.path['ref']}")
    newest = {one.context: one for one in call.repository.statuses if one.sha == sha}
    states = {one.state for one in newest.values()}
    total = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    root = api(world, call.repository, f"/commits/{sha}")
    shown = [
        {k: v for k, v in checks.status(world, call.repository, one).items() if k != "creator"}
        for one in newest.values()
    ]
    body = {"state": total, "statuses": shown, "sha": sha, "total_count": len(shown), "url": f"{root}/status"}
    embedded = basics.minimal_repository(world, call.repository)
    return Answer(200, {**body, "repository": embedded, "commit_url": root})


def dispatch(call: Call) -> Answer:
    """`repository_dispatch`: an event of one's own."""
    event = call.text("event_type", required=True, most=100)
    payload = call.body.get("client_payload") or {}
    if not event:
        raise not_supplied("event_type")
    if not isinstance(payload, dict) or len(payload) > 10:
        raise malformed("No more than 10 properties are allowed; more were supplied.")
    if len(json.dumps(payload)) >= 65_536:
        raise Refused(422, "client_payload is too large.")
    call.site.announcer.repository_dispatch(call.repository, call.actor, event, payload)
    return Answer(204)


_ROOT = "/repos/{owner}/{repo}"
READ, WRITE = ("contents:read",), ("contents:write",)
ENDPOINTS = (
    Endpoint("GET", _ROOT, get, ("metadata:read",)),
    Endpoint("GET", f"{_ROOT}/branches", branches, READ),
    Endpoint("GET", f"{_ROOT}/branches/{{branch:path}}", branch, READ),
    Endpoint("GET", f"{_ROOT}/compare/{{basehead:path}}", compare, READ),
    Endpoint("POST", f"{_ROOT}/merges", merge, WRITE),
    Endpoint("POST", f"{_ROOT}/statuses/{{sha}}", set_status, ("statuses:write",)),
    Endpoint("POST", f"{_ROOT}/dispatches", dispatch, WRITE),
    Endpoint("GET", f"{_ROOT}/commits", commits, READ),
    Endpoint("GET", f"{_ROOT}/commits/{{ref:path}}/status", combined_status, ("statuses:read",)),
    Endpoint("GET", f"{_ROOT}/commits/{{ref:path}}", commit, READ),
)
