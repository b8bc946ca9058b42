"""Routes of the Git database: trees, blobs, commits, refs."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime

from tdd_orchestrator.hub.acts.checks import parsed_time
from tdd_orchestrator.hub.acts.pulls import identity
from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.commits import is_ancestor, read_commit
from tdd_orchestrator.hub.errors import Refused, malformed, not_accessible, not_found, not_supplied
from tdd_orchestrator.hub.identity import InstallationGrant, allows
from tdd_orchestrator.hub.plumbing import GitRefused
from tdd_orchestrator.hub.shapes import objects
from tdd_orchestrator.hub.shapes.basics import api, node_id
from tdd_orchestrator.hub.state import Json

_ENTRY = re.compile(r"(\d{6}) (\w+) ([0-9a-f]{40})\s+(-|\d+)\t(.*)", re.DOTALL)
_SHA = re.compile(r"[0-9a-f]{40}")


def tree(call: Call) -> Answer:
    """A tree by its id, or by a branch, tag or commit; `recursive` (any value) lists everything below."""
    git = call.repository.git
    sha = git.resolve(call.path["tree_sha"], "tree")
    if sha is None:
        raise not_found()
    options = ["-r", "-t"] if "recursive" in call.query else []
    listed = git.run("ls-tree", "-l", "-z", *options, sha).decode(errors="replace").split("\0")
    return Answer(200, _tree(call, sha, listed))


def _tree(call: Call, sha: str, listed: list[str]) -> Json:
    entries = [match.groups() for line in listed if (match := _ENTRY.fullmatch(line))]
    root = api(call.site.world, call.repository, "/git")
    return {
        "sha": sha,
        "url": f"{root}/trees/{sha}",
        "tree": [
            {
                "path": path,
                "mode": mode,
                "type": kind,
                "sha": child,
                **({"size": int(size)} if size != "-" else {}),
                **({"url": f"{root}/{kind}s/{child}"} if kind != "commit" else {}),
            }
            for mode, kind, child, size, path in entries
        ],
        "truncated": False,
    }


def create_tree(call: Call) -> Answer:
    """A tree from entries (`sha` null removes a path), laid over `base_tree` if there is one."""
    git, entries = call.repository.git, call.body.get("tree")
    if not isinstance(entries, list):
        raise not_supplied("tree")
    base = call.text("base_tree")
    base_sha = git.resolve(base, "tree") if base else None
    if base and base_sha is None:
        raise Refused(422, "base_tree is not a valid tree oid")
    may_touch_workflows(call, [str(one.get("path")) for one in entries])
    lines = b"".join(_index_line(call, one) for one in entries)
    index = git.path / f"hub-index-{call.site.world.new_id('index')}"
    env = {"GIT_INDEX_FILE": str(index)}
    try:
        git.run("read-tree", *([base_sha] if base_sha else ["--empty"]), env=env)
        git.run("update-index", "-z", "--index-info", given=lines, env=env)
        sha = git.text("write-tree", env=env)
    except GitRefused as refusal:
        raise Refused(422, f"GitRPC::BadObjectState: {refusal}") from None
    finally:
        index.unlink(missing_ok=True)
    listed = git.run("ls-tree", "-l", "-z", sha).decode(errors="replace").split("\0")
    return Answer(201, _tree(call, sha, listed))


def may_touch_workflows(call: Call, paths: list[str]) -> None:
    """An app writes workflow files only with a permission of their own. Raises Refused (403)."""
    touched, grant = any(path.startswith(".github/workflows/") for path in paths), call.grant
    if touched and isinstance(grant, InstallationGrant) and not allows(grant.permissions, "workflows", "write"):
        raise not_accessible(["workflows:write"])


def _index_line(call: Call, one: Json) -> bytes:
    path, mode = one.get("path"), one.get("mode", "100644")
    if not path or path.startswith("/") or ".git" in path.split("/") or ".." in path.split("/"):
        raise Refused(422, "tree.path contains a malformed path component")
    if "content" in one:
        sha = call.repository.git.text("hash-object", "-w", "--stdin", given=one["content"].encode())
    elif one.get("sha") is None:
        return f"0 {'0' * 40}\t{path}\0".encode()
    else:
        sha = one["sha"]
    if mode == "040000":  # a whole subtree: spell it out, as an index has only files
        listed = call.repository.git.run("ls-tree", "-r", "-z", sha).decode().split("\0")
        return b"".join(_prefixed(line, path) for line in listed if line)
    return f"{mode} {sha}\t{path}\0".encode()


def _prefixed(line: str, folder: str) -> bytes:
    head, _, path = line.partition("\t")
    mode, _, sha = head.split(" ")
    return f"{mode} {sha}\t{folder}/{path}\0".encode()


def blob(call: Call) -> Answer:
    """A blob in base64, or raw when the Accept header asks for that."""
    git, sha = call.repository.git, call.path["file_sha"]
    if not _SHA.fullmatch(sha) or git.resolve(sha, "blob") is None:
        raise not_found()
    content = git.run("cat-file", "blob", sha)
    if "raw" in call.headers.get("accept", ""):
        return Answer(200, content, media_type="application/vnd.github.raw; charset=utf-8")
    body = {
        "sha": sha,
        "node_id": node_id("Blob", sha),
        "size": len(content),
        "url": api(call.site.world, call.repository, f"/git/blobs/{sha}"),
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }
    return Answer(200, body)


def create_blob(call: Call) -> Answer:
    """Keep a blob; `encoding` is utf-8 or base64."""
    content, encoding = call.body.get("content"), call.text("encoding") or "utf-8"
    if not isinstance(content, str):
        raise not_supplied("content")
    raw = decoded(content) if encoding == "base64" else content.encode()
    sha = call.repository.git.text("hash-object", "-w", "--stdin", given=raw)
    return Answer(201, {"sha": sha, "url": api(call.site.world, call.repository, f"/git/blobs/{sha}")})


def decoded(content: str) -> bytes:
    """Base64 of a request, line ends allowed. Raises Refused (422)."""
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(422, "content is not valid Base64") from None


def commit(call: Call) -> Answer:
    """A commit by its id."""
    sha = call.path["commit_sha"]
    if not _SHA.fullmatch(sha) or call.repository.git.resolve(sha) is None:
        raise not_found()
    return Answer(200, objects.git_commit(call.site.world, call.repository, read_commit(call.repository.git, sha)))


def create_commit(call: Call) -> Answer:
    """A commit object from tree and parents; no ref moves."""
    git, message, tree_sha = call.repository.git, call.required("message"), call.required("tree")
    if git.resolve(tree_sha, "tree") is None:
        raise Refused(422, "Tree SHA does not exist")
    parents = call.body.get("parents") or []
    if any(git.resolve(one) is None for one in parents):
        raise Refused(422, "Parent SHA does not exist or is not a commit object")
    options = [option for parent in parents for option in ("-p", parent)]
    sha = git.text("commit-tree", tree_sha, *options, "-m", message, env=signatures(call))
    return Answer(201, objects.git_commit(call.site.world, call.repository, read_commit(git, sha)))


def signatures(call: Call) -> dict[str, str]:
    """git's environment from the body's `author` and `committer`; the caller where they are not given."""
    who = identity(call.actor)
    now = f"{int(datetime.now(UTC).timestamp())} +0000"
    times = {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}
    for role in ("author", "committer"):
        given = call.body.get(role) or (call.body.get("author") if role == "committer" else None)
        if not given:
            continue
        if not given.get("name") or not given.get("email"):
            raise malformed(f"{role} needs name and email.")
        who[f"GIT_{role.upper()}_NAME"], who[f"GIT_{role.upper()}_EMAIL"] = given["name"], given["email"]
        if given.get("date"):
            times[f"GIT_{role.upper()}_DATE"] = f"{int(parsed_time(given['date']).timestamp())} +0000"
    return {**who, **times}


def ref(call: Call) -> Answer:
    """One ref by its name without `refs/`."""
    name = f"refs/{call.path['ref']}"
    sha = call.repository.git.refs(name).get(name)
    if sha is None:
        raise not_found()
    return Answer(200, _ref(call, name, sha))


def matching_refs(call: Call) -> Answer:
    """The refs whose names begin so."""
    prefix = f"refs/{call.path['ref']}"
    found = [(name, sha) for name, sha in call.repository.git.refs().items() if name.startswith(prefix)]
    return call.page(found, lambda one: _ref(call, *one))


def create_ref(call: Call) -> Answer:
    """A new ref (`refs/heads/x`)."""
    name, sha = call.required("ref"), call.required("sha")
    if not name.startswith("refs/") or name.count("/") < 2:
        raise Refused(422, "Reference name must start with 'refs/' and contain at least two slashes.")
    _check_object(call, sha)
    if name in call.repository.git.refs(name):
        raise Refused(422, "Reference already exists")
    _move(call, name, sha, "0" * 40)
    return Answer(201, _ref(call, name, sha))


def update_ref(call: Call) -> Answer:
    """Move a ref: forward only, unless `force`."""
    name, sha = f"refs/{call.path['ref']}", call.required("sha")
    old = call.repository.git.refs(name).get(name)
    if old is None:
        raise Refused(422, "Reference does not exist")
    _check_object(call, sha)
    if not call.body.get("force") and not is_ancestor(call.repository.git, old, sha):
        raise Refused(422, "Update is not a fast forward")
    _move(call, name, sha, old)
    return Answer(200, _ref(call, name, sha))


def delete_ref(call: Call) -> Answer:
    """Delete a ref; the default branch stays."""
    name = f"refs/{call.path['ref']}"
    if name not in call.repository.git.refs(name):
        raise Refused(422, "Reference does not exist")
    if name == f"refs/heads/{call.repository.default_branch}":
        raise Refused(422, "Cannot delete the default branch")
    call.repository.git.run("update-ref", "-d", name)
    refs_moved(call.site, call.repository, call.actor)
    return Answer(204)


def _check_object(call: Call, sha: str) -> None:
    if not _SHA.fullmatch(sha) or call.repository.git.resolve(sha) is None:
        raise Refused(422, "Object does not exist")


def _move(call: Call, name: str, sha: str, old: str) -> None:
    try:
        call.repository.git.run("update-ref", name, sha, old)
    except GitRefused as refusal:
        raise Refused(422, f"Reference update failed: {refusal}") from None
    refs_moved(call.site, call.repository, call.actor)


def _ref(call: Call, name: str, sha: str) -> Json:
    kind = call.repository.git.text("cat-file", "-t", sha)
    return objects.ref(call.site.world, call.repository, name, sha, kind)


_ROOT = "/repos/{owner}/{repo}/git"
READ, WRITE = ("contents:read",), ("contents:write",)
ENDPOINTS = (
    Endpoint("GET", f"{_ROOT}/trees/{{tree_sha:path}}", tree, READ),
    Endpoint("POST", f"{_ROOT}/trees", create_tree, WRITE),
    Endpoint("GET", f"{_ROOT}/blobs/{{file_sha}}", blob, READ),
    Endpoint("POST", f"{_ROOT}/blobs", create_blob, WRITE),
    Endpoint("GET", f"{_ROOT}/commits/{{commit_sha}}", commit, READ),
    Endpoint("POST", f"{_ROOT}/commits", create_commit, WRITE),
    Endpoint("GET", f"{_ROOT}/ref/{{ref:path}}", ref, READ),
    Endpoint("GET", f"{_ROOT}/matching-refs/{{ref:path}}", matching_refs, READ),
    Endpoint("POST", f"{_ROOT}/refs", create_ref, WRITE),
    Endpoint("PATCH", f"{_ROOT}/refs/{{ref:path}}", update_ref, WRITE),
    Endpoint("DELETE", f"{_ROOT}/refs/{{ref:path}}", delete_ref, WRITE),
)
