"""Two tasks in one job, with real git and real pytest: the second on the first's tip, proven by itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tdd_orchestrator.core.result import Assignment, PackResult, ProofResult, StageState, Step, WorkResult
from tdd_orchestrator.core.wire import from_wire, to_wire
from world.runner_desk import Desk, desk
from world.tdd_project import BLACK, BLACK_GREEN, BLACK_RED, GREEN, RED, TASK, plain_python

WRONG = {"write": {"tests/test_black.py": "def test_it():\n    assert True\n"}}


def script(second: dict[str, Any]) -> dict[str, Any]:
    first = {"red": RED | {"tokens": {"input": 10, "output": 5}}, "green": GREEN}
    return {"version": 1, "tasks": {"TASK-1": [first], "TASK-2": [second]}}


def ran(at: Desk, folder: Path, *steps: str, **more: Any) -> Assignment:
    """The steps of a job for both tasks."""
    given = at.assignment(Step.WORK, task=TASK, tasks=(BLACK,), **more)
    with plain_python(folder):
        for step in steps:
            done = at.run(step, given)
            assert (done.returncode, done.stderr) == (0, "")
    return given


def pack(at: Desk) -> PackResult:
    return from_wire(PackResult, at.left("results.json"))


def test_each_task_has_its_own_commits_result_proof_and_certificate(tmp_path: Path) -> None:
    at = desk(tmp_path, script({"red": BLACK_RED, "green": BLACK_GREEN}))
    ran(at, tmp_path / "bin", "work", "prove", "land")
    first, (second,) = from_wire(WorkResult, at.left("result.json")), pack(at).rest
    assert (first.task, second.result.task, second.result.base) == ("TASK-1", "TASK-2", first.tip)
    assert [stage.state for stage in second.result.stages] == ["accepted", "accepted", "skipped"]
    proof = from_wire(ProofResult, at.left("proof.json"))
    assert (proof.holds, proof.tip, proof.tests) == (True, first.tip, ("tests/test_new.py::test_tea_is_cheaper",))
    assert second.proof is not None
    assert (second.proof.holds, second.proof.tip) == (True, second.result.tip)
    assert second.proof.tests == ("tests/test_black.py::test_tea_is_cheaper",)
    assert [at.left(f"certificate{name}.json")["tip"]["commit"] for name in ("", "-TASK-2")] == [
        first.tip,
        second.result.tip,
    ]
    at.repo.git("fetch", "--quiet", str(at.place / "tdd/work.bundle"), "refs/*:refs/bundle/*")
    kept = at.repo.git("for-each-ref", "--format=%(refname:lstrip=-1) %(objectname)", "refs/bundle").splitlines()
    assert kept == [f"TASK-1 {first.tip}", f"TASK-2 {second.result.tip}"]
    form = "%(trailers:key=TDD-Task,valueonly,separator=) %(trailers:key=TDD-Stage,valueonly,separator=)"
    log = at.repo.git("log", "--reverse", f"--format={form}", f"{at.head}..{second.result.tip}").splitlines()
    assert log == ["TASK-1 red", "TASK-1 green", "TASK-2 red", "TASK-2 green"]
    assert at.left("handover.json")["rest"][0]["result"]["task"] == "TASK-2"


def test_a_refused_task_ends_the_pack_and_what_came_before_it_is_proven(tmp_path: Path) -> None:
    at = desk(tmp_path, script({"red": WRONG}))
    given = ran(at, tmp_path / "bin", "work", "prove")
    assert at.left("proof.json")["holds"] is True
    (second,) = pack(at).rest
    assert (second.result.tip, second.proof) == (None, None)
    assert second.result.stages[-1].state is StageState.REFUSED
    assert second.result.nonce == given.nonce
    assert not (at.place / "tdd" / "certificate-TASK-2.json").exists()


def test_nothing_is_begun_after_a_task_that_was_refused(tmp_path: Path) -> None:
    at = desk(tmp_path, {"version": 1, "tasks": {"TASK-1": [{"red": {"write": {"tests/test_new.py": "assert 1"}}}]}})
    ran(at, tmp_path / "bin", "work", "prove")
    assert at.left("result.json")["tip"] is None
    assert not (at.place / "tdd" / "results.json").exists()


def test_a_result_that_is_not_for_the_next_task_is_not_proven_whatever_it_says_itself(tmp_path: Path) -> None:
    at = desk(tmp_path, script({"red": BLACK_RED, "green": BLACK_GREEN}))
    given = ran(at, tmp_path / "bin", "work")
    (worked,) = pack(at).rest
    forged = replace(worked, proof=ProofResult(given.nonce, worked.result.tip or "", holds=True))
    left = json.dumps(to_wire(PackResult(given.nonce, (forged,))))
    (at.place / "tdd" / "results.json").write_text(left)
    with plain_python(tmp_path / "bin"):
        at.run("prove", replace(given, tasks=(replace(BLACK, key="TASK-9"),)))
    assert at.left("proof.json")["holds"] is True
    assert pack(at).rest[0].proof is None


@pytest.mark.parametrize("text", ["{", '{"nonce": "another"}'])
def test_results_that_cannot_be_read_are_no_proof(tmp_path: Path, text: str) -> None:
    at = desk(tmp_path, script({"red": BLACK_RED, "green": BLACK_GREEN}))
    given = ran(at, tmp_path / "bin", "work")
    (at.place / "tdd" / "results.json").write_text(text)
    with plain_python(tmp_path / "bin"):
        assert at.run("prove", given).returncode == 0
    assert at.left("proof.json")["holds"] is False
