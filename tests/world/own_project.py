"""Somebody's own repository and the command `tdd run` in it, as a process of its own; who else runs is watched."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdd_orchestrator.local.project_python import project_environment
from world.command_line import Said
from world.small_repo import SmallRepo, small_repo
from world.tdd_project import GREEN, OLD, RED

PRD = "# Green tea\n\n## REQ-1: Green tea is cheaper\n\nIt costs 90.\n\n- [ ] green tea costs 90\n"
CONFIG = '[tdd]\nattempts = 1\n\n[budget]\napprove_above = {approve_above}\n\n[qa]\nablation = "off"\nflake_runs = 0\n'
TASK = {"key": "TASK-1", "title": "Green tea is cheaper", "requirements": ["REQ-1"], "files": ["src/**"]}
HONEST: dict[str, Any] = {"red": RED, "green": GREEN}
PATIENCE_S = 60.0


@dataclass(frozen=True)
class OwnProject:
    """A repository with a suite and a virtual environment; `room` is a folder beside it."""

    repo: SmallRepo
    room: Path

    def script(self, *attempts: Mapping[str, Any]) -> Path:
        """The script that the worker plays for the one task."""
        place = self.room / "script.json"
        plan = {"tasks": [{**TASK, "tests": ["tests/test_new.py"]}]}
        place.write_text(json.dumps({"version": 1, "plan": plan, "tasks": {"TASK-1": attempts or [HONEST]}}))
        return place

    def prd(self, name: str = "tea.md", text: str = PRD) -> Path:
        """The PRD as a file beside the repository."""
        place = self.room / name
        place.write_text(text)
        return place

    def begun(self, *words: object) -> subprocess.Popen[str]:
        """`tdd` with these words, given inside the repository; nobody is at its terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "tdd_orchestrator", *map(str, words)],
            cwd=self.repo.path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tdd(self, *words: object) -> Said:
        """How `tdd` with these words ends."""
        return ended(self.begun(*words))

    def seen(self) -> dict[str, object]:
        """Everything in the repository that a run must leave alone."""
        git = self.repo.path / ".git"
        branches = self.repo.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return {
            "HEAD": (git / "HEAD").read_text(),
            "status": self.repo.git("status", "--porcelain=v2", "--branch", "--untracked-files=all"),
            "index": hashlib.sha256((git / "index").read_bytes()).hexdigest(),
            "reflog": (git / "logs" / "HEAD").read_text(),
            "refs": [line for line in branches if not line.startswith("refs/heads/tdd/")],
            "config": (git / "config").read_text(),
            "files of .git": sorted(path.name for path in git.iterdir()),
            "files": sorted(
                (str(path), path.read_bytes()) for path in self.repo.path.glob("*/*.py") if path.parts[-2] != ".git"
            ),
        }


def own_project(room: Path, *, approve_above: float = 1000.0, files: Mapping[str, str] | None = None) -> OwnProject:
    """The tiny shop as somebody's repository, with pytest in its `.venv`."""
    config = {".tdd/config.toml": CONFIG.format(approve_above=approve_above), ".gitignore": ".venv/\n__pycache__/\n"}
    repo = small_repo(room / "repo", {**OLD, **config, **(files or {})})
    project_environment(repo.path / ".venv")
    return OwnProject(repo, room)


def environment() -> dict[str, str]:
    """The environment of a person at a terminal, without what a runner or a test would add."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TDD_", "GIT_", "GITHUB_", "PYTEST_", "ANTHROPIC_")) and name != "GH_TOKEN"
    }


def ended(process: subprocess.Popen[str], patience_s: float = 4 * PATIENCE_S) -> Said:
    """Wait for the end of a command; it is killed when it takes too long."""
    try:
        out, err = process.communicate(timeout=patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Said(process.returncode, out, err)


def until(holds: Callable[[], bool], told: str) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {told}"
        time.sleep(0.02)


@dataclass(frozen=True)
class Running:
    """A process by its number and the time of its start, which no other process has again."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        return any(one == self for one, _, _ in processes())


def processes() -> list[tuple[Running, int, str]]:
    """Every process that is not a zombie: itself, its parent's number, its command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if stat[0] != "Z":
            found.append((Running(int(folder.name), stat[19]), int(stat[1]), words))
    return found


def family(pid: int) -> dict[Running, str]:
    """What a process has started, and what that has started, with their command lines."""
    known, found = {pid}, {}
    everyone = processes()
    for _ in range(20):  # generations
        for one, parent, words in everyone:
            if parent in known and one not in found:
                found[one] = words
        known |= {one.pid for one in found}
    return found


def interrupted(process: subprocess.Popen[str], when: str, by: int = signal.SIGINT) -> tuple[Said, dict[Running, str]]:
    """Send a signal once the command `when` runs under it; how it ended, and who had run."""
    until(lambda: when in family(process.pid).values(), when)
    before = family(process.pid)
    process.send_signal(by)
    return ended(process), before


def ports(told: str) -> list[int]:
    """The ports that an output names."""
    return [int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", told)]


def listens(port: int) -> bool:
    """Whether anybody answers at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
