"""A copy of somebody's repository for a run: the base branch, a branch with the PRD, and a workflow to dispatch."""

import os
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.core.config import CONFIG_PATH, Config, parse_config
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.local.git import GitRefused, git
from tdd_orchestrator.manifests import manifest

WORKFLOW = ".github/workflows/tdd.yml"
LOCAL_BRANCH = "tdd-local"
"""The copy's default branch. It holds the workflow alone, so that neither base nor result get a file that nobody
asked for.
"""
UNQUOTABLE = re.compile(r"[\s`]")
IDENTITY = {
    "GIT_AUTHOR_NAME": "TDD Orchestrator",
    "GIT_AUTHOR_EMAIL": "tdd-orchestrator@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "TDD Orchestrator",
    "GIT_COMMITTER_EMAIL": "tdd-orchestrator@users.noreply.github.com",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """The names in the copy: `prd` is the path inside the repository."""

    base: str
    branch: str
    prd: str
    title: str


def staged(top: Path, source: Path, prd: Path, base: str, slug: str, title: str) -> Staged:
    """Make the copy at `source`. Raises `TddError` where base, configuration or result branch stand in the way."""
    base = _base(top, base)
    branch = f"tdd/{slug}"
    if _tip(top, branch):
        raise TddError(f"The branch {branch} exists.", remedy=f"Rename or delete it: `git branch -m {branch} NEW`.")
    for taken in ("tdd", LOCAL_BRANCH):
        if _tip(top, taken):
            told = f"A branch `{taken}` is in the way of what a run needs."
            raise TddError(told, remedy=f"Rename it: `git branch -m {taken} NEW`.")
    _check_config(top, base)
    source.parent.mkdir(parents=True, exist_ok=True)
    alone = ("--quiet", "--bare", "--single-branch", "--no-tags", "--branch", base, "--template=")
    git(source.parent, "clone", *alone, str(top), str(source))
    path = _inside(top, prd)
    tip = _tip(source, base)
    head = _commit(source, tip, {path: prd.read_bytes()}, f"PRD: {title}")
    git(source, "update-ref", f"refs/heads/{branch}", head)
    workflow = _file_at(source, tip, WORKFLOW) or manifest("workflows/tdd.yml").read_bytes()
    git(source, "update-ref", f"refs/heads/{LOCAL_BRANCH}", _commit(source, "", {WORKFLOW: workflow}, "Workflow"))
    return Staged(base, branch, path, title)


def refreshed(top: Path, source: Path, names: Staged) -> None:
    """Bring the base branch of the copy up to date, where it has only gone forward."""
    if _tip(top, names.base):
        _check_config(top, names.base)
        with suppress(GitRefused):
            ref = f"refs/heads/{names.base}"
            git(source, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(top), f"{ref}:{ref}")


def _base(top: Path, base: str) -> str:
    """The branch to build on."""
    if base and not _tip(top, base):
        raise TddError(
            f"There is no branch {base}.", remedy="Name a local branch with `--base`; `git branch` lists them."
        )
    named = base or git(top, "branch", "--show-current")
    if not named:
        raise TddError("HEAD is detached here.", remedy="Name the branch to build on with `--base`.")
    if not _tip(top, named):
        raise TddError(f"The branch {named} has no commit yet.", remedy="Commit something first: a run builds on it.")
    return named


def _tip(repository: Path, branch: str) -> str:
    """The commit of a branch, "" where there is none."""
    ref = f"refs/heads/{branch}"
    listed = git(repository, "for-each-ref", "--format=%(refname) %(objectname)", ref).splitlines()
    return next((line.removeprefix(f"{ref} ") for line in listed if line.startswith(f"{ref} ")), "")


def _check_config(top: Path, base: str) -> None:
    """Raise with every fault of the configuration on the base branch, for it is that one which counts."""
    raw = _file_at(top, f"refs/heads/{base}", CONFIG_PATH) or b""
    read = parse_config(raw.decode(errors="replace"))
    if not isinstance(read, Config):
        told = "\n     ".join(f"{fault.path}:{fault.line}: {fault.message} {fault.remedy}" for fault in read)
        raise TddError(f"The configuration on {base} has faults:\n     {told}", remedy="\n     Mend and commit it.")


def _inside(top: Path, prd: Path) -> str:
    """The PRD's path in the repository; one from elsewhere, or whose name cannot be quoted, goes to `prds/`."""
    resolved = prd.resolve()
    if resolved.is_relative_to(top.resolve()):
        path = resolved.relative_to(top.resolve()).as_posix()
        if not UNQUOTABLE.search(path):
            return path
    return f"prds/{UNQUOTABLE.sub('-', prd.name)}"


def _file_at(repository: Path, commit: str, path: str) -> bytes | None:
    shown = subprocess.run(["git", "-C", str(repository), "show", f"{commit}:{path}"], capture_output=True, check=False)
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
