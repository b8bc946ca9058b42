"""The proof from git alone: it holds for honest commits, whoever wrote them, and for no mutilation of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tdd_action.proof.certificate import digest
from tdd_action.proof.values import NothingToProve, Proof
from tdd_action.prove import leave, prove
from tdd_orchestrator.core.result import ProofResult
from tdd_orchestrator.core.wire import from_wire
from world.small_repo import SmallRepo
from world.tdd_project import (
    GREEN,
    NEW_CODE,
    NEW_TEST,
    QUICK,
    RED,
    TASK,
    TIDY_CODE,
    Worked,
    attempt,
    plain_python,
    remembered,
    tiny_project,
)

TEST, CODE = "tests/test_new.py", "src/shop.py"
T1 = {"TDD_Task": "TASK-1", "TDD_Run": "pr-7"}


@pytest.fixture(autouse=True)
def _plain(tmp_path: Path) -> Iterator[None]:
    with plain_python(tmp_path / "bin"):
        yield


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Worked:
    stages = {"red": RED, "green": GREEN, "refactor": {"write": {CODE: TIDY_CODE}}}
    return attempt(tmp_path_factory.mktemp("worked"), stages)


@pytest.fixture
def repo(tmp_path: Path) -> SmallRepo:
    return tiny_project(tmp_path / "repo")


def red(repo: SmallRepo, test: str = NEW_TEST, path: str = TEST, **more: str) -> str:
    return repo.commit("A test", {path: test}, **(T1 | {"TDD_Stage": "red"} | more))


def green(repo: SmallRepo, files: dict[str, str | None] | None = None, **more: str) -> str:
    return repo.commit("The code", files or {CODE: NEW_CODE}, **(T1 | {"TDD_Stage": "green"} | more))


def proven(repo: SmallRepo, base: str, **more: Any) -> Proof:
    with remembered():
        return prove(repo.path, base, repo.head, QUICK, **more)


def test_a_result_of_the_worker_is_proven_from_its_bundle(worked: Worked, tmp_path: Path) -> None:
    assert worked.result.tip is not None
    base = worked.result.base
    proof = prove(worked.repo.path, base, worked.result.tip, QUICK, task=TASK, bundle=worked.out / "work.bundle")
    assert proof.reason == ""
    doubts = ["green with tests made to fail", "green's tests without green"]
    assert [run.purpose for run in proof.runs] == ["TASK-1 base", "red", "green", *doubts, "refactor"]
    result = leave(proof, "n0nce", tmp_path / "out")
    tests = ("tests/test_new.py::test_tea_is_cheaper",)
    assert worked.result.stages[0].tests == tests
    assert result == ProofResult(
        "n0nce", worked.result.tip, True, digest=proof.digest, seconds=result.seconds, suite_runs=6, tests=tests
    )
    assert from_wire(ProofResult, json.loads((tmp_path / "out/proof.json").read_text())) == result

    written = json.loads((tmp_path / "out/certificate.json").read_text())
    assert written["schema"] == "tdd-certificate/1"
    assert digest(written) == proof.digest
    (task,) = written["tasks"]
    assert task["classes"] == {f"{TEST}::test_tea_is_cheaper": "assertion"}
    assert task["red"]["commit"] == worked.result.stages[0].commit
    assert set(task["frozen"]) == {TEST, "tests/test_shop.py"}
    assert written["runs"][1]["results"][f"{TEST}::test_tea_is_cheaper"][0] == "failed"
    assert written["environment"]["pytest"] == pytest.__version__
    assert "<private>" in written["runs"][0]["command"], "names that differ each time are no part of it"


def test_commits_that_people_wrote_are_proven_and_the_certificate_is_the_same_each_time(repo: SmallRepo) -> None:
    base = repo.head
    red(repo)
    repo.commit("Something in between", {"README.md": "# Another\n"})
    green(repo)
    first, second = (prove(repo.path, base, repo.head, QUICK) for _ in range(2))
    assert first.reason == ""
    assert first.digest == second.digest


def test_without_claims_there_is_nothing_to_prove(repo: SmallRepo) -> None:
    base = repo.head
    repo.commit("No trailers", {"a.py": ""})
    with pytest.raises(NothingToProve, match="no commits with TDD-Task trailers between"):
        proven(repo, base)


def test_a_test_weakened_in_green_is_found(repo: SmallRepo) -> None:
    base = repo.head
    red(repo)
    green(repo, {CODE: NEW_CODE, TEST: NEW_TEST.replace("90", "100")})
    proof = proven(repo, base)
    assert "tests/test_new.py belongs to the tests: GREEN may not change it" in proof.reason
    assert proof.runs == (), "what can be seen without running is seen first"


def test_a_test_weakened_by_a_later_commit_is_found_and_the_commit_named(repo: SmallRepo) -> None:
    base = repo.head
    red(repo)
    green(repo)
    repo.commit("Harmless", {TEST: NEW_TEST.replace("== 90", "in (90, 100)")})
    assert (
        proven(repo, base).reason
        == f"At the tip: {TEST} is not as TASK-1's RED left it; {repo.head[:7]} changed it afterwards."
    )


def test_a_red_that_passes_already_is_found(repo: SmallRepo) -> None:
    base = repo.head
    red(repo, NEW_TEST.replace("90", "100"))
    green(repo, {CODE: "def price(article):\n    return 100\n\n\nother = 1\n"})
    assert "test_tea_is_cheaper passes before the code" in proven(repo, base).reason


def test_a_green_that_does_not_pass_is_found(repo: SmallRepo) -> None:
    base = repo.head
    red(repo)
    green(repo, {CODE: "def price(article):\n    return 91 if article == 'green tea' else 100\n"})
    proof = proven(repo, base)
    assert proof.reason.startswith(f"TASK-1 GREEN ({repo.head[:10]}): {TEST}::test_tea_is_cheaper must pass now")


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        (["green"], "TASK-1: there is no RED commit."),
        (["red"], "TASK-1: there is no GREEN commit."),
        (["green", "red"], "'s RED, after its GREEN."),
        (["red", "blue"], "is a commit of TASK-1 with the stage 'blue'."),
        (["red", "green", "refactor:TASK-2"], "TASK-2: there is no RED commit."),
    ],
)
def test_dropped_swapped_and_renamed_commits_are_found(repo: SmallRepo, stages: list[str], said: str) -> None:
    base = repo.head
    for number, named in enumerate(stages):
        stage, _, task = named.partition(":")
        where = f"tests/test_{number}.py" if stage == "red" else f"src/new_{number}.py"
        repo.commit("A commit", {where: ""}, TDD_Task=task or "TASK-1", TDD_Stage=stage, TDD_Run="pr-7")
    proof = proven(repo, base)
    assert said in proof.reason
    assert proof.runs == ()


def test_a_kind_is_no_way_round_red(repo: SmallRepo) -> None:
    base = repo.head
    green(repo, TDD_Kind="docs")
    assert "src/shop.py is no document" in proven(repo, base).reason


def test_documents_and_refactorings_are_proven_as_their_kind_demands(repo: SmallRepo) -> None:
    base = repo.head
    green(repo, {"README.md": "# Shop\n"}, TDD_Task="TASK-1", TDD_Kind="docs")
    tidy: dict[str, str | None] = {CODE: "HUNDRED = 100\n\n\ndef price(article):\n    return HUNDRED\n"}
    green(repo, tidy, TDD_Task="TASK-2", TDD_Kind="refactor", TDD_Stage="refactor")
    assert proven(repo, base).reason == ""


def test_the_same_key_in_two_runs_means_two_tasks(repo: SmallRepo) -> None:
    base = repo.head
    for run in ("pr-7", "pr-8"):
        green(repo, {"README.md": f"# {run}\n"}, TDD_Kind="docs", TDD_Run=run)
    assert [task.claim.run for task in proven(repo, base).tasks] == ["pr-7", "pr-8"]


def test_commits_of_another_task_are_not_taken_for_the_assigned_one(repo: SmallRepo) -> None:
    base = repo.head
    red(repo, TDD_Task="TASK-9")
    assert "The commits claim TASK-9, but the assignment is for TASK-1" in proven(repo, base, task=TASK).reason


def test_what_was_planned_binds_the_proof(repo: SmallRepo) -> None:
    base = repo.head
    red(repo)
    green(repo, {CODE: NEW_CODE, "lib/extra.py": "x = 1\n"})
    assert "lib/extra.py is not among the files of this task" in proven(repo, base, task=TASK).reason
    assert "tests/test_new.py is no test" not in proven(repo, base, task=replace(TASK, tests=("tests/**",))).reason


def test_a_tip_that_does_not_descend_from_the_base_is_refused(repo: SmallRepo) -> None:
    first = repo.head
    red(repo)
    tip = green(repo)
    repo.git("checkout", "--quiet", first)
    base = repo.commit("Elsewhere", {"b": ""})
    assert "does not descend from" in prove(repo.path, base, tip, QUICK).reason


def test_tasks_that_were_worked_side_by_side_are_proven_after_their_merge(repo: SmallRepo) -> None:
    base = repo.head
    red(repo)
    green(repo)
    repo.git("checkout", "--quiet", "-b", "other", base)
    other = {"TDD_Task": "TASK-2"}
    red(repo, "from tax import tax\n\n\ndef test_tax():\n    assert tax(100) == 19\n", "tests/test_tax.py", **other)
    green(repo, {"src/tax.py": "def tax(amount):\n    return amount * 19 // 100\n"}, **other)
    repo.git("merge", "--quiet", "--no-edit", "main")
    proof = proven(repo, base)
    assert proof.reason == ""
    assert sorted(task.claim.task for task in proof.tasks) == ["TASK-1", "TASK-2"]
    repo.commit("x", {"src/tax.py": "def tax(amount):\n    return 0\n"})
    assert "tests/test_tax.py::test_tax must pass now" in proven(repo, base).reason
