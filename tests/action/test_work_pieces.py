"""The smaller parts of working and proving: time limits, new tests, history, ranges, the table for people."""

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tdd_action.bench import Bench
from tdd_action.claims.new_tests import Edited, new_tests
from tdd_action.console import span, table
from tdd_action.git import Git, GitFailed
from tdd_action.history import read_history
from tdd_action.proof.values import Proof, StageProof, TaskProof
from tdd_action.stages.desk import Desk, WorkerBroke, within
from tdd_action.suites.placed import Placed, Suites
from tdd_action.suites.pytest_suite import Pytest
from tdd_action.workers import PlanDraft, PlanRequest, StageRequest, StageWork
from tdd_action.workspace import workspace
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.evidence import Outcome, Reason, SuiteReport, TestResult
from tdd_orchestrator.core.old_support import undermined
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Assignment, Stage, Step
from tdd_orchestrator.core.settings import Config
from world.small_repo import SmallRepo, small_repo
from world.tdd_project import TASK, plain_python, tiny_project

SUITES = Suites((Placed(Pytest()),))


def test_a_worker_that_does_not_end_gives_up() -> None:
    released = threading.Event()
    work = within(0.02, lambda: StageWork("late") if released.wait(5) else StageWork("never"))
    released.set()
    assert work.gave_up == "The worker was not done after 0 s."


def test_a_worker_that_breaks_is_told_from_one_that_was_set_up_wrongly() -> None:
    def breaks() -> StageWork:
        raise ValueError("boom")

    def refuses() -> StageWork:
        raise TddError("There is no key.")

    with pytest.raises(WorkerBroke, match="ValueError: boom"):
        within(1, breaks)
    with pytest.raises(TddError, match=r"There is no key\."):
        within(1, refuses)
    assert within(1, lambda: StageWork("done")) == StageWork("done")


def test_a_worker_may_look_and_what_its_tests_leave_behind_is_taken_away(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    assignment = Assignment(Step.WORK, "n", "o/r", 1, repo.head, repo.head, task=TASK)
    with workspace(repo.path, repo.head) as place, plain_python(tmp_path / "bin"):
        desk = Desk(
            assignment,
            TASK,
            Looking({}),
            Config(),
            place,
            Bench(SUITES, place, 9),
            commit=repo.head,
        )
        test = "from pathlib import Path\n\n\ndef test_x():\n    Path('left').touch()\n    assert 0, 'so far'\n"
        (place.tree / "tests/test_new.py").write_text(test)
        told = desk.look()
        assert told.splitlines()[0] == "1 passed, 1 failed, 0 other."
        assert "tests/test_new.py::test_x: AssertionError: so far" in told
        assert not (place.tree / "left").exists()
        assert (place.tree / "tests/test_new.py").read_text() == test


@dataclass
class Looking:
    """A worker that only asks which paths are its to change."""

    seen: dict[Stage, list[str]]
    name: str = "looking"

    def plan(self, request: PlanRequest) -> PlanDraft:
        raise NotImplementedError

    def work(self, stage: StageRequest) -> StageWork:
        self.seen[stage.stage] = [path for path in PATHS if stage.may_touch(path)]
        return StageWork(gave_up="I only looked.")


PATHS = ("src/a.py", "tests/test_new.py", "tests/test_old.py", "lib/b.py", ".github/x.yml", "../out")


def test_a_worker_is_told_which_paths_are_its_to_change(tmp_path: Path) -> None:
    repo = small_repo(tmp_path / "repo", {"src/a.py": "", "tests/test_old.py": ""})
    assignment = Assignment(Step.WORK, "n", "o/r", 1, repo.head, repo.head, task=TASK)
    seen: dict[Stage, list[str]] = {}
    with workspace(repo.path, repo.head) as place:
        desk = Desk(
            assignment,
            TASK,
            Looking(seen),
            Config(),
            place,
            Bench(SUITES, place, 9),
            commit=repo.head,
        )
        for stage in (Stage.RED, Stage.GREEN):
            desk.ask(stage)
    assert seen == {Stage.RED: ["tests/test_new.py"], Stage.GREEN: ["src/a.py"]}


def report(*names: str) -> SuiteReport:
    return SuiteReport(tuple(TestResult(name, Outcome.PASSED) for name in names))


OLD = "def check(x):\n    assert x\n\n\ndef test_a():\n    check(1)\n"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (OLD + "\n\ndef test_b():\n    check(2)\n", ("t.py::test_b",)),
        (OLD.replace("check(1)", "check(True)"), ("t.py::test_a",)),
        (OLD.replace("check(1)", "check( 1 )  # spaced"), ()),
        (OLD + "def test_(:\n", ("t.py",)),
    ],
)
def test_new_and_rewritten_tests_of_an_old_file_are_found(after: str, expected: tuple[str, ...]) -> None:
    assert new_tests((Edited("t.py", OLD, after),), report("t.py::test_a"), report("t.py::test_a")) == expected


def test_a_case_added_to_a_table_is_a_new_test() -> None:
    before, after = report("t.py::test_a[1]"), report("t.py::test_a[1]", "t.py::test_a[2]", "u.py::test_a[2]")
    edited = Edited("t.py", OLD + "CASES = [1]\n", OLD + "CASES = [1, 2]\n")
    assert new_tests((edited,), before, after) == ("t.py::test_a[2]",)


def test_test_support_may_be_added_to_and_not_changed() -> None:
    assert list(undermined("t.py", OLD, OLD + "\n\ndef other():\n    pass\n")) == []
    (reason,) = undermined("t.py", OLD, OLD.replace("assert x", "pass"))
    assert (reason.path, reason.line) == ("t.py", 1)
    assert "`check` in t.py was there before" in reason.sentence


@pytest.fixture
def repo(tmp_path: Path) -> SmallRepo:
    return small_repo(tmp_path, {"a": "1"})


def test_history_groups_commits_by_task_and_follows_merges(repo: SmallRepo) -> None:
    base = repo.head
    one = repo.commit("one", {"b": "1"}, TDD_Task="T-1", TDD_Stage="RED", TDD_Run="pr-1", TDD_Kind="bugfix")
    repo.git("checkout", "--quiet", "-b", "side", base)
    two = repo.commit("two\n\nTDD-Task: in the text, not a trailer\n\nend", {"c": "1"})
    repo.git("merge", "--quiet", "--no-edit", "main")
    history = read_history(Git(repo.path), base, repo.head)
    (claim,) = history.claims
    assert (claim.task, claim.run, claim.kind, claim.base) == ("T-1", "pr-1", TaskKind.BUGFIX, base)
    red = claim.last(Stage.RED)
    assert red is not None
    assert red.sha == one
    assert {commit.sha for commit in history.others} == {two, repo.head}


def test_the_range_is_named_or_what_head_adds_to_the_default_branch(repo: SmallRepo) -> None:
    base, git = repo.head, Git(repo.path)
    with pytest.raises(GitFailed, match="since which commit"):
        span(git, "")
    repo.git("checkout", "--quiet", "-b", "work")
    tip = repo.commit("more", {"b": "1"})
    assert span(git, "") == span(git, "main..work") == span(git, "main") == span(git, "main...HEAD") == (base, tip)
    with pytest.raises(GitFailed, match="no commit 'nowhere'"):
        span(git, "nowhere..HEAD")


def test_the_table_shows_what_was_claimed_and_what_was_found(repo: SmallRepo) -> None:
    base = repo.head
    for stage in ("red", "green"):
        repo.commit(stage, {stage: "1"}, TDD_Task="T-1", TDD_Stage=stage)
    (claim,) = read_history(Git(repo.path), base, repo.head).claims
    red, green = claim.commits
    against = (Reason("t", None, "t.py", 1, "it passes already"),)
    broken = TaskProof(claim, TaskKind.BEHAVIOUR, (StageProof(Stage.RED, red, "it passes already", against),))
    shown = table(Proof(base, repo.head, (broken,))).splitlines()
    assert shown == [
        "T-1 (behaviour)",
        f"  NO  red       {red.short}  it passes already",
        f"  --  green     {green.short}  not looked at",
        f"It does not hold: T-1 RED ({red.short}): it passes already",
    ]
