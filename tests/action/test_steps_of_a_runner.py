"""The program as the workflow runs it: plan, work, prove and land, each told everything by its environment."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tdd_action import summary
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import PlanResult, ProofResult, Step, WorkResult
from tdd_orchestrator.core.wire import from_wire, to_wire
from world.runner_desk import CONFIG, ROOT, desk
from world.tdd_project import NEW_TEST, TASK, plain_python


def test_a_task_goes_from_plan_to_land(tmp_path: Path) -> None:
    at = desk(tmp_path)
    with plain_python(tmp_path / "bin"):
        done = at.run("plan", at.assignment(Step.PLAN))
        assert (done.returncode, done.stderr) == (0, "")
        planned = from_wire(PlanResult, at.left("plan.json"))
        assert planned.plan is not None
        assert planned.plan.tasks == (replace(TASK, title="Green tea is cheaper"),)
        assert at.outputs() == {"accepted": "true", "result": str(at.place / "tdd")}

        assignment = at.assignment(Step.WORK, task=planned.plan.tasks[0])
        done = at.run("work", assignment)
        assert (done.returncode, done.stderr) == (0, "")
        assert "TASK-1 RED: accepted\n::stop-commands::" in done.stdout, "text of others is never obeyed"
        worked = from_wire(WorkResult, at.left("result.json"))
        assert [stage.state for stage in worked.stages] == ["accepted", "accepted", "skipped"]

        done = at.run("prove", assignment)
        assert (done.returncode, done.stderr) == (0, "")
        proof = from_wire(ProofResult, at.left("proof.json"))
        assert (proof.holds, proof.tip) == (True, worked.tip)

    assert at.run("land", assignment).returncode == 0
    assert at.left("handover.json")["accepted"] is True
    assert "agrees with its proof. The app lands it." in (at.place / "summary.md").read_text()
    assert sorted(path.name for path in at.place.iterdir()) == ["output", "summary.md", "tdd"], "nothing else is left"

    at.repo.git("fetch", "--quiet", str(at.place / "tdd/work.bundle"), "refs/*:refs/bundle/*")
    at.repo.git("checkout", "--quiet", str(worked.tip))
    with plain_python(tmp_path / "bin"):
        nobody = {"GITHUB_API_URL": "http://127.0.0.1:9", "TDD_LANDER": "workflow", "TDD_TOKEN": "ghs-secret"}
        unheard = at.run("land", assignment, **nobody)
        assert unheard.returncode == 1
        assert "GitHub could not be reached" in unheard.stderr
        assert "ghs-secret" not in unheard.stderr
        asked = ["prove", "--repo", str(at.repo.path), "--certificate", str(tmp_path / "c.json")]
        command = [sys.executable, "-m", "tdd_action", *asked]
        paths = os.pathsep.join(str(ROOT / each) for each in ("app", "action"))
        shown = subprocess.run(
            command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
        )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "  ok  red " in shown.stdout
    assert "Everything holds: 1 task" in shown.stdout
    assert json.loads((tmp_path / "c.json").read_text())["holds"] is True


def test_a_proof_that_a_test_planted_is_not_handed_on(tmp_path: Path) -> None:
    at = desk(tmp_path)
    out = at.place / "tdd"
    planted = f"pathlib.Path({str(out / 'proof.json')!r}).write_text('forged')"
    forged = f"import pathlib\n\n\ndef test_x():\n    {planted}\n    assert False\n"
    script = {"version": 1, "tasks": {"TASK-1": [{"red": {"write": {"tests/test_new.py": forged}}}]}}
    (tmp_path / "script.json").write_text(json.dumps(script))
    with plain_python(tmp_path / "bin"):
        at.run("work", at.assignment(Step.WORK, task=TASK), TDD_SCRIPT=str(tmp_path / "script.json"))
    assert [path.name for path in out.iterdir()] == ["result.json"]


def test_a_refusal_is_reported_and_no_failure_of_the_step(tmp_path: Path) -> None:
    red = {"write": {"tests/test_new.py": NEW_TEST.replace("90", "100")}}
    at = desk(tmp_path, {"version": 1, "tasks": {"TASK-1": [{"red": red}]}})
    with plain_python(tmp_path / "bin"):
        done = at.run("work", at.assignment(Step.WORK, task=TASK))
    assert done.returncode == 0
    assert at.outputs()["accepted"] == "false"
    assert "::error file=tests/test_new.py,line=" in done.stdout
    assert "passes before the code" in at.left("result.json")["reason"]
    done = at.run("prove", at.assignment(Step.WORK, task=TASK))
    assert (done.returncode, at.left("proof.json")["reason"]) == (0, "The work job left nothing to prove.")
    at.run("land", at.assignment(Step.WORK, task=TASK))
    assert at.left("handover.json")["accepted"] is False


@pytest.mark.parametrize(
    ("script", "config", "said"),
    [
        ({"version": 1, "tusks": {}}, CONFIG, ".tdd/script.yml:1: There is no key 'tusks'"),
        (None, "[tdd]\nworkers = 1\n", ".tdd/config.toml:2: "),
    ],
)
def test_what_somebody_must_mend_is_in_the_result(
    tmp_path: Path, script: dict[str, Any] | None, config: str, said: str
) -> None:
    at = desk(tmp_path, script, config)
    done = at.run("plan", at.assignment(Step.PLAN))
    assert done.returncode == 0
    assert at.left("plan.json")["reason"].startswith(said)
    assert f"::warning::{said}" in done.stdout
    assert at.outputs()["accepted"] == "false"


def test_a_prd_that_cannot_be_planned_is_named_with_its_line(tmp_path: Path) -> None:
    at = desk(tmp_path)
    done = at.run("plan", at.assignment(Step.PLAN, prds=("prds/none.md",)))
    assert (done.returncode, at.left("plan.json")["plan"]) == (0, None)
    assert "hold no requirement" in at.left("plan.json")["reason"]


def test_without_an_assignment_the_step_fails_with_one_annotation(tmp_path: Path) -> None:
    at = desk(tmp_path)
    done = at.run("work", at.assignment(Step.WORK, task=TASK), TDD_ASSIGNMENT="")
    assert done.returncode == 1
    assert done.stderr.startswith("::error::TDD_ASSIGNMENT is empty")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tip": "b" * 40}, "The proof is for"),
        ({"holds": False, "reason": "no"}, "no"),
        ({"nonce": "other"}, "answers another dispatch"),
    ],
)
def test_a_proof_that_does_not_fit_is_not_landed(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    at = desk(tmp_path)
    out = at.place / "tdd"
    out.mkdir()
    tip = "a" * 40
    result = WorkResult("n0nce", "TASK-1", 1, at.head, tip, ())
    (out / "result.json").write_text(json.dumps(to_wire(result)))
    (out / "work.bundle").write_text("")
    (out / "proof.json").write_text(json.dumps(to_wire(replace(ProofResult("n0nce", tip, True), **change))))
    assert at.run("land", at.assignment(Step.WORK, task=PlannedTask("TASK-1", "x"))).returncode == 0
    assert said in at.left("handover.json")["reason"]


def test_text_of_others_is_no_markdown_in_the_summary() -> None:
    result = WorkResult("n", "TASK-1", 1, "a", None, (), reason="<img src=x>\n# [link](x) `code`")
    assert "\\<img src=x\\> \\# \\[link\\]\\(x\\) \\`code\\`" in summary.of_work(result)
