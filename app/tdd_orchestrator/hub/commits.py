"""Commits and differences, read from git into values.

Everything here is asked by full ids, which always name the same thing: answers are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from tdd_orchestrator.hub.plumbing import GitDirectory, GitRefused

EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_FORMAT: Final = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"
_STATUS: Final = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True, slots=True)
class Signature:
    """Who and when, of an author or committer."""

    name: str
    email: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit object."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a difference; `previous` is set for a rename or copy, `patch` is None for a binary file."""

    path: str
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None
    previous: str | None


@lru_cache(maxsize=4096)
def read_commit(git: GitDirectory, sha: str) -> Commit:
    """A commit by its full id, or the commit that an annotated tag names. Raises GitRefused."""
    text = git.run("show", "-s", f"--format={_FORMAT}", f"{sha}^{{commit}}").decode(errors="replace")
    sha, tree, parents, an, ae, at, cn, ce, ct, message = text.split("\0", 9)
    return Commit(
        sha,
        tree,
        tuple(parents.split()),
        Signature(an, ae, datetime.fromtimestamp(int(at), UTC)),
        Signature(cn, ce, datetime.fromtimestamp(int(ct), UTC)),
        message.rstrip("\n"),
    )


@lru_cache(maxsize=4096)
def commits_between(git: GitDirectory, base: str, head: str) -> tuple[Commit, ...]:
    """The commits of `head` that `base` lacks, oldest first."""
    listed = git.text("rev-list", "--reverse", head, f"^{base}", "--")
    return tuple(read_commit(git, sha) for sha in listed.split())


@lru_cache(maxsize=4096)
def merge_base(git: GitDirectory, one: str, other: str) -> str | None:
    """The best common ancestor; None for unrelated histories."""
    try:
        return git.text("merge-base", one, other)
    except GitRefused:
        return None


@lru_cache(maxsize=4096)
def is_ancestor(git: GitDirectory, old: str, new: str) -> bool:
    """Whether `new` contains `old`."""
    try:
        git.run("merge-base", "--is-ancestor", old, new)
    except GitRefused:
        return False
    return True


@lru_cache(maxsize=4096)
def changes(git: GitDirectory, old: str, new: str) -> tuple[FileChange, ...]:
    """What differs between two trees or commits, in git's order, renames found."""
    raw = git.run("diff", "-M", "--no-abbrev", "--raw", "-z", old, new, "--").decode(errors="replace")
    counts = git.run("diff", "-M", "--numstat", "-z", old, new, "--").decode(errors="replace")
    text = git.run("diff", "-M", "-p", old, new, "--").decode(errors="replace")
    hunks = [_hunks(part) for part in ("\n" + text).split("\ndiff --git ")[1:]]
    found = []
    for (status, sha, path, previous), (added, gone), patch in zip(_raw(raw), _counts(counts), hunks, strict=True):
        found.append(FileChange(path, status, sha, added, gone, patch, previous))
    return tuple(found)


@lru_cache(maxsize=4096)
def changed_paths(git: GitDirectory, old: str, new: str) -> tuple[tuple[str, str], ...]:
    """(status, path) of what differs, without renames: added, removed, modified."""
    fields = git.run("diff", "--no-renames", "--name-status", "-z", old, new, "--").decode(errors="replace").split("\0")
    return tuple((_STATUS[status[0]], path) for status, path in zip(fields[::2], fields[1::2], strict=False))


def _raw(text: str) -> list[tuple[str, str, str, str | None]]:
    fields, found = iter(text.split("\0")), []
    for head in fields:
        if not head:
            break
        _, _, old, new, status = head.split(" ")
        first = next(fields)
        second = next(fields) if status[0] in "RC" else None
        sha = old if status[0] == "D" else new
        found.append((_STATUS[status[0]], sha, second or first, first if second else None))
    return found


def _counts(text: str) -> list[tuple[int, int]]:
    fields, found = iter(text.split("\0")), []
    for head in fields:
        if not head:
            break
        added, gone, path = head.split("\t")
        if not path:  # a rename: the two paths follow as fields of their own
            next(fields)
            next(fields)
        found.append((0, 0) if added == "-" else (int(added), int(gone)))
    return found


def _hunks(part: str) -> str | None:
    start = part.find("\n@@ ")
    return part[start + 1 :].rstrip("\n") if start >= 0 else None
