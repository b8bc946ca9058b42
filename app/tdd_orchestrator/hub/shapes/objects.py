"""JSON shapes of git objects: commits, refs, trees' entries, files, differences."""

from __future__ import annotations

from urllib.parse import quote

from tdd_orchestrator.hub.commits import Commit, FileChange, Signature
from tdd_orchestrator.hub.shapes.basics import api, node_id, page, stamp, user
from tdd_orchestrator.hub.state import Json, Repository, World

UNVERIFIED: Json = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def signature(one: Signature) -> Json:
    """{name, email, date}."""
    return {"name": one.name, "email": one.email, "date": stamp(one.at)}


def git_commit(world: World, repository: Repository, one: Commit) -> Json:
    """`git-commit`, of the Git database API."""
    return {
        "sha": one.sha,
        "node_id": node_id("Commit", one.sha),
        "url": api(world, repository, f"/git/commits/{one.sha}"),
        "html_url": page(world, repository, f"/commit/{one.sha}"),
        "author": signature(one.author),
        "committer": signature(one.committer),
        "message": one.message,
        "tree": {"sha": one.tree, "url": api(world, repository, f"/git/trees/{one.tree}")},
        "parents": [
            {
                "sha": parent,
                "url": api(world, repository, f"/git/commits/{parent}"),
                "html_url": page(world, repository, f"/commit/{parent}"),
            }
            for parent in one.parents
        ],
        "verification": UNVERIFIED,
    }


def commit(world: World, repository: Repository, one: Commit) -> Json:
    """`commit`, of the repository API."""
    url = api(world, repository, f"/commits/{one.sha}")
    return {
        "url": url,
        "sha": one.sha,
        "node_id": node_id("Commit", one.sha),
        "html_url": page(world, repository, f"/commit/{one.sha}"),
        "comments_url": f"{url}/comments",
        "commit": {
            "url": api(world, repository, f"/git/commits/{one.sha}"),
            "author": signature(one.author),
            "committer": signature(one.committer),
            "message": one.message,
            "tree": {"sha": one.tree, "url": api(world, repository, f"/git/trees/{one.tree}")},
            "comment_count": 0,
            "verification": UNVERIFIED,
        },
        "author": account_of(world, one.author),
        "committer": account_of(world, one.committer),
        "parents": [
            {
                "sha": parent,
                "url": api(world, repository, f"/commits/{parent}"),
                "html_url": page(world, repository, f"/commit/{parent}"),
            }
            for parent in one.parents
        ],
    }


def account_of(world: World, one: Signature) -> Json | None:
    """The account that a signature's noreply address names, if any: `id+login@...` or `login@...`."""
    login = one.email.partition("@")[0].partition("+")[2] or one.email.partition("@")[0]
    found = world.users.get(login)
    return user(world, found) if found else None


def simple_commit(one: Commit) -> Json:
    """`simple-commit`, as check suites and workflow runs show it."""
    return {
        "id": one.sha,
        "tree_id": one.tree,
        "message": one.message,
        "timestamp": stamp(one.committer.at),
        "author": {"name": one.author.name, "email": one.author.email},
        "committer": {"name": one.committer.name, "email": one.committer.email},
    }


def ref(world: World, repository: Repository, name: str, sha: str, kind: str = "commit") -> Json:
    """`git-ref`; `name` is full (`refs/heads/main`)."""
    return {
        "ref": name,
        "node_id": node_id("Ref", name),
        "url": api(world, repository, f"/git/{name}"),
        "object": {"type": kind, "sha": sha, "url": api(world, repository, f"/git/{kind}s/{sha}")},
    }


def diff_entry(world: World, repository: Repository, one: FileChange, sha: str) -> Json:
    """`diff-entry`: a changed file, as seen at commit `sha`."""
    path = quote(one.path)
    entry: Json = {
        "sha": one.sha,
        "filename": one.path,
        "status": one.status,
        "additions": one.additions,
        "deletions": one.deletions,
        "changes": one.additions + one.deletions,
        "blob_url": page(world, repository, f"/blob/{sha}/{path}"),
        "raw_url": page(world, repository, f"/raw/{sha}/{path}"),
        "contents_url": api(world, repository, f"/contents/{path}?ref={sha}"),
    }
    if one.patch is not None:
        entry["patch"] = one.patch
    if one.previous is not None:
        entry["previous_filename"] = one.previous
    return entry


def entry(world: World, repository: Repository, path: str, revision: str, kind: str, sha: str, size: int) -> Json:
    """A file or directory as the contents API shows it, without its content."""
    place, root = quote(path), api(world, repository)
    git_kind, view = ("trees", "tree") if kind == "dir" else ("blobs", "blob")
    url = f"{root}/contents/{place}?ref={quote(revision)}"
    git_url = None if kind == "submodule" else f"{root}/git/{git_kind}/{sha}"
    html_url = page(world, repository, f"/{view}/{quote(revision)}/{place}")
    raw = page(world, repository, f"/raw/{quote(revision)}/{place}") if kind in ("file", "symlink") else None
    return {
        "type": kind,
        "size": size,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "url": url,
        "git_url": git_url,
        "html_url": html_url,
        "download_url": raw,
        "_links": {"self": url, "git": git_url, "html": html_url},
    }
