"""A whole task by the model's hand: real git, real pytest, the real SDK, and a model that plays a script."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tdd_action.work import work
from tdd_action.workers.claude.prompts import PROMPT_VERSION
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Assignment, Stage, Step, WorkResult
from world.scripted_model import Fails, Says, ScriptedModel, Turn, done, uses
from world.small_repo import SmallRepo
from world.tdd_project import NEW_CODE, NEW_TEST, QUICK, TASK, plain_python, tiny_project

REQUIREMENT = Requirement("REQ-1", "Tea", "Green tea costs 90.", "prds/tea.md", 1, 2)


@dataclass(frozen=True)
class Task:
    result: WorkResult
    model: ScriptedModel
    repo: SmallRepo


def task(tmp_path: Path, *turns: Turn, feedback: str = "", budget: float = 20.0) -> Task:
    repo = tiny_project(tmp_path / "repo")
    model = ScriptedModel(*turns)
    head = repo.head
    assignment = Assignment(
        Step.WORK, "n0nce", "owner/tiny", 7, head, head, task=TASK, feedback=feedback, budget_usd=budget
    )
    with plain_python(tmp_path / "bin"):
        out, worker = tmp_path / "out", model.worker(QUICK)
        result, *_ = work(assignment, repo.path, worker, QUICK, out, requirements=(REQUIREMENT,))
    model.finish()
    return Task(result, model, repo)


RED = (
    uses("read_file", path="src/shop.py", thinking="What does it return now?"),
    uses("write_file", path="tests/test_new.py", text=NEW_TEST),
    uses("run_tests"),
    done("Green tea must cost 90."),
)
GREEN = (
    Says(
        "Two at once.",
        (
            ("write_file", {"path": "tests/test_new.py", "text": "def test_easy():\n    assert True\n"}),
            ("edit_file", {"path": "src/shop.py", "old": "    return 100", "new": NEW_CODE.splitlines()[1]}),
        ),
    ),
    uses("run_tests"),
    done("One rule more."),
)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return task(tmp_path_factory.mktemp("honest"), *RED, *GREEN, done("Nothing to tidy up."))


def test_an_honest_model_goes_from_red_to_green(honest: Task) -> None:
    states = [f"{stage.stage}:{stage.state}" for stage in honest.result.stages]
    assert states == ["red:accepted", "green:accepted", "refactor:skipped"]
    assert honest.result.tip is not None


def test_each_stage_asks_its_own_model_and_pays_for_it(honest: Task) -> None:
    paid = [(each.model, each.calls) for stage in honest.result.stages for each in stage.usage]
    assert paid == [("claude-opus-5-5", 4), ("claude-sonnet-5-5", 3), ("claude-opus-5-5", 1)]
    assert all(each.usd > 0 for stage in honest.result.stages for each in stage.usage)


def test_the_model_sees_its_test_fail_and_then_pass(honest: Task) -> None:
    seen = [said for number in range(8) for said, _ in honest.model.results(number) if " passed, " in said]
    assert [said.splitlines()[0] for said in seen] == ["1 passed, 1 failed, 0 other.", "2 passed, 0 failed, 0 other."]
    assert "test_tea_is_cheaper: AssertionError" in seen[0]


def test_an_edit_of_a_frozen_test_is_refused_and_told(honest: Task) -> None:
    (refused, edited) = honest.model.results(5)
    assert refused == ("'tests/test_new.py' is not this stage's to change: it may change src/**.", True)
    assert edited == ("Changed: src/shop.py.", False)


def test_code_in_red_is_refused_and_told(tmp_path: Path) -> None:
    turns = (uses("write_file", path="src/shop.py", text=NEW_CODE), uses("delete_file", path="tests/test_shop.py"))
    run = task(tmp_path, *turns, done("I may not."), feedback="RED: the test passed.")
    assert run.model.results(1)[0][0].startswith("'src/shop.py' is not this stage's to change")
    assert run.model.results(2)[0][1]
    assert "RED: the test passed." in run.model.told(0)[1]["text"]
    assert [stage.stage for stage in run.result.stages] == [Stage.RED]
    assert run.result.reason.startswith("RED: A behaviour task needs a new test")


def test_a_worker_that_gives_up_is_the_reason_and_its_cost_is_kept(tmp_path: Path) -> None:
    run = task(tmp_path, uses("list_files"), Says(stop="refusal"))
    assert run.result.reason == "RED: The model refused the task."
    assert run.result.stages[0].usage[0].calls == 2


def test_what_earlier_stages_cost_is_kept_when_the_key_is_refused_in_a_later_one(tmp_path: Path) -> None:
    run = task(tmp_path, *RED, Fails(401, "invalid x-api-key"))
    assert [f"{stage.stage}:{stage.state}" for stage in run.result.stages] == ["red:accepted", "green:error"]
    assert run.result.stages[0].usage[0].calls == 4
    assert run.result.stages[0].prompts == PROMPT_VERSION
    assert run.result.reason.startswith("GREEN: The model's API does not accept the key (401).")


def test_red_may_add_a_fixture_beside_its_test_but_not_change_a_test_of_others(tmp_path: Path) -> None:
    run = task(
        tmp_path,
        uses("write_file", path="tests/test_shop.py", text=""),
        uses("write_file", path="tests/test_more.py", text="x = 1\n"),
        uses("edit_file", path="tests/test_more.py", old="x = 1", new="x = 2"),
        uses("delete_file", path="tests/test_more.py"),
        done("Enough."),
    )
    assert [run.model.results(number)[0][1] for number in (1, 2, 3, 4)] == [True, False, False, False]
