"""JSON shapes of the push and ping webhooks, and of repositories as installations list them."""

from __future__ import annotations

from tdd_orchestrator.hub.commits import (
    EMPTY_TREE,
    Commit,
    Signature,
    changed_paths,
    commits_between,
    is_ancestor,
    read_commit,
)
from tdd_orchestrator.hub.identity import App, User
from tdd_orchestrator.hub.plumbing import ZERO
from tdd_orchestrator.hub.shapes.basics import node_id, page, stamp
from tdd_orchestrator.hub.state import Json, Repository, World


def push(world: World, repository: Repository, actor: User, ref: str, before: str, after: str) -> Json:
    """The body of a `push`; ids of all zeros stand for a ref that was not or is not there."""
    created, deleted = before == ZERO, after == ZERO
    git = repository.git
    forced = not created and not deleted and not is_ancestor(git, before, after)
    if deleted:
        fresh: tuple[Commit, ...] = ()
    elif created:
        default = repository.known_refs.get(f"refs/heads/{repository.default_branch}")
        fresh = commits_between(git, default, after) if default and default != after else ()
    else:
        fresh = commits_between(git, before, after)
    span = f"{before[:12]}...{after[:12]}" if not created else ref.removeprefix("refs/heads/")
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": created,
        "deleted": deleted,
        "forced": forced,
        "base_ref": None,
        "compare": page(world, repository, f"/compare/{span}"),
        "commits": [pushed_commit(world, repository, one) for one in fresh[-2048:]],
        "head_commit": None if deleted else pushed_commit(world, repository, read_commit(git, after)),
        "pusher": {"name": actor.login, "email": noreply(actor)},
    }


def pushed_commit(world: World, repository: Repository, one: Commit) -> Json:
    """A commit of a push, with the paths that it touches."""
    parent = one.parents[0] if one.parents else EMPTY_TREE
    touched = changed_paths(repository.git, parent, one.sha)
    return {
        "id": one.sha,
        "tree_id": one.tree,
        "distinct": True,
        "message": one.message,
        "timestamp": stamp(one.committer.at),
        "url": page(world, repository, f"/commit/{one.sha}"),
        "author": _person(world, one.author),
        "committer": _person(world, one.committer),
        **{
            word: [path for status, path in touched if status == word or (status, word) == ("changed", "modified")]
            for word in ("added", "removed", "modified")
        },
    }


def _person(world: World, one: Signature) -> Json:
    login = one.email.partition("@")[0].partition("+")[2]
    known = {"username": login} if login in world.users else {}
    return {"name": one.name, "email": one.email, **known}


def noreply(user: User) -> str:
    """The address that stands for an account in commits."""
    return f"{user.id}+{user.login}@users.noreply.github.com"


def repository_name(one: Repository) -> Json:
    """A repository as `installation` webhooks list it."""
    return {
        "id": one.id,
        "node_id": node_id("Repository", one.id),
        "name": one.name,
        "full_name": one.full_name,
        "private": one.private,
    }


def ping(world: World, app: App) -> Json:
    """The body of an app's `ping`."""
    return {
        "zen": "Keep it logically awesome.",
        "hook_id": app.hook_id,
        "hook": {
            "type": "App",
            "id": app.hook_id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": {"content_type": "json", "url": app.webhook_url, "insecure_ssl": "0", "secret": "********"},
            "updated_at": stamp(app.created_at),
            "created_at": stamp(app.created_at),
            "app_id": app.id,
            "deliveries_url": f"{world.url}/api/v3/app/hook/deliveries",
        },
    }
