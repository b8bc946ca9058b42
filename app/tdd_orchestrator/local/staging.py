"""A copy of somebody's repository for a run: the base branch, a branch with the PRD, and a workflow to dispatch."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.local.git import git
from tdd_orchestrator.manifests import manifest

WORKFLOW = ".github/workflows/tdd.yml"
LOCAL_BRANCH = "tdd-local"
"""The copy's default branch. It holds the workflow alone, so that neither base nor result get a file that nobody
asked for.
"""
IDENTITY = {
    "GIT_AUTHOR_NAME": "TDD Orchestrator",
    "GIT_AUTHOR_EMAIL": "tdd-orchestrator@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "TDD Orchestrator",
    "GIT_COMMITTER_EMAIL": "tdd-orchestrator@users.noreply.github.com",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """Where the copy is, and the names in it: `prd` is the path inside the repository."""

    repository: str
    base: str
    branch: str
    prd: str
    title: str


def staged(top: Path, room: Path, prd: Path, base: str, slug: str, title: str) -> Staged:
    """Make the copy in `room/source`. Raises `TddError` where base or result branch stand in the way."""
    base = base or git(top, "branch", "--show-current")
    if not base:
        raise TddError("HEAD is detached here.", remedy="Name the branch to build on with `--base`.")
    branch = f"tdd/{slug}"
    if git(top, "for-each-ref", "--format=%(refname)", f"refs/heads/{branch}"):
        raise TddError(f"The branch {branch} exists.", remedy=f"Rename or delete it: `git branch -m {branch} NEW`.")
    source = room / "source"
    room.mkdir(parents=True, exist_ok=True)
    git(room, "clone", "--quiet", "--bare", "--single-branch", "--branch", base, "--template=", str(top), str(source))
    path = _inside(top, prd)
    tip = git(source, "rev-parse", f"refs/heads/{base}")
    head = _commit(source, tip, {path: prd.read_bytes()}, f"PRD: {title}")
    git(source, "update-ref", f"refs/heads/{branch}", head)
    workflow = _own_workflow(source, tip) or manifest("workflows/tdd.yml").read_bytes()
    git(source, "update-ref", f"refs/heads/{LOCAL_BRANCH}", _commit(source, "", {WORKFLOW: workflow}, "Workflow"))
    return Staged(str(source), base, branch, path, title)


def _inside(top: Path, prd: Path) -> str:
    """The PRD's path in the repository; one from elsewhere goes to `prds/`."""
    resolved = prd.resolve()
    if resolved.is_relative_to(top.resolve()):
        return resolved.relative_to(top.resolve()).as_posix()
    return f"prds/{prd.name}"


def _own_workflow(source: Path, tip: str) -> bytes | None:
    shown = subprocess.run(["git", "-C", str(source), "show", f"{tip}:{WORKFLOW}"], capture_output=True, check=False)
    return shown.stdout if shown.returncode == 0 else None


def _commit(source: Path, parent: str, files: dict[str, bytes], message: str) -> str:
    """A commit on top of `parent` (none for "") with these files added or replaced; its sha."""
    environ = {**os.environ, **IDENTITY, "GIT_INDEX_FILE": str(source / "tdd-index")}

    def run(*arguments: str, stdin: bytes | None = None) -> str:
        done = subprocess.run(
            ["git", "-C", str(source), *arguments], input=stdin, capture_output=True, check=True, env=environ
        )
        return done.stdout.decode().strip()

    run("read-tree", parent or "--empty")
    for path, content in files.items():
        blob = run("hash-object", "-w", "--stdin", stdin=content)
        run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    tree = run("write-tree")
    (source / "tdd-index").unlink(missing_ok=True)
    return run("commit-tree", tree, *(("-p", parent) if parent else ()), "-m", message)
