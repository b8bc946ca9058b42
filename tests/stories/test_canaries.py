"""Canaries at every mouth: whatever carries a secret in, nobody reads it in checks, comments, state, inputs or logs."""

import base64
import io
import logging
from pathlib import Path

import pytest
import structlog

from tdd_orchestrator.hub.state import WorkflowRun
from tdd_orchestrator.server import logs
from world.canaries import LOOKS, PEM
from world.story import TWO, Story, story

CARRIED = [*LOOKS.values(), PEM.splitlines()[1]]
TOLD = "\n".join(f"- [ ] it never says {canary}" for canary in [*LOOKS.values(), PEM.replace("\n", " ")])
PRD = f"# Shop\n\n## REQ-1: First\n\nIt adds.\n\n{TOLD}\n\n## REQ-2: Second {LOOKS['aws']}\n\n- [ ] it lists\n"
CI = "name: CI\non: [pull_request]\njobs: {build: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n"


@pytest.fixture
def heard() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(autouse=True)
def quiet_afterwards() -> object:
    yield
    logging.getLogger().handlers[:] = []
    structlog.reset_defaults()


async def test_no_canary_leaves_by_any_mouth(tmp_path: Path, heard: io.StringIO) -> None:
    async with story(tmp_path) as told:
        logs.configure(told.settings.secrets, stream=heard)
        known = told.settings.webhook_secrets[0]
        hidden = base64.b64encode(f"x{known}".encode()).decode()
        carried = [*CARRIED, known, hidden]
        secrets = " and ".join([*LOOKS.values(), known, hidden])
        told.push("main", {".github/workflows/ci.yml": CI})
        told.runner.ci = lambda run: played(told, run, secrets)
        told.runner.says = f"The worker says {secrets}"
        told.runner.acts |= {"TASK-1.1": "refuse", "TASK-2.1": {"src/shop/task_2.py": f"KEY = '{LOOKS['aws']}'\n"}}
        told.open_pull(prd=PRD, body=secrets)
        await told.until_state("success")
        told.says("writer", f"/tdd aprove {secrets}")
        await told.until(lambda: bool(told.replies()))
        await told.quiet()
        assert leaks(shown(told), carried) == []
        assert leaks(kept(told), carried) == []
        assert leaks({"log": heard.getvalue()}, carried) == []
        assert "***" in kept(told)["state"], "the canaries have come this far"
        assert LOOKS["aws"] in told.repository.git.run("show", "feature:src/shop/task_2.py").decode(), "code is code"


def played(told: Story, run: WorkflowRun, secrets: str) -> tuple[str, str]:
    """CI that is red once all tasks are on the head, and tells secrets."""
    tasks = {task for task, _ in told.trailers()}
    return ("failure", f"##[error] {secrets}\n") if len(tasks) == len(TWO) else ("success", "")


def shown(told: Story) -> dict[str, str]:
    """What people read: our checks, comments, and the inputs of the workflow runs that we asked for."""
    ours = [check for check in told.repository.checks.values() if check.suite.app is told.app]
    texts = {f"check {check.id}": repr((check.name, check.output, check.annotations)) for check in ours}
    bot = [c for c in told.repository.comments.values() if c.user.login == f"{told.app.slug}[bot]"]
    texts |= {f"comment {comment.id}": comment.body for comment in bot}
    return texts | {f"run {run.id}": repr((run.inputs, run.display_title)) for run in told.repository.runs.values()}


def kept(told: Story) -> dict[str, str]:
    """Every file of the state branch, as bytes that are read as Latin-1."""
    git = told.repository.git
    files = git.text("ls-tree", "-r", "--name-only", "tdd-state/pr-1").splitlines()
    return {"state": "".join(git.run("show", f"tdd-state/pr-1:{name}").decode("latin-1") for name in files)}


def leaks(texts: dict[str, str], carried: list[str]) -> list[tuple[str, str]]:
    return [(where, canary) for where, text in texts.items() for canary in carried if canary in text]


def test_the_test_finds_what_it_looks_for() -> None:
    assert leaks({"a": f"x {CARRIED[0]}"}, CARRIED) == [("a", CARRIED[0])]
