"""One attempt at a task with real git and real pytest: what is accepted, and what each cheat comes to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.result import Stage, Usage, WorkResult
from tdd_orchestrator.core.settings import Config, QaSettings
from tdd_orchestrator.core.wire import from_wire
from world.tdd_project import GREEN, NEW_CODE, NEW_TEST, QUICK, RED, TASK, TIDY_CODE, Worked, attempt

MODULE = replace(TASK, title="Discounts", files=("src/discount.py",))
DOCS = replace(TASK, kind=TaskKind.DOCS, files=("README.md", "docs/**", "src/**"))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Worked:
    stages = {"red": RED | {"tokens": {"input": 10, "output": 5}}, "green": GREEN}
    return attempt(tmp_path_factory.mktemp("honest"), stages, config=Config(), afresh=True)


def test_an_honest_task_ends_in_a_red_and_a_green_commit(honest: Worked) -> None:
    tip = honest.fetched()
    log = honest.repo.git(
        "log", "--reverse", "--format=%s|%(trailers:key=TDD-Run,valueonly,separator=)", f"HEAD..{tip}"
    )
    assert log.splitlines() == ["TASK-1 red: Green tea is cheaper|pr-7", "TASK-1 green: Green tea is cheaper|pr-7"]
    assert [report.commit for report in honest.result.stages[:2]] == honest.repo.git(
        "rev-list", "--reverse", f"HEAD..{tip}"
    ).splitlines()
    assert honest.repo.show(tip, "src/shop.py") == NEW_CODE.strip()


def test_each_stage_says_what_it_showed_and_what_it_took(honest: Worked) -> None:
    assert honest.states == ["red:accepted", "green:accepted", "refactor:skipped"]
    red, green, refactor = honest.result.stages
    assert red.sentence == "1 new test fails on an assertion."
    said = "1 new test passes and 1 old test ended as before; the same again in another order."
    assert green.sentence == f"{said} They hold 1 of 1 piece of the change."
    assert refactor.sentence == "There was nothing to tidy up."
    assert (red.suite_runs, green.suite_runs, refactor.suite_runs) == (2, 5, 0)
    assert red.usage == (Usage("script", 1, 10, 5),)
    assert red.seconds > 0


def test_the_result_is_left_as_a_file_that_the_app_can_read(honest: Worked) -> None:
    read = from_wire(WorkResult, json.loads((honest.out / "result.json").read_text()))
    assert read == honest.result
    heads = honest.repo.git("bundle", "list-heads", str(honest.out / "work.bundle"))
    assert heads == f"{honest.result.tip} refs/heads/tdd/7/TASK-1"


def refusal(worked: Worked) -> str:
    """The reason of an attempt that was refused and left nothing to land."""
    assert worked.result.tip is None
    assert not (worked.out / "work.bundle").exists()
    assert worked.result.reason
    assert worked.result.feedback.startswith(worked.result.reason.partition(":")[0])
    return worked.result.reason


NOWHERE = "import nowhere\n\n\ndef test_x():\n    assert nowhere.x\n"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (NEW_TEST.replace("90", "100"), "test_tea_is_cheaper passes before the code"),
        ("def test_x(:\n", "RED: tests/test_new.py is not valid code"),
        (NOWHERE, "RED: tests/test_new.py cannot import what it needs"),
        ("def test_x():\n    assert False\n", "RED: test_x is a stub"),
        ("", "RED: A behaviour task needs a new test"),
    ],
)
def test_a_red_that_proves_nothing_is_sent_back(tmp_path: Path, test: str, said: str) -> None:
    task = replace(TASK, files=("src/shop.py",))
    worked = attempt(tmp_path, {"red": {"write": {"tests/test_new.py": test}}, "green": GREEN}, task=task)
    assert said in refusal(worked)
    assert worked.states == ["red:refused"]


def test_red_may_not_touch_code(tmp_path: Path) -> None:
    worked = attempt(tmp_path, {"red": {"write": RED["write"] | {"src/shop.py": "x = 1\n"}}})
    assert "src/shop.py is no test" in refusal(worked)
    assert worked.stage(Stage.RED).remarks[0].path == "src/shop.py"


def test_a_test_that_needs_a_planned_module_is_seen_with_stubs(tmp_path: Path) -> None:
    test = "from discount import off\n\n\ndef test_off():\n    assert off(100) == 10\n"
    red = {"write": {"tests/test_new.py": test}}
    green = {"write": {"src/discount.py": "def off(amount):\n    return amount // 10\n"}}
    worked = attempt(tmp_path, {"red": red, "green": green}, task=MODULE)
    assert worked.states[:2] == ["red:accepted", "green:accepted"]
    assert (
        worked.stage(Stage.RED).sentence == "1 new test fails on an assertion once stubs stand in for the planned code."
    )
    tip = worked.fetched()
    assert worked.repo.git("ls-tree", "--name-only", f"{tip}~1", "src/") == "src/shop.py", "stubs are not committed"


def test_an_edit_of_a_frozen_test_is_refused_and_without_effect(tmp_path: Path) -> None:
    weakened = NEW_TEST.replace("== 90", "in (90, 100)")
    green = {"write": {"src/shop.py": NEW_CODE, "tests/test_new.py": weakened}}
    worked = attempt(tmp_path, {"red": RED, "green": green})
    assert "tests/test_new.py: tests are frozen after RED" in refusal(worked)
    assert worked.states == ["red:accepted", "green:refused"]
    assert "tests are frozen after RED" in worked.result.feedback


@pytest.mark.parametrize(
    ("write", "said"),
    [
        ({"src/shop.py": NEW_CODE, "lib/other.py": "x = 1\n"}, "lib/other.py is not among the files of this task"),
        ({"src/shop.py": NEW_CODE.replace("100", "101")}, "test_price passed before and fails now"),
    ],
)
def test_a_green_that_goes_astray_is_sent_back(tmp_path: Path, write: dict[str, str], said: str) -> None:
    worked = attempt(tmp_path, {"red": RED, "green": {"write": write}})
    assert said in refusal(worked)
    assert worked.states == ["red:accepted", "green:refused"]


def test_a_link_that_leads_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    worked = attempt(tmp_path, {"red": RED | {"run": "ln -s /etc/passwd tests/link"}})
    assert "tests/link is a symbolic link that leaves the repository" in refusal(worked)


@pytest.mark.parametrize(
    ("code", "state", "said"),
    [
        (TIDY_CODE, "accepted", "Same 2 tests, same results, public names kept."),
        (NEW_CODE.replace("price(article)", "price(article, tax)"), "dropped", "Dropped, GREEN is kept: "),
    ],
)
def test_a_refactoring_that_breaks_something_is_dropped(tmp_path: Path, code: str, state: str, said: str) -> None:
    worked = attempt(tmp_path, {"red": RED, "green": GREEN, "refactor": {"write": {"src/shop.py": code}}})
    report = worked.stage(Stage.REFACTOR)
    assert (report.state, report.sentence.startswith(said)) == (state, True)
    last = worked.stage(Stage.REFACTOR if state == "accepted" else Stage.GREEN).commit
    assert worked.result.tip == last
    assert worked.repo.show(worked.fetched(), "src/shop.py") == (TIDY_CODE if state == "accepted" else NEW_CODE).strip()


@pytest.mark.parametrize(
    ("write", "state", "said"),
    [
        ({"README.md": "# Tiny shop\n"}, "green:accepted", ""),
        ({"README.md": "# Tiny\n", "src/shop.py": "x = 1\n"}, "green:refused", "src/shop.py is no document"),
        ({}, "green:refused", "No document was changed."),
    ],
)
def test_a_docs_task_changes_documents_only(tmp_path: Path, write: dict[str, str], state: str, said: str) -> None:
    worked = attempt(tmp_path, {"green": {"write": write}}, task=DOCS)
    assert worked.states == [state]
    assert said in worked.result.reason
    assert worked.stage(Stage.GREEN).suite_runs == 0


def test_a_refactoring_task_has_no_red_and_nothing_to_fall_back_on(tmp_path: Path) -> None:
    state, code = "refused", "def price(_):\n    return 1\n"
    task = replace(TASK, kind=TaskKind.REFACTOR)
    worked = attempt(tmp_path, {"refactor": {"write": {"src/shop.py": code}}}, task=task)
    assert worked.states == [f"refactor:{state}"]
    assert (worked.result.tip is None) == (state == "refused")


def test_a_plumbing_task_needs_a_test_through_the_entry_point(tmp_path: Path) -> None:
    worked = attempt(tmp_path, {"red": RED, "green": GREEN}, task=replace(TASK, kind=TaskKind.PLUMBING))
    assert "needs one integration test through the real entry point" in refusal(worked)


def test_a_worker_that_gives_up_ends_the_attempt(tmp_path: Path) -> None:
    worked = attempt(tmp_path, {"red": {"run": "exit 3"}})
    assert "`exit 3` ended with exit code 3" in refusal(worked)


def test_old_failures_do_not_stand_in_the_way(tmp_path: Path) -> None:
    broken = {"tests/test_broken.py": "def test_broken():\n    assert 1 == 2, 'long broken'\n"}
    worked = attempt(tmp_path, {"red": RED, "green": GREEN}, files=broken)
    assert worked.states[:2] == ["red:accepted", "green:accepted"]


def test_a_title_cannot_bring_trailers(tmp_path: Path) -> None:
    task = PlannedTask("TASK-1", "Docs\n\nTDD-Task: TASK-9", TaskKind.DOCS, files=("README.md",))
    worked = attempt(tmp_path, {"green": {"write": {"README.md": "# New\n"}}}, task=task, config=QUICK)
    tip = worked.fetched()
    assert worked.repo.git("log", "-1", "--format=%(trailers:key=TDD-Task,valueonly,separator=)", tip) == "TASK-1"


LOOSE = {"write": {"src/shop.py": NEW_CODE + "\n\ndef unasked():\n    return 1\n"}}


def test_code_that_no_new_test_holds_can_be_refused(tmp_path: Path) -> None:
    config = Config(qa=QaSettings(ablation="require", flake_runs=0))
    worked = attempt(tmp_path, {"red": RED, "green": LOOSE}, config=config)
    assert refusal(worked) == "GREEN: No new test notices when `unasked` is taken out: test it, or leave it out."
    (remark,) = worked.stage(Stage.GREEN).remarks
    assert (remark.path, remark.line, remark.level) == ("src/shop.py", 5, "failure")
