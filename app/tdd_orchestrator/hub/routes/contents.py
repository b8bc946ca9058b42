"""Routes of files: read a file or directory, write and delete a file as a commit."""

from __future__ import annotations

import base64

from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.commits import read_commit
from tdd_orchestrator.hub.errors import Refused, not_found, not_supplied
from tdd_orchestrator.hub.plumbing import GitDirectory
from tdd_orchestrator.hub.routes.gitdata import decoded, may_touch_workflows, signatures
from tdd_orchestrator.hub.shapes import objects
from tdd_orchestrator.hub.state import Json

_KINDS = {"040000": "dir", "160000": "submodule", "120000": "symlink"}
_LARGEST_IN_JSON = 1_000_000  # bytes; larger files come without content, as on GitHub


def read(call: Call) -> Answer:
    """A file (JSON with base64, or raw), or the entries of a directory."""
    git, path = call.repository.git, call.path.get("path", "").strip("/")
    revision = call.query.get("ref") or call.repository.default_branch
    sha = git.resolve(revision)
    if sha is None:
        raise Refused(404, f"No commit found for the ref {revision}")
    if not path:
        return _directory(call, sha, "", revision)
    found = _entries(git, sha, path)
    if not found:
        raise not_found()
    kind, blob, size, _ = found[0]
    if kind == "dir":
        return _directory(call, sha, f"{path}/", revision)
    content = git.run("cat-file", "blob", blob) if kind != "submodule" else b""
    if "raw" in call.headers.get("accept", ""):
        return Answer(200, content, media_type="application/vnd.github.raw; charset=utf-8")
    shape = objects.entry(call.site.world, call.repository, path, revision, kind, blob, size)
    fits = size <= _LARGEST_IN_JSON
    text = {"encoding": "base64", "content": base64.encodebytes(content).decode()}
    return Answer(200, {**shape, **(text if fits else {"encoding": "none", "content": ""})})


def _directory(call: Call, sha: str, folder: str, revision: str) -> Answer:
    shapes = [
        objects.entry(call.site.world, call.repository, path, revision, kind, child, size)
        for kind, child, size, path in _entries(call.repository.git, sha, folder)
    ]
    return Answer(200, shapes)


def _entries(git: GitDirectory, sha: str, path: str) -> list[tuple[str, str, int, str]]:
    """(kind, id, size in bytes, path) of what a path names; of a directory's content when it ends with a slash."""
    where = ["--", path] if path else []
    listed = git.run("--literal-pathspecs", "ls-tree", "-l", "-z", sha, *where).decode(errors="replace").split("\0")
    found = []
    for line in filter(None, listed):
        head, _, name = line.partition("\t")
        mode, _, child, size = head.split()
        found.append((_KINDS.get(mode, "file"), child, int(size) if size != "-" else 0, name))
    return found


def write(call: Call) -> Answer:
    """Create (201) or replace (200) a file; replacing needs the `sha` of what is there."""
    content = call.text("content")
    if content is None:
        raise not_supplied("content")
    raw, message = decoded(content), call.required("message")
    old = _current(call)
    given = call.text("sha")
    if old is not None and given is None:
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given != old:
        raise Refused(409, f"{call.path['path']} does not match {given}")
    blob = call.repository.git.text("hash-object", "-w", "--stdin", given=raw)
    commit = _commit(call, f"100644 {blob}\t{call.path['path']}\0", message)
    branch = _branch(call)
    shape = objects.entry(call.site.world, call.repository, call.path["path"], branch, "file", blob, len(raw))
    return Answer(201 if old is None else 200, {"content": shape, "commit": commit})


def delete(call: Call) -> Answer:
    """Delete a file whose `sha` one knows."""
    message, given, old = call.required("message"), call.required("sha"), _current(call)
    if old is None:
        raise not_found()
    if given != old:
        raise Refused(409, f"{call.path['path']} does not match {given}")
    commit = _commit(call, f"0 {'0' * 40}\t{call.path['path']}\0", message)
    return Answer(200, {"content": None, "commit": commit})


def _branch(call: Call) -> str:
    return call.text("branch") or call.repository.default_branch


def _tip(call: Call) -> str:
    sha = call.repository.known_refs.get(f"refs/heads/{_branch(call)}")
    if sha is None:
        raise Refused(404, f"Branch {_branch(call)} not found")
    return sha


def _current(call: Call) -> str | None:
    found = _entries(call.repository.git, _tip(call), call.path["path"])
    return found[0][1] if found else None


def _commit(call: Call, line: str, message: str) -> Json:
    """One changed path as a commit on the branch."""
    may_touch_workflows(call, [call.path["path"]])
    git, tip = call.repository.git, _tip(call)
    index = git.path / f"hub-index-{call.site.world.new_id('index')}"
    env = {"GIT_INDEX_FILE": str(index)}
    try:
        git.run("read-tree", tip, env=env)
        git.run("update-index", "-z", "--index-info", given=line.encode(), env=env)
        tree = git.text("write-tree", env=env)
    finally:
        index.unlink(missing_ok=True)
    sha = git.text("commit-tree", tree, "-p", tip, "-m", message, env=signatures(call))
    git.run("update-ref", f"refs/heads/{_branch(call)}", sha, tip)
    refs_moved(call.site, call.repository, call.actor)
    return objects.git_commit(call.site.world, call.repository, read_commit(git, sha))


_PATH = "/repos/{owner}/{repo}/contents/{path:path}"
ENDPOINTS = (
    Endpoint("GET", "/repos/{owner}/{repo}/contents", read, ("contents:read",)),
    Endpoint("GET", _PATH, read, ("contents:read",)),
    Endpoint("PUT", _PATH, write, ("contents:write",)),
    Endpoint("DELETE", _PATH, delete, ("contents:write",)),
)
