"""The merge that landed a task names it, and claims no stage of its own."""

from pathlib import Path

from tdd_action.git import Git
from tdd_action.history import read_history
from world.small_repo import small_repo


def test_the_merge_that_landed_a_task_claims_no_stage(tmp_path: Path) -> None:
    repo = small_repo(tmp_path, {"README.md": "x\n"})
    base = repo.head
    said = {"TDD_Task": "TASK-1", "TDD_Run": "pr-1", "TDD_Kind": "behaviour"}
    repo.git("switch", "--quiet", "--create", "side")
    repo.commit("red", {"tests/test_a.py": "a\n"}, TDD_Stage="red", **said)
    repo.commit("green", {"src/a.py": "a\n"}, TDD_Stage="green", **said)
    repo.git("switch", "--quiet", "main")
    repo.commit("a person's", {"NOTES.md": "n\n"})
    message = "Merge TASK-1\n\nTDD-Task: TASK-1\nTDD-Stage: land\nTDD-Run: pr-1\n"
    repo.git("merge", "--quiet", "--no-ff", "-m", message, "side")
    history = read_history(Git(repo.path), base, repo.head)
    (claim,) = history.claims
    assert claim.faults == ()
    assert [commit.stage for commit in claim.commits] == ["red", "green"]
    assert len(history.others) == 2
