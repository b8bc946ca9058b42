"""The cheats as data: one folder for a language, with a project to start from and lists of cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.settings import Config, ProjectSettings, QaSettings, TddSettings

HERE = Path(__file__).parent
GATES = ("red", "green", "refactor", "notice", "sandbox", "prove", "certificate")
STAGES = ("red", "green", "refactor")
PROJECT = "project"
"""The file that a case starts from; `project: project-rspec` in a case means another file of that name."""


@dataclass(frozen=True)
class Cheat:
    """One attempt to get past a gate, and where it must be stopped: `gate`, with `reason` in the sentence (`|`: or).

    `notice`: it may pass, but is named. `sandbox`: it may pass, and has no effect: no file `leaves_no`, no more than
    `most_bytes` of result, no canary. `whole` plays it as a process of its own, with secrets in its environment.
    `commits` are made by hand and proven; `forge` alters the certificate of such a proof before it is checked.
    """

    language: str
    cheat: str
    gate: str
    reason: str
    files: Mapping[str, str]
    task: PlannedTask
    config: Config
    stages: Mapping[str, Any] = field(default_factory=dict)
    commits: tuple[Mapping[str, Any], ...] = ()
    forge: Mapping[str, Any] = field(default_factory=dict)
    leaves_no: str = ""
    most_bytes: int = 1_000_000
    whole: bool = False


def languages() -> tuple[str, ...]:
    """The languages that there are cases for."""
    return tuple(sorted(each.parent.name for each in HERE.glob("*/project.yml")))


def cheats(language: str) -> tuple[Cheat, ...]:
    """The cases of one language, in the order of their files. Raises `KeyError` where a case is incomplete."""
    folder = HERE / language
    projects = {each.stem: yaml.safe_load(each.read_text()) for each in folder.glob(f"{PROJECT}*.yml")}
    files = sorted(each for each in folder.glob("*.yml") if each.stem not in projects)
    found = [each for file in files for each in yaml.safe_load(file.read_text())]
    return tuple(_cheat(language, projects[each.pop("project", PROJECT)], each) for each in found)


def _cheat(language: str, usual: Mapping[str, Any], found: Mapping[str, Any]) -> Cheat:
    assert found["gate"] in GATES, f"{found['cheat']}: there is no gate {found['gate']!r}"
    known = {"cheat", "gate", "reason", "files", "task", "config", "commits", "forge", *STAGES}
    unknown = set(found) - known - {"leaves_no", "most_bytes", "whole"}
    assert not unknown, f"{found['cheat']}: {unknown}"
    return Cheat(
        language=language,
        cheat=found["cheat"],
        gate=found["gate"],
        reason=found["reason"],
        files={**usual["files"], **found.get("files", {})},
        task=_task({**usual["task"], **found.get("task", {})}),
        config=_config({**usual.get("config", {}), **found.get("config", {})}),
        stages=dict(_stages(usual, found)),
        commits=tuple(found.get("commits", ())),
        forge=found.get("forge", {}),
        leaves_no=found.get("leaves_no", ""),
        most_bytes=found.get("most_bytes", 1_000_000),
        whole=found.get("whole", False),
    )


def _stages(usual: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for stage in STAGES:
        if told := found.get(stage, usual.get(stage)):
            yield stage, told


def _task(found: Mapping[str, Any]) -> PlannedTask:
    lists = {name: tuple(found[name]) for name in ("files", "tests") if name in found}
    return PlannedTask("TASK-1", found["title"], TaskKind(found["kind"]), ("REQ-1",), (), **lists)


def _config(found: Mapping[str, Any]) -> Config:
    """As little as proves: reruns and ablation only where a case is about them."""
    qa = QaSettings(ablation=found.get("ablation", "off"), flake_runs=found.get("flake_runs", 0))
    tdd = TddSettings(test_seconds=found.get("test_seconds", 60), suite=found.get("suite", "auto"))
    usual = ProjectSettings()
    source, tests = tuple(found.get("source", usual.source)), tuple(found.get("tests", usual.tests))
    project = replace(usual, source=source, tests=tests)
    return Config(project=project, qa=qa, tdd=tdd)
