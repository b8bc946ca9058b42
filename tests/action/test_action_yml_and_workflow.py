"""`action.yml`, the inputs that the program reads, and the workflow that users copy say the same."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tdd_action.inputs import Job, Lander

ROOT = Path(__file__).parents[2]
PINS = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "astral-sh/setup-uv": ("20cfd1bf945f4377ade1205e4dbc17946fc9a30d", "v10.0.1"),
}
WORKFLOW = (ROOT / "manifests/workflows/tdd.yml").read_text()


def load(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 (plain strings; `on` stays a word)


@pytest.fixture
def action() -> Any:
    return load((ROOT / "action.yml").read_text())


@pytest.fixture
def workflow() -> Any:
    return load(WORKFLOW)


def test_every_input_reaches_the_program_by_the_environment(action: Any) -> None:
    told = " ".join(str(step.get("env")) for step in action["runs"]["steps"])
    for name in action["inputs"]:
        assert f"inputs.{name} }}}}" in told
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"], "an expression in a script is an injection"


def test_the_program_reads_every_variable_that_the_action_sets(action: Any) -> None:
    source = (ROOT / "action/tdd_action/inputs.py").read_text()
    run = action["runs"]["steps"][-1]
    assert set(run["env"]) - {"TDD_PYTHON"} <= set(re.findall(r'"([A-Z_]+)"', source))
    assert set(action["outputs"]) == {"accepted", "result"}


def test_the_workflow_gives_only_inputs_that_the_action_has(action: Any, workflow: Any) -> None:
    for job in workflow["jobs"].values():
        given = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("tdd-orchestrator/")]
        assert len(given) == 1
        assert set(given[0]) <= set(action["inputs"])
        assert given[0]["step"] in {"${{ inputs.step }}", *Job}
    assert {"app", "workflow"} == {*Lander}


def test_the_dispatch_inputs_are_those_that_the_app_sends(workflow: Any) -> None:
    inputs = workflow["on"]["workflow_dispatch"]["inputs"]
    assert list(inputs) == ["nonce", "title", "step", "assignment", "head", "base", "lander"]
    assert workflow["run-name"] == "tdd ${{ inputs.title }} ${{ inputs.nonce }}"


def test_no_job_holds_both_a_model_key_and_a_write_token(workflow: Any) -> None:
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = "write" in job["permissions"].values()
        assert writes == (name == "land")
        secrets = {"work": {"ANTHROPIC_API_KEY"}, "land": {"TDD_APP_PRIVATE_KEY"}}
        assert set(re.findall(r"secrets\.(\w+)", str(job))) == secrets.get(name, set())


def test_checkouts_keep_no_credentials_and_have_the_history(workflow: Any) -> None:
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] == "false"
                assert step["with"]["fetch-depth"] == "0"


def test_every_foreign_action_is_pinned_with_its_version() -> None:
    found = re.findall(r"uses: ([\w-]+/[\w-]+)@(\S+) # (\S+)", WORKFLOW)
    ours = [each for each in found if each[0].startswith("tdd-orchestrator/")]
    assert len(found) == len(re.findall(r"\buses:", WORKFLOW))
    assert all(PINS[name] == (sha, version) for name, sha, version in found if (name, sha, version) not in ours)


def test_zizmor_has_nothing_to_say() -> None:
    tool = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("zizmor is not installed")
    files = [str(ROOT / "action.yml"), str(ROOT / "manifests/workflows/tdd.yml")]
    done = subprocess.run([tool, "--offline", "--quiet", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_the_action_installs_the_versions_that_the_tests_ran_with(tmp_path: Path, action: Any, installer: str) -> None:
    """The newest of everything would be code that nobody looked at, in jobs that hold a key or a write token."""
    (tmp_path / "bin").mkdir()
    for tool in ("bash", "sed"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    python = tmp_path / "tdd-action" / "bin" / "python"
    python.parent.mkdir(parents=True)
    stand_in = f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\n'
    for place in (python, tmp_path / "bin" / ("uv" if installer == "uv" else "python3")):
        place.write_text(stand_in)
        place.chmod(0o755)
    told = {"STEP": "land", "ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(tmp_path), "PATH": str(tmp_path / "bin")}
    script = action["runs"]["steps"][0]["run"]
    subprocess.run(["bash", "-c", script], env=told | {"GITHUB_OUTPUT": str(tmp_path / "out")}, check=True)
    pins = tmp_path / "tdd-action-pins.txt"
    installs = [line for line in (tmp_path / "ran").read_text().splitlines() if " install " in line]
    assert all(f"--constraint {pins}" in line for line in installs)
    assert installs[-1].endswith(f"{ROOT}[github]")
    locked = re.findall(r"^([a-z0-9._-]+==[^ ]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert [line.split()[0] for line in pins.read_text().splitlines()] == locked
    assert "\\" not in pins.read_text()
    assert {"githubkit", "dulwich", "hatchling"} <= {name.partition("==")[0] for name in locked}


@pytest.mark.parametrize("job", ["work", "prove"])
def test_the_set_up_step_imports_nothing_of_the_checkout(tmp_path: Path, workflow: Any, job: str) -> None:
    """It is outside of the sandbox, and what a task has landed lies there: a module named like one of pytest's own."""
    (step,) = [step for step in workflow["jobs"][job]["steps"] if step.get("name") == "Set up the project"]
    for module in ("conftest", "platform", "pygments", "iniconfig", "pip"):
        (tmp_path / f"{module}.py").write_text("import pathlib\npathlib.Path('ran').touch()\n")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    subprocess.run(["bash", "-c", step["run"]], cwd=tmp_path, env={"PATH": path}, check=True)
    assert not (tmp_path / "ran").exists()
