"""One workflow file and no server at all: real jobs of a real workflow file, on the runner of the hub."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tdd_orchestrator.demo import PRD, PROJECT
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.hub.state import Repository
from tdd_orchestrator.local.demo import prepare
from tdd_orchestrator.local.project_python import project_environment
from tdd_orchestrator.manifests import ACTION, action_directory, manifest

REPO = "maintainer/shop"
LIMIT_S = 120.0
QUICK = {
    "TDD_ACTION_PYTHON": sys.executable,
    "TDD_STATE_INTERVAL_SECONDS": "0.01",
    "TDD_WRITE_INTERVAL_SECONDS": "0.01",
}


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


async def until(hub: Hub, repository: Repository, state: str) -> None:
    """Wait until the check `TDD` on the branch's head has this conclusion."""

    def stands() -> bool:
        head = repository.git.resolve("checkout")
        mine = [c for c in repository.checks.values() if c.name == "TDD" and c.head_sha == head]
        return bool(mine) and max(mine, key=lambda check: check.id).conclusion == state

    try:
        async with asyncio.timeout(LIMIT_S):
            while not stands():  # noqa: ASYNC110 - the hub has no event for it
                await asyncio.sleep(0.05)
    except TimeoutError:
        logs = [
            f"{run.display_title} {run.conclusion}\n{job.log[-3000:]}"
            for run in repository.runs.values()
            for job in run.jobs
        ]
        raise AssertionError("\n\n".join(logs)) from None
    await hub.settled()


def shop_with_one_task(directory: Path) -> Path:
    """The demo's shop, cut down to its first task, with the workflow file for repositories without an app."""
    prepare(directory)
    script = yaml.safe_load((PROJECT / ".tdd" / "script.yml").read_text())
    script["plan"]["tasks"] = script["plan"]["tasks"][:1]
    script["prd"] = {"title": "Prices", "text": PRD.read_text()}
    script["tasks"] = {"TASK-1": script["tasks"]["TASK-1"]}
    git(directory, "switch", "--quiet", "main")
    shutil.copy(manifest("workflows/tdd-serverless.yml"), directory / ".github" / "workflows" / "tdd.yml")
    (directory / ".tdd" / "script.yml").write_text(json.dumps(script))
    git(directory, "commit", "--quiet", "--all", "-m", "No app")
    git(directory, "branch", "--quiet", "--force", "checkout", "main")
    git(directory, "switch", "--quiet", "checkout")
    (directory / "prds").mkdir(exist_ok=True)
    (directory / "prds" / "checkout.md").write_text(PRD.read_text().split("## REQ-2")[0])
    git(directory, "add", "prds")
    git(directory, "commit", "--quiet", "-m", "PRD")
    return directory


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=maintainer", "-c", "user.email=maintainer@example.invalid")
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)
