"""An attempt that begins at GREEN: RED comes from an earlier one, and is judged anew on the head as it is now."""

import json
from pathlib import Path
from typing import Any

import pytest

from tdd_action.work import RED_BUNDLE, work
from tdd_action.workers.script import ScriptWorker
from tdd_action.workers.script_file import read_script
from tdd_orchestrator.core.result import Assignment, Stage, Step, WorkResult
from world.small_repo import SmallRepo
from world.tdd_project import GREEN, NEW_TEST, QUICK, RED, TASK, plain_python, remembered, tiny_project

LAZY: dict[str, Any] = {"red": RED, "green": {"write": {"src/shop.py": "def price(article):\n    return 1\n"}}}
NO_RED: dict[str, Any] = {"red": {"write": {"tests/test_new.py": "nonsense("}}, "green": GREEN}


def worked(tmp_path: Path, repo: SmallRepo, stages: dict[str, Any], red: str = "") -> WorkResult:
    given = Assignment(Step.WORK, "n0nce", "owner/tiny", 7, repo.head, repo.head, task=TASK, red=red)
    script = read_script("s.json", json.dumps({"version": 1, "tasks": {"TASK-1": [stages]}}))
    with plain_python(tmp_path / "bin"), remembered():
        return work(given, repo.path, ScriptWorker(script), QUICK, tmp_path / "out")[0]


def left(tmp_path: Path, repo: SmallRepo) -> str:
    """The RED of an attempt that failed at GREEN, fetched from its bundle."""
    result = worked(tmp_path, repo, LAZY)
    assert [f"{each.stage}:{each.state}" for each in result.stages] == ["red:accepted", "green:refused"]
    repo.git("fetch", "--quiet", str(tmp_path / "out" / RED_BUNDLE), "refs/*:refs/kept/*")
    red = result.stages[0].commit
    assert red is not None
    return red


@pytest.mark.parametrize("moved", [False, True], ids=["on the same head", "on a head that has moved on"])
def test_the_tests_are_kept_and_the_worker_begins_at_green(tmp_path: Path, moved: bool) -> None:
    repo = tiny_project(tmp_path / "repo")
    red = left(tmp_path, repo)
    if moved:
        repo.commit("Meanwhile", {"README.md": "# Tea\n"})
    result = worked(tmp_path, repo, NO_RED, red)
    assert result.tip is not None, result.reason
    assert result.stages[0].sentence.startswith("Kept from an earlier attempt: ")
    repo.git("fetch", "--quiet", str(tmp_path / "out" / "work.bundle"), "refs/*:refs/bundle/*")
    assert repo.show(result.tip, "tests/test_new.py") == NEW_TEST.strip()
    assert "Co-authored-by" not in repo.git("log", "-2", "--format=%B", result.tip)


def test_a_red_that_passes_by_now_is_refused_and_says_that_it_was_kept(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    red = left(tmp_path, repo)
    repo.commit("Somebody did it", GREEN["write"])
    result = worked(tmp_path, repo, NO_RED, red)
    assert [each.stage for each in result.stages] == [Stage.RED]
    gone = worked(tmp_path, repo, NO_RED, "1" * 40)
    assert gone.reason.startswith("RED: The RED that was kept is not at")
