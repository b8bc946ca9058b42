"""Inputs: read once, all faults together, no secret shown; outputs: nothing that others wrote is obeyed."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_action.inputs import SECRETS, Job, Lander, WrongInputs, read_inputs, secret_names
from tdd_action.outputs import Outputs, annotation
from tdd_action.secrecy import taken_out
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Assignment, Remark, Step
from tdd_orchestrator.core.wire import to_wire

WORK = Assignment(
    Step.WORK, "n0nce", "owner/repo", 7, "a" * 40, "b" * 40, task=PlannedTask("TASK-1", "A title"), worker="claude"
)


def environ(tmp_path: Path, assignment: Assignment = WORK, **more: str) -> dict[str, str]:
    told = {
        "TDD_STEP": "work",
        "TDD_ASSIGNMENT": json.dumps(to_wire(assignment)),
        "GITHUB_WORKSPACE": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path / "temp"),
    }
    return told | more


def test_everything_is_read_from_the_environment(tmp_path: Path) -> None:
    inputs = read_inputs(environ(tmp_path, TDD_WORKER="script", TDD_SCRIPT="s.yml", GITHUB_OUTPUT="/out"))
    assert inputs.job is Job.WORK
    assert inputs.assignment == WORK
    assert inputs.profile == "script"
    assert inputs.lander is Lander.APP
    assert inputs.out == tmp_path / "temp/tdd"
    assert inputs.output_file == Path("/out")


def test_without_a_worker_the_assignment_names_one(tmp_path: Path) -> None:
    assert read_inputs(environ(tmp_path)).profile == "claude"


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    inputs = read_inputs(environ(tmp_path, ANTHROPIC_API_KEY="sk-secret", TDD_TOKEN="ghs-secret"))
    assert inputs.api_key == "sk-secret"
    assert "secret" not in repr(inputs)


def test_all_faults_come_in_one_error(tmp_path: Path) -> None:
    with pytest.raises(WrongInputs) as caught:
        read_inputs({"TDD_STEP": "dance", "TDD_LANDER": "me", "TDD_REPOSITORY_DIR": str(tmp_path / "none")})
    said = str(caught.value)
    for part in (
        "TDD_STEP is 'dance'",
        "TDD_LANDER is 'me'",
        "TDD_ASSIGNMENT is empty",
        "there is no folder",
        "TDD_OUT_DIR",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("change", "step", "said"),
    [
        ({"task": None}, "work", "names no task"),
        ({"step": Step.PLAN}, "work", "but the assignment is for plan"),
        ({"step": Step.PROVE}, "prove", "since which commit"),
        ({}, "plan", "but the assignment is for work"),
    ],
)
def test_a_contradiction_is_named(tmp_path: Path, change: dict[str, object], step: str, said: str) -> None:
    changed = replace(WORK, **change)  # type: ignore[arg-type]
    with pytest.raises(WrongInputs, match=said):
        read_inputs(environ(tmp_path, changed, TDD_STEP=step))


@pytest.mark.parametrize("text", ["{", "[]", '{"step": "work"}', '{"step": "sing"}'])
def test_what_is_no_assignment_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongInputs, match="TDD_ASSIGNMENT is not an assignment"):
        read_inputs(environ(tmp_path) | {"TDD_ASSIGNMENT": text})


def test_the_folder_of_results_is_never_that_of_the_checkout(tmp_path: Path) -> None:
    for out in (tmp_path, tmp_path.parent):
        with pytest.raises(WrongInputs, match="TDD_OUT_DIR holds the checkout"):
            read_inputs(environ(tmp_path, TDD_OUT_DIR=str(out)))


def test_landing_from_the_workflow_needs_a_token(tmp_path: Path) -> None:
    with pytest.raises(WrongInputs, match="TDD_TOKEN"):
        read_inputs(environ(tmp_path, TDD_STEP="land", TDD_LANDER="workflow"))


def test_secrets_leave_the_environment() -> None:
    environment = {"ANTHROPIC_API_KEY": "k", "PATH": "/bin"}
    assert secret_names(["ANTHROPIC_AUTH_TOKEN", "INPUT_MY-API-KEY", "GEMINI_API_KEY", "PATH", "TOKENS", "KEYBOARD"])[
        len(SECRETS) :
    ] == ("ANTHROPIC_AUTH_TOKEN", "INPUT_MY-API-KEY", "GEMINI_API_KEY")
    assert taken_out(environment, ["ANTHROPIC_API_KEY", "ABSENT"]) == {"ANTHROPIC_API_KEY": "k", "PATH": "/bin"}
    assert environment == {"PATH": "/bin"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl is Linux's")
def test_the_process_can_no_longer_be_dumped() -> None:
    asks = "from tdd_action import sandbox, secrecy; secrecy.scrubbed_process(['KEY']); print(sandbox.is_undumpable())"
    paths = os.pathsep.join(str(Path(__file__).parents[2] / folder) for folder in ("app", "action"))
    done = subprocess.run(
        [sys.executable, "-c", asks], env={"PYTHONPATH": paths, "KEY": "k"}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


@pytest.mark.parametrize(
    ("remark", "line"),
    [
        (Remark("a.py", 3, "failure", "bad"), "::error file=a.py,line=3::bad"),
        (Remark("a,b:c.py", 0, "warning", "x", "T: 1"), "::warning file=a%2Cb%3Ac.py,title=T%3A 1::x"),
        (Remark("", 0, "notice", "50% done\n::error::forged"), "::notice::50%25 done%0A::error::forged"),
        (Remark("a.py\n::error::x", 1, "other", "y"), "::notice file=a.py%0A%3A%3Aerror%3A%3Ax,line=1::y"),
    ],
)
def test_an_annotation_is_one_line_whatever_it_says(remark: Remark, line: str) -> None:
    assert annotation(remark) == line


def test_text_of_others_stands_between_marks_that_it_cannot_know(tmp_path: Path) -> None:
    log = io.StringIO()
    Outputs(tmp_path, log=log).quote("::error::forged")
    first, text, last = log.getvalue().splitlines()
    assert first == f"::stop-commands::{last.strip(':')}"
    assert text == "::error::forged"


def test_ten_annotations_of_a_level_are_shown(tmp_path: Path) -> None:
    log = io.StringIO()
    Outputs(tmp_path, log=log).annotate([Remark("a.py", n, "failure", "m") for n in range(30)])
    assert len(log.getvalue().splitlines()) == 10


def test_outputs_and_summary_are_written_to_githubs_files(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path / "out", tmp_path / "output", tmp_path / "summary", io.StringIO())
    outputs.set("accepted", "true")
    outputs.set("text", "a\nb")
    outputs.summarise("# Title")
    kept = outputs.leave("result.json", WORK)
    lines = (tmp_path / "output").read_text().splitlines()
    assert lines[0] == "accepted=true"
    assert lines[1].startswith("text<<tdd-")
    assert lines[2:4] == ["a", "b"]
    assert (tmp_path / "summary").read_text() == "# Title\n"
    assert json.loads(kept.read_text())["nonce"] == "n0nce"
