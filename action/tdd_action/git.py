"""One git command at a time, with nobody's settings but ours: no hooks, no filters, no credentials, no questions.

The user's and the machine's configuration stay out, because a filter or a hook named there would run outside the
sandbox, and because the same commit must give the same bytes everywhere.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tdd_orchestrator.core.errors import TddError

SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.autocrlf": "false",
    "core.symlinks": "true",
    "core.fileMode": "true",
    "core.ignoreCase": "false",
    "core.precomposeUnicode": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "false",
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "diff.renames": "false",
    "safe.directory": "*",
    "credential.helper": "",
    "advice.detachedHead": "false",
}
BOT = "tdd-orchestrator[bot]"
BOT_EMAIL = "tdd-orchestrator[bot]@users.noreply.github.com"
AUTHOR = re.compile(r"([^<>\n]+) <([^<>\s]+@[^<>\s]+)>")


def parsed_author(author: str) -> tuple[str, str]:
    """Name and address of `NAME <ADDRESS>`; where that is not one, the bot's own."""
    found = AUTHOR.fullmatch(author)
    return (found[1], found[2]) if found else (BOT, BOT_EMAIL)


class GitFailed(TddError):
    """A git command did not succeed."""


@dataclass(frozen=True, slots=True)
class Git:
    """Git on one repository; with `work_tree` its files are there, whatever `.git` that folder may contain."""

    directory: Path
    work_tree: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> str:
        """What the command prints, as text without the last line break; `GitFailed` where it does not succeed."""
        return self.raw(*arguments, stdin=stdin, env=env).decode("utf-8", "surrogateescape").rstrip("\n")

    def raw(self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """What the command prints, as bytes."""
        done = self.attempt(*arguments, stdin=stdin, env=env)
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
            raise GitFailed(f"git {arguments[0]}: {told[-600:]}")
        return done.stdout

    def attempt(
        self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """The finished command, whatever its exit code."""
        settings = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        return subprocess.run(
            ["git", *settings, *self._place(), *arguments],
            cwd=self.work_tree or self.directory,
            input=stdin if stdin is not None else b"",
            env=self._surroundings() | dict(env or {}),
            capture_output=True,
            check=False,
        )

    def _place(self) -> list[str]:
        return [] if self.work_tree is None else [f"--git-dir={self.directory}", f"--work-tree={self.work_tree}"]

    def _surroundings(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ALLOW_PROTOCOL": "file",
            **self.environment,
        }


def file_at(git: Git, commit: str, path: str) -> bytes | None:
    """A file's bytes at a commit; `None` where it is not there or is not a file."""
    done = git.attempt("cat-file", "blob", f"{commit}:{path}")
    return done.stdout if done.returncode == 0 else None


def parted(repository: Path, base: str, head: str) -> str:
    """The commit at which `head` left `base`; `base` itself where they have none in common."""
    found = Git(repository).attempt("merge-base", base, head)
    return found.stdout.decode().strip() if found.returncode == 0 else base


def resolved(git: Git, name: str) -> str:
    """The sha of the commit that a name means; `GitFailed` says which name is unknown."""
    done = git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if done.returncode:
        raise GitFailed(
            f"There is no commit {name!r} in {git.directory}.",
            remedy="Look for a slip of the pen; in a shallow clone, fetch the whole history.",
        )
    return done.stdout.decode().strip()
