"""git for the person at this machine: their own repository, read and given one more branch, never touched otherwise."""

import subprocess
from pathlib import Path

from tdd_orchestrator.core.errors import TddError


class GitRefused(TddError):
    """git would not do what was asked."""

    def __init__(self, told: str, reason: str = "") -> None:
        self.reason = reason.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
        super().__init__(told)


def git(directory: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """What git prints, without the newline at its end. Raises `GitRefused` with the line that says why."""
    done = subprocess.run(["git", "-C", str(directory), *arguments], input=stdin, capture_output=True, check=False)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        why = next((line for line in told if line.startswith(("fatal: ", "error: "))), told[-1])
        verb = next((word for word in arguments if not word.startswith("-") and "=" not in word), "")
        raise GitRefused(f"`git {verb}` failed in {directory}: {why}", why)
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


def committed(directory: Path, branch: str, message: str) -> None:
    """A new repository that holds the files of a directory as its first commit."""
    git(directory, "init", "--quiet", f"--initial-branch={branch}", "--template=")
    git(directory, "add", "--all")
    commit(directory, message)


def commit(directory: Path, message: str) -> None:
    """Commit what is staged under a name that needs no configuration."""
    identity = ("-c", "user.name=TDD demo", "-c", "user.email=demo@example.invalid", "-c", "commit.gpgsign=false")
    git(directory, *identity, "commit", "--quiet", "--no-verify", "-m", message)
