"""A person takes a task over where there is no app: their push starts the workflow that hears it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.local.project_python import project_environment
from tdd_orchestrator.manifests import ACTION, action_directory
from world.serverless import QUICK, REPO, git, shop_with_one_task, until

MINE = "tdd/1/TASK-1-by-hand"
WHO = "Ada Writer <ada@example.invalid>"


async def test_a_push_by_hand_is_heard_judged_and_landed_by_one_workflow_file(tmp_path: Path) -> None:
    project = shop_with_one_task(tmp_path / "shop")
    script = json.loads((project / ".tdd" / "script.yml").read_text())["tasks"]["TASK-1"][-1]
    python = str(project_environment(tmp_path / "python"))
    async with Hub(tmp_path / "hub", LocalRunner({ACTION: action_directory()}, QUICK, 2, python)) as hub:
        hub.add_user("maintainer")
        repository = hub.add_repository(REPO, project)
        hub.set_role(REPO, "maintainer", "admin")
        hub.open_pull(REPO, "maintainer", "Checkout", "checkout")
        await until(hub, repository, "action_required")
        hub.comment(REPO, 1, "maintainer", "/tdd take TASK-1\n/tdd approve")
        await hub.settled()
        pushed_by_hand(tmp_path / "clone", repository.git.path, script)
        refs_moved(hub.site, repository, hub.world.users["maintainer"])
        await until(hub, repository, "success")
        told = repository.git.text("log", "--format=%(trailers:key=Co-authored-by,valueonly)", "main..checkout")
        assert told.count(WHO) == 2, "RED and GREEN"
        assert repository.git.resolve(MINE) is None


def pushed_by_hand(clone: Path, remote: Path, script: dict[str, Any]) -> None:
    """What the script would write, committed by a person in a clone of their own."""
    subprocess.run(["git", "clone", "--quiet", "--branch", MINE, str(remote), str(clone)], check=True)
    for stage in ("red", "green"):
        for path, text in script[stage]["write"].items():
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text(text)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--author", WHO, "-m", "By hand")
    git(clone, "push", "--quiet", "origin", MINE)
