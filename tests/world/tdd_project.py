"""A tiny Python project with a real suite, and attempts at its one task, told by the script worker's own format."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tdd_action.bench import Bench
from tdd_action.work import work
from tdd_action.workers.script import ScriptWorker
from tdd_action.workers.script_file import read_script
from tdd_orchestrator.core.evidence import SuiteReport
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.result import Assignment, Stage, StageReport, Step, WorkResult
from tdd_orchestrator.core.settings import Config, QaSettings
from world.small_repo import SmallRepo, small_repo

OLD = {
    "pyproject.toml": '[project]\nname = "tiny"\nversion = "1"\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    "src/shop.py": "def price(article):\n    return 100\n",
    "tests/test_shop.py": "from shop import price\n\n\ndef test_price():\n    assert price('tea') == 100\n",
    "README.md": "# Tiny\n",
}
NEW_TEST = "from shop import price\n\n\ndef test_tea_is_cheaper():\n    assert price('green tea') == 90\n"
NEW_CODE = "def price(article):\n    return 90 if article == 'green tea' else 100\n"
TIDY_CODE = "CHEAP = {'green tea': 90}\n\n\ndef price(article):\n    return CHEAP.get(article, 100)\n"
TASK = PlannedTask(
    "TASK-1", "Green tea is cheaper", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("src/**",), ("tests/test_new.py",)
)
RED: dict[str, Any] = {"write": {"tests/test_new.py": NEW_TEST}}
GREEN: dict[str, Any] = {"write": {"src/shop.py": NEW_CODE}}
QUICK = Config(qa=QaSettings(ablation="off", flake_runs=0))
"""One run of the suite for each stage, where a test is about something else than reruns."""


@dataclass(frozen=True)
class Worked:
    """An attempt that was made: its result, and where everything is."""

    result: WorkResult
    repo: SmallRepo
    out: Path
    assignment: Assignment

    def stage(self, stage: Stage) -> StageReport:
        return next(report for report in self.result.stages if report.stage is stage)

    @property
    def states(self) -> list[str]:
        return [f"{report.stage}:{report.state}" for report in self.result.stages]

    def fetched(self) -> str:
        """The result's commits brought into the repository; the tip."""
        assert self.result.tip is not None
        self.repo.git("fetch", "--quiet", str(self.out / "work.bundle"), "refs/*:refs/bundle/*")
        return self.result.tip


@contextmanager
def plain_python(folder: Path) -> Iterator[None]:
    """A `python3` first on PATH whose pytest loads no plug-in: what is installed here is not the project's."""
    folder.mkdir(exist_ok=True)
    program = folder / "python3"
    program.write_text(f'#!/bin/sh\nPYTEST_DISABLE_PLUGIN_AUTOLOAD=1 exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}:{path}"
    try:
        yield
    finally:
        os.environ["PATH"] = path


KNOWN: dict[str, SuiteReport] = {}


@dataclass
class RememberingBench(Bench):
    """A bench that knows what the suite said of a tree in another test: the tree's name is its contents' hash."""

    def __post_init__(self) -> None:
        self.known = KNOWN


@contextmanager
def remembered() -> Iterator[None]:
    """Run the suite once for a tree, not once for a test."""
    with patch("tdd_action.work.Bench", RememberingBench), patch("tdd_action.prove.Bench", RememberingBench):
        yield


def tiny_project(path: Path, files: Mapping[str, str | None] | None = None) -> SmallRepo:
    """The project's repository; `files` are laid over its usual ones."""
    return small_repo(path, {name: text for name, text in {**OLD, **(files or {})}.items() if text is not None})


def attempt(
    tmp_path: Path,
    stages: Mapping[str, Any],
    *,
    task: PlannedTask = TASK,
    config: Config = QUICK,
    files: Mapping[str, str | None] | None = None,
    afresh: bool = False,
    modules: Path | None = None,
    **assigned: Any,
) -> Worked:
    """One attempt at the task by a script of these stages; `afresh` runs what another test has run already.

    `modules` is what npm installed for it.
    """
    repo = tiny_project(tmp_path / "repo", files)
    if modules is not None:
        (repo.path / "node_modules").symlink_to(modules / "node_modules")
    script = json.dumps({"version": 1, "tasks": {task.key: [stages]}})
    head = repo.head
    assignment = replace(Assignment(Step.WORK, "n0nce", "owner/tiny", 7, head, head, task=task), **assigned)
    worker = ScriptWorker(read_script("script.json", script))
    with plain_python(tmp_path / "bin"), nullcontext() if afresh else remembered():
        result, *_ = work(assignment, repo.path, worker, config, tmp_path / "out")
    return Worked(result, repo, tmp_path / "out", assignment)


BLACK = replace(TASK, key="TASK-2", title="Black tea", depends_on=("TASK-1",), tests=("tests/test_black.py",))
BLACK_RED: dict[str, Any] = {"write": {"tests/test_black.py": NEW_TEST.replace("green", "black").replace("90", "80")}}
BLACK_CODE = TIDY_CODE.replace("90}", "90, 'black tea': 80}")
BLACK_GREEN: dict[str, Any] = {"write": {"src/shop.py": BLACK_CODE}}
"""A second task, which builds on what the first has done."""
