"""One workflow file and no server at all: real jobs of a real workflow file, on the runner of the hub."""

import asyncio
from pathlib import Path
from typing import Any

from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.local.project_python import project_environment
from tdd_orchestrator.manifests import ACTION, action_directory
from world.serverless import LIMIT_S, QUICK, REPO, shop_with_one_task, until


async def test_a_repository_with_one_workflow_file_and_no_app_lands_a_task(tmp_path: Path) -> None:
    project = shop_with_one_task(tmp_path / "shop")
    python = str(project_environment(tmp_path / "python"))
    async with Hub(tmp_path / "hub", LocalRunner({ACTION: action_directory()}, QUICK, 2, python)) as hub:
        hub.add_user("maintainer")
        repository = hub.add_repository(REPO, project)
        hub.set_role(REPO, "maintainer", "admin")
        hub.open_pull(REPO, "maintainer", "Checkout", "checkout")
        await until(hub, repository, "action_required")
        hub.comment(REPO, 1, "maintainer", "/tdd approve")
        await until(hub, repository, "success")
        subjects = repository.git.text("log", "--format=%s", "main..checkout")
        assert "TASK-1 green" in subjects
        assert "TASK-1 red" in subjects
        assert "tdd-state/pr-1" in repository.git.text("for-each-ref", "--format=%(refname:short)")


async def test_a_proof_that_the_job_of_the_worker_left_lands_nothing(tmp_path: Path) -> None:
    """A worker that got out of its sandbox can write the files and outputs of its own job, and no more than that."""
    project = shop_with_one_task(tmp_path / "shop", forging)
    python = str(project_environment(tmp_path / "python"))
    async with Hub(tmp_path / "hub", LocalRunner({ACTION: action_directory()}, QUICK, 2, python)) as hub:
        hub.add_user("maintainer")
        repository = hub.add_repository(REPO, project)
        hub.set_role(REPO, "maintainer", "admin")
        before = hub.open_pull(REPO, "maintainer", "Checkout", "checkout").head_sha
        await until(hub, repository, "action_required")
        hub.comment(REPO, 1, "maintainer", "/tdd approve")
        await until(hub, repository, "action_required", "the prove job left no proof")
        assert repository.git.resolve("checkout") == before


FORGERY = """
import json, os, pathlib
out = pathlib.Path(os.environ["RUNNER_TEMP"], "tdd")
told = json.loads((out / "result.json").read_text())
if told.get("tip"):
    proof = {"nonce": told["nonce"], "tip": told["tip"], "holds": True}
    (out / "proof.json").write_text(json.dumps(proof))
"""


def forging(workflow: dict[Any, Any]) -> None:
    """The workflow file as if its job `work` were in the hands of the worker."""
    work = workflow["jobs"]["work"]
    work["outputs"]["accepted"] = "false"
    place = next(number for number, step in enumerate(work["steps"]) if "upload-artifact" in step.get("uses", ""))
    work["steps"].insert(place, {"run": f"python - <<'END'\n{FORGERY}\nEND"})


async def test_an_issue_becomes_a_pull_request_without_an_app(tmp_path: Path) -> None:
    project = shop_with_one_task(tmp_path / "shop")
    python = str(project_environment(tmp_path / "python"))
    async with Hub(tmp_path / "hub", LocalRunner({ACTION: action_directory()}, QUICK, 2, python)) as hub:
        hub.add_user("maintainer")
        repository = hub.add_repository(REPO, project)
        hub.set_role(REPO, "maintainer", "admin")
        hub.open_issue(REPO, "maintainer", "Prices", "They should add up.")
        hub.comment(REPO, 1, "maintainer", "/tdd prd")
        async with asyncio.timeout(LIMIT_S):
            while not repository.pulls:  # noqa: ASYNC110 - the hub has no event for it
                await asyncio.sleep(0.05)
        await hub.settled()
        (pull,) = repository.pulls.values()
        assert (pull.title, pull.head_ref) == ("PRD: Prices", "tdd/issue-1")
        assert "REQ-1" in repository.git.text("show", f"{pull.head_sha}:prds/issue-1-prices.md")
        said = [one.body for one in repository.comments.values() if one.number == 1]
        assert f"/pull/{pull.number}" in said[-1]
