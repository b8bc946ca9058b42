"""The workflow file that users copy runs on the local runner, job by job as it is meant to."""

from __future__ import annotations

import asyncio
import subprocess
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tdd_orchestrator.hub.acts.dispatch import dispatch
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner, parse
from world.workflow_bench import job, results

PROJECT = Path(__file__).parents[2]
WORKFLOW = PROJECT / "manifests" / "workflows" / "tdd.yml"
STUB = """
name: Stub
inputs: {step: {}, assignment: {}, worker: {}, anthropic-api-key: {}, lander: {}, token: {}}
outputs:
  accepted: {value: "${{ steps.run.outputs.accepted }}"}
  result: {value: "${{ steps.run.outputs.result }}"}
runs:
  using: composite
  steps:
    - id: run
      shell: bash
      env: {STEP: "${{ inputs.step }}", OUT: "${{ runner.temp }}/tdd"}
      run: |
        mkdir -p "$OUT"; touch "$OUT/$STEP"
        echo "step $STEP with $ENVIRONMENT at $(git rev-list --count HEAD): $(ls "$OUT" | xargs)"
        printf 'accepted=true\\nresult=%s\\n' "$OUT" >> "$GITHUB_OUTPUT"
"""


def commit(folder: Path) -> None:
    """Make a repository of a folder."""
    who = ["-c", "user.name=writer", "-c", "user.email=writer@example.test"]
    for arguments in (["init", "--quiet", "--initial-branch=main"], ["add", "."], ["commit", "--quiet", "-m", "x"]):
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    stub, source = tmp_path / "stub", tmp_path / "source"
    stub.mkdir()
    (stub / "action.yml").write_text(textwrap.dedent(STUB))
    (source / ".github" / "workflows").mkdir(parents=True)
    (source / ".github" / "workflows" / "tdd.yml").write_text(WORKFLOW.read_text())
    commit(source)
    hub = Hub(tmp_path / "hub", LocalRunner({"tdd-orchestrator/tdd-orchestrator": stub}, {"ENVIRONMENT": "ours"}))
    await hub.start()
    hub.add_repository("octo/demo", source)
    yield hub
    await hub.stop()


@pytest.mark.parametrize(
    ("step", "lander", "wanted", "said"),
    [
        ("plan", "app", {"work": "success", "prove": "skipped", "land": "skipped"}, {"work": "plan"}),
        ("work", "app", {"work": "success", "prove": "success", "land": "skipped"}, {"prove": "prove work"}),
        ("prove", "app", {"work": "skipped", "prove": "success", "land": "skipped"}, {"prove": "prove"}),
        ("work", "workflow", {"work": "success", "prove": "success", "land": "success"}, {"land": "land prove work"}),
        ("plan", "workflow", {"work": "success", "prove": "skipped", "land": "success"}, {"land": "land plan"}),
    ],
)
async def test_each_step_runs_the_jobs_that_it_is_meant_to(
    hub: Hub, step: str, lander: str, wanted: dict[str, str], said: dict[str, str]
) -> None:
    repository = hub.repository("octo/demo")
    sha = repository.git.text("rev-parse", "main")
    inputs = {"nonce": "n-1", "title": "demo", "step": step, "assignment": "{}", "head": sha, "base": sha}
    run = dispatch(hub.site, repository, repository.owner, "tdd.yml", "main", {**inputs, "lander": lander})
    await asyncio.wait_for(hub.settled(), 30)
    assert results(run) == wanted, "\n".join(one.log for one in run.jobs)
    assert (run.display_title, run.conclusion) == ("tdd demo n-1", "success")
    for name, files in said.items():
        assert f"with ours at 1: {files}\n" in job(run, name).log


def test_our_action_is_understood() -> None:
    found = parse.action((PROJECT / "action.yml").read_text(), "action.yml")
    assert {"step", "assignment"} <= set(found.inputs)
    assert set(found.outputs) == {"accepted", "result"}
