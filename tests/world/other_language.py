"""Projects in other languages than Python: real runs of their suites, attempts by the script worker, and the proof."""

import json
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tdd_action import sandbox
from tdd_action.proof.values import Proof
from tdd_action.prove import prove
from tdd_action.suites import SUITES
from tdd_action.work import work
from tdd_action.workers.script import ScriptWorker
from tdd_action.workers.script_file import read_script
from tdd_orchestrator.core.evidence import SuiteReport
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.settings import Config
from world.small_repo import small_repo
from world.tdd_project import QUICK, Worked

LIMITS = sandbox.Limits(wall_s=120, cpu_s=240)


def needs(program: str) -> pytest.MarkDecorator:
    """Skip where a test runner is absent."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed on this machine")


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files, each text without its common indentation."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(textwrap.dedent(text))
    return folder


def ran(
    suite: str,
    root: Path,
    scratch: Path,
    *tests: str,
    seed: int | None = None,
    limits: sandbox.Limits = LIMITS,
    only_collected: bool = False,
) -> SuiteReport:
    """One run behind the sandbox, read."""
    scratch.mkdir(parents=True, exist_ok=True)
    adapter = SUITES[suite]
    command = adapter.command(root, tests or None, scratch, shuffle_seed=seed)
    if only_collected:
        command = adapter.collection(root, tests or None, scratch)
    outcome = sandbox.run(
        command.argv,
        cwd=root,
        extra_env=command.env,
        stdin=command.stdin,
        limits=limits,
        writable=command.writable,
        readable=command.readable,
    )
    return adapter.read(command, outcome, root)


def endings(report: SuiteReport) -> dict[str, str]:
    """How each test ended; an assertion that did not hold is told from other failures."""
    return {
        each.id: "asserted" if each.asserted else f"{each.outcome}:{each.exception}" if each.bad else str(each.outcome)
        for each in report.everything
    }


def attempt_in(
    folder: Path,
    files: Mapping[str, str],
    stages: Mapping[str, Any],
    task: PlannedTask,
    config: Config = QUICK,
) -> Worked:
    """One attempt at the task in a repository with these files."""
    repo = small_repo(folder / "repo", {path: textwrap.dedent(text) for path, text in files.items()})
    head = repo.head
    script = read_script("script.json", json.dumps({"version": 1, "tasks": {task.key: [_dedented(stages)]}}))
    assignment = replace(Assignment(Step.WORK, "n0nce", "owner/tiny", 7, head, head, task=task))
    result, *_ = work(assignment, repo.path, ScriptWorker(script), config, folder / "out")
    return Worked(result, repo, folder / "out", assignment)


def _dedented(stages: Mapping[str, Any]) -> dict[str, Any]:
    return {
        stage: {**does, "write": {path: textwrap.dedent(text) for path, text in does["write"].items()}}
        for stage, does in stages.items()
    }


def proved(worked: Worked, config: Config = QUICK) -> Proof:
    """The commits of an attempt, proven again from git alone."""
    return prove(worked.repo.path, worked.assignment.head, worked.fetched(), config)
