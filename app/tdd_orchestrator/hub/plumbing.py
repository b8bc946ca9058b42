"""A bare git directory and the few git commands that the hub needs.

Calls block for some milliseconds on purpose: an act of the hub is then atomic against every other act.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

ZERO: Final = "0" * 40
NONE: Final[Mapping[str, str]] = MappingProxyType({})
_FULL_ID: Final = re.compile(r"[0-9a-f]{40}")
_ENVIRONMENT: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class GitRefused(Exception):
    """git said no; the text is what it printed."""


def environment(**extra: str) -> dict[str, str]:
    """The environment of every git process here: nothing of the user's own settings."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.devnull, **_ENVIRONMENT, **extra}


@dataclass(frozen=True, slots=True)
class GitDirectory:
    """A bare repository on disk."""

    path: Path

    def run(self, *arguments: str, given: bytes | None = None, env: Mapping[str, str] = NONE) -> bytes:
        """Run git in here and give its output. Raises GitRefused when it fails."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            input=given if given is not None else b"",
            capture_output=True,
            env=environment(GIT_DIR=str(self.path), **env),
            check=False,
        )
        if done.returncode != 0:
            raise GitRefused(done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}")
        return done.stdout

    def text(self, *arguments: str, given: bytes | None = None, env: Mapping[str, str] = NONE) -> str:
        """The same, as text without its last line end."""
        return self.run(*arguments, given=given, env=env).decode(errors="replace").rstrip("\n")

    def resolve(self, revision: str, kind: str = "commit") -> str | None:
        """The object id that a branch, tag, ref or (short) id names; None if there is none of that kind."""
        if not revision or "\n" in revision:
            return None
        names = [f"refs/heads/{revision}", f"refs/tags/{revision}", revision]
        if _FULL_ID.fullmatch(revision):
            names.reverse()
        asked = "".join(f"{name}^{{{kind}}}\n" for name in names)
        answers = self.text("cat-file", "--batch-check=%(objectname) %(objecttype)", given=asked.encode()).splitlines()
        found = [sha for sha, _, what in (line.rpartition(" ") for line in answers) if what == kind]
        return found[0] if found else None

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """All refs under a prefix with the objects that they name."""
        listed = self.text("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        return {ref: sha for sha, _, ref in (line.partition(" ") for line in listed.splitlines())}

    def file(self, revision: str, path: str) -> bytes | None:
        """A file's content at a revision; None if it is not there."""
        sha = self.resolve(revision)
        if sha is None:
            return None
        try:
            return self.run("cat-file", "blob", f"{sha}:{path}")
        except GitRefused:
            return None
