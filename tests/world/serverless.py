"""A repository with one workflow file and no app: the demo's shop, cut down to its first task."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tdd_orchestrator.demo import PRD, PROJECT
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.state import Repository
from tdd_orchestrator.local.demo import prepare
from tdd_orchestrator.manifests import manifest

REPO = "maintainer/shop"
LIMIT_S = 120.0
QUICK = {
    "TDD_ACTION_PYTHON": sys.executable,
    "TDD_STATE_INTERVAL_SECONDS": "0.01",
    "TDD_WRITE_INTERVAL_SECONDS": "0.01",
}


async def until(hub: Hub, repository: Repository, state: str, said: str = "") -> None:
    """Wait until the check `TDD` on the branch's head has this conclusion, and some check of that head says this."""

    def stands() -> bool:
        head = repository.git.resolve("checkout")
        mine = [c for c in repository.checks.values() if c.name == "TDD" and c.head_sha == head]
        told = "".join(str(c.output) for c in repository.checks.values() if c.head_sha == head)
        return bool(mine) and max(mine, key=lambda check: check.id).conclusion == state and said in told

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


def shop_with_one_task(directory: Path, changed: Callable[[dict[Any, Any]], None] | None = None) -> Path:
    """The demo's shop, cut down to its first task, with the workflow file for repositories without an app, `changed`
    or as it is.
    """
    prepare(directory)
    script = yaml.safe_load((PROJECT / ".tdd" / "script.yml").read_text())
    script["plan"]["tasks"] = script["plan"]["tasks"][:1]
    script["prd"] = {"title": "Prices", "text": PRD.read_text()}
    script["tasks"] = {"TASK-1": script["tasks"]["TASK-1"]}
    git(directory, "switch", "--quiet", "main")
    workflow = directory / ".github" / "workflows" / "tdd.yml"
    shutil.copy(manifest("workflows/tdd-serverless.yml"), workflow)
    if changed is not None:
        parsed = yaml.safe_load(workflow.read_text())
        changed(parsed)
        parsed["on"] = parsed.pop(True)  # YAML 1.1 reads the key `on` as true
        workflow.write_text(json.dumps(parsed))
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
