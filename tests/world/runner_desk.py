"""The program as the workflow runs it: a checkout, the folder between the jobs, and each step by its environment."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.wire import to_wire
from world.small_repo import SmallRepo
from world.tdd_project import GREEN, RED, tiny_project

ROOT = Path(__file__).parents[2]
CONFIG = '[tdd]\nworker = "script"\n[qa]\nablation = "off"\nflake_runs = 0\n'
PRD = """# Tea

## Requirements

### REQ-1: Green tea is cheaper

Green tea costs 90.

Acceptance criteria:

- price('green tea') is 90
"""
PLANNED = {
    "key": "TASK-1",
    "title": "Green tea is cheaper",
    "requirements": ["REQ-1"],
    "files": ["src/**"],
    "tests": ["tests/test_new.py"],
}
SCRIPT = {"version": 1, "plan": {"tasks": [PLANNED]}, "tasks": {"TASK-1": [{"red": RED, "green": GREEN}]}}


@dataclass(frozen=True)
class Desk:
    """A checkout of a pull request's head, and the folder between the jobs of a workflow run."""

    repo: SmallRepo
    base: str
    head: str
    place: Path

    def assignment(self, step: Step, **more: Any) -> Assignment:
        told = Assignment(step, "n0nce", "owner/tiny", 7, self.head, self.base, worker="script", prds=("prds/tea.md",))
        return replace(told, **more)

    def run(self, step: str, assignment: Assignment, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("app", "action")),
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.repo.path),
            "GITHUB_OUTPUT": str(self.place / "output"),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "RUNNER_TEMP": str(self.place),
            "TDD_STEP": step,
            "TDD_ASSIGNMENT": json.dumps(to_wire(assignment)),
            "ANTHROPIC_API_KEY": "sk-secret",
        }
        command = [sys.executable, "-m", "tdd_action"]
        return subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False)

    def outputs(self) -> dict[str, str]:
        """The outputs set so far; the last of a name counts."""
        lines = (self.place / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def left(self, name: str) -> Any:
        return json.loads((self.place / "tdd" / name).read_text())


def desk(tmp_path: Path, script: dict[str, Any] | None = None, config: str = CONFIG) -> Desk:
    more = {".tdd/config.toml": config, ".tdd/script.yml": json.dumps(script or SCRIPT)}
    repo = tiny_project(tmp_path / "repo", more)
    base = repo.head
    head = repo.commit("A PRD", {"prds/tea.md": PRD})
    (tmp_path / "place").mkdir()
    return Desk(repo, base, head, tmp_path / "place")
