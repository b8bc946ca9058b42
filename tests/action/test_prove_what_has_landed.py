"""`/tdd prove`: everything that a pull request's head has since it left the base, though the base has moved on."""

from dataclasses import replace
from pathlib import Path

import pytest

from tdd_action.inputs import Inputs, Job
from tdd_action.outputs import Outputs
from tdd_action.steps import run
from tdd_orchestrator.core.result import Assignment, Step
from world.small_repo import SmallRepo
from world.tdd_project import NEW_CODE, NEW_TEST, plain_python, remembered, tiny_project

CONFIG = '[qa]\nablation = "off"\nflake_runs = 0\n'


@pytest.mark.parametrize("cheats", [False, True], ids=["as it landed", "with a test weakened since"])
def test_the_range_begins_where_the_head_left_the_base(tmp_path: Path, cheats: bool) -> None:
    repo = tiny_project(tmp_path / "repo", {".tdd/config.toml": CONFIG})
    repo.git("switch", "--quiet", "--create", "feature")
    landed(repo)
    if cheats:
        repo.commit("A person", {"tests/test_new.py": "def test_tea_is_cheaper():\n    assert True\n"})
    head = repo.head
    repo.git("switch", "--quiet", "main")
    base = repo.commit("Meanwhile on main", {"README.md": "# Tea\n"})
    repo.git("switch", "--quiet", "--detach", head)
    asked = Assignment(Step.PROVE, "n0nce", "owner/tiny", 7, head, base, since=base)
    out = tmp_path / "out"
    inputs = Inputs(Job.PROVE, asked, repo.path, out)
    with plain_python(tmp_path / "bin"), remembered():
        assert run(inputs, {}, Outputs(out)) is not cheats
        assert run(replace(inputs, alone=True), {}, Outputs(out)) is False, "a check by itself takes the range as it is"


def landed(repo: SmallRepo) -> None:
    told = {"TDD_Task": "TASK-1", "TDD_Run": "pr-7", "TDD_Kind": "behaviour"}
    repo.commit("TASK-1 red", {"tests/test_new.py": NEW_TEST}, TDD_Stage="red", **told)
    repo.commit("TASK-1 green", {"src/shop.py": NEW_CODE}, TDD_Stage="green", **told)
