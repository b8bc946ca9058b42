"""Honest changes as data, played through the real gates: the work must be accepted, and its proof must hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.runners import equip
from tdd_action.prove import prove
from tdd_action.work import BUNDLE, work
from tdd_action.workers.script import ScriptWorker
from tdd_action.workers.script_file import read_script
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.result import Assignment, StageState, Step
from tdd_orchestrator.core.settings import Config, ProjectSettings, TddSettings
from world.small_repo import small_repo
from world.tdd_project import OLD

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Change:
    """One honest change: files before, and what each stage writes. `refused`: why it is right to send it back."""

    change: str
    files: Mapping[str, str]
    red: Mapping[str, str] = field(default_factory=dict)
    green: Mapping[str, str] = field(default_factory=dict)
    refactor: Mapping[str, str] = field(default_factory=dict)
    kind: TaskKind = TaskKind.BEHAVIOUR
    owned: tuple[str, ...] = ("src/**",)
    tests: tuple[str, ...] = ("tests/test_new.py",)
    source: tuple[str, ...] = ("src/**",)
    refused: str = ""
    language: str = "python"
    suite: str = "pytest"


@dataclass(frozen=True)
class Judged:
    """What became of a change: empty `reason` where it was accepted and proven."""

    change: Change
    stages: str
    reason: str

    @property
    def right(self) -> bool:
        """Accepted where it should be; refused where that is right, for that reason."""
        return self.change.refused in self.reason if self.change.refused else not self.reason


def small_changes() -> tuple[Change, ...]:
    """The changes of the small Python repository."""
    usual = {"language": "python", "suite": "pytest", "files": OLD}
    return tuple(_change(usual, found) for found in yaml.safe_load((HERE / "small.yml").read_text()))


def foreign_changes() -> tuple[Change, ...]:
    """Those of small repositories in other languages: a file each, with what its changes start from."""
    kept = [yaml.safe_load(each.read_text()) for each in sorted((HERE / "languages").glob("*.yml"))]
    return tuple(_change(usual, found) for usual in kept for found in usual["changes"])


def _change(usual: Mapping[str, Any], found: Mapping[str, Any]) -> Change:
    task = {**usual.get("task", {}), **found.get("task", {})}
    files = {**usual["files"], **found.get("files", {})}
    return Change(
        change=found["change"],
        files={path: text for path, text in files.items() if text is not None},
        red=found.get("red", {}),
        green=found.get("green", {}),
        refactor=found.get("refactor", {}),
        kind=TaskKind(task.get("kind", "behaviour")),
        owned=tuple(task.get("files", ("src/**",))),
        tests=tuple(task.get("tests", ("tests/test_new.py",))),
        source=tuple(task.get("source", ("src/**",))),
        refused=found.get("refused", ""),
        language=usual["language"],
        suite=found.get("suite", usual["suite"]),
    )


def judge(change: Change, place: Path) -> Judged:
    """Work the change as a task, then prove what came of it, both with the default configuration."""
    repo = small_repo(place / "repo", change.files)
    equip(repo.path, change.suite)
    task = PlannedTask("TASK-1", change.change[:60], change.kind, ("REQ-1",), (), change.owned, change.tests)
    written = {name: getattr(change, name) for name in ("red", "green", "refactor")}
    stages = {name: {"write": dict(files)} for name, files in written.items() if files}
    script = json.dumps({"version": 1, "tasks": {"TASK-1": [stages]}})
    config = Config(project=ProjectSettings(source=change.source), tdd=TddSettings(suite=change.suite))
    head = repo.head
    assignment = Assignment(Step.WORK, "n0nce", "owner/tiny", 7, head, head, task=task)
    result, *_ = work(assignment, repo.path, ScriptWorker(read_script("script.json", script)), config, place / "out")
    states = ", ".join(f"{each.stage} {each.state}" for each in result.stages)
    if result.tip is None:
        return Judged(change, states, result.reason)
    if dropped := [each.sentence for each in result.stages if each.state is StageState.DROPPED]:
        return Judged(change, states, dropped[0])
    proof = prove(repo.path, head, result.tip, config, task=task, bundle=place / "out" / BUNDLE)
    return Judged(change, f"{states}, {'proven' if proof.holds else 'not proven'}", proof.reason)
