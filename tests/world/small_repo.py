"""Small real git repositories for tests of the action, drawn as mappings from path to text."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "writer",
    "GIT_AUTHOR_EMAIL": "writer@example.org",
    "GIT_COMMITTER_NAME": "writer",
    "GIT_COMMITTER_EMAIL": "writer@example.org",
    "GIT_AUTHOR_DATE": "2026-11-20T10:00:00Z",
    "GIT_COMMITTER_DATE": "2026-11-20T10:00:00Z",
}


@dataclass(frozen=True)
class SmallRepo:
    """A repository with a work tree."""

    path: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=ENVIRONMENT, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, message: str, files: Mapping[str, str | None] | None = None, **trailers: str) -> str:
        """Write these files (`None` deletes) and commit everything; trailers as `TDD_Task="TASK-1"`."""
        for name, text in (files or {}).items():
            place = self.path / name
            if text is None:
                place.unlink()
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        body = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in trailers.items())
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "-m", f"{message}\n\n{body}" if body else message)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def show(self, commit: str, path: str) -> str:
        return self.git("show", f"{commit}:{path}")


def small_repo(path: Path, files: Mapping[str, str | None]) -> SmallRepo:
    """A repository on `main` with one commit of these files."""
    path.mkdir(parents=True, exist_ok=True)
    repo = SmallRepo(path)
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.commit("The beginning", files)
    return repo
