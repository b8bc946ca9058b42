"""Two tasks, each right alone and wrong together: real jobs of the real workflow file find it, and it ends well."""

import asyncio
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.local.demo import BRANCH, REPO, prepare
from tdd_orchestrator.local.git import commit, git
from tdd_orchestrator.local.project_python import project_environment
from tdd_orchestrator.manifests import ACTION, action_directory
from world.quick_runner import QuickRunner
from world.story import Story, app_of

CLASH = Path(__file__).parent / "clash"
LIMIT_S = 240.0
SWEEP_S = 0.5
QUICK = {"TDD_ACTION_PYTHON": sys.executable}


async def test_a_semantic_conflict_is_bisected_put_in_order_worked_again_and_landed(tmp_path: Path) -> None:
    project = clashing(tmp_path / "shop")
    python = str(project_environment(tmp_path / "python"))
    async with Hub(tmp_path / "hub", LocalRunner({ACTION: action_directory()}, QUICK, 2, python)) as hub:
        token = hub.add_user("maintainer")
        repository = hub.add_repository(REPO, project)
        hub.set_role(REPO, "maintainer", "admin")
        told = Story(hub, QuickRunner(), repository, *app_of(hub, REPO, tmp_path, SWEEP_S), token)
        await told.start_app()
        hub.open_pull(REPO, "maintainer", "Offers", BRANCH)
        await until(told, lambda run: run.state is RunState.AWAITING_APPROVAL)
        hub.comment(REPO, 1, "maintainer", "/tdd approve")
        await until(told, lambda run: all(job.workflow_run for job in run.open_jobs()) and is_at_work(run))
        await told.stop_app()
        await hub.settled()  # the app is away while both end their work, so it finds both at once
        await told.start_app()
        await until(told, lambda run: run.state is RunState.COMPLETED)
        await told.quiet()
        run = await told.run()
        await told.stop_app()
    (proof,) = [job for job in run.jobs if job.step is Step.PROVE]
    assert (proof.task, proof.state) == (None, JobState.DONE), "one proof was enough to find both"
    first, second = run.tasks
    assert [attempt.accepted for attempt in first.attempts] == [True]
    assert [attempt.accepted for attempt in second.attempts] == [True, True]
    said = second.attempts[1].feedback
    assert said.startswith("It does not hold together with TASK-1, which landed meanwhile: At the tip: ")
    assert "test_summer.py" in said
    assert second.planned.depends_on == ("TASK-1",)
    assert [(each.first, each.second) for each in run.overlaps] == [("TASK-1", "TASK-2")]
    kept = repository.git.text("show", f"{BRANCH}:src/shop/offers/tea_week.py")
    assert "quantity >= 10" in kept
    assert repository.git.text("branch", "--list", "tdd/*") == ""
    bot = hub.world.users["tdd-bot[bot]"]
    addresses = repository.git.text("log", "--format=%ae %ce", f"main..{BRANCH}", "--", "src", "tests").split()
    assert set(addresses) == {f"{bot.id}+tdd-bot[bot]@users.noreply.github.com"}


def clashing(directory: Path) -> Path:
    """The demo's shop with another PRD, and a script in which its two tasks are wrong together."""
    project = prepare(directory)
    (prd,) = (project / "prds").iterdir()
    git(project, "switch", "--quiet", "main")
    shutil.copy(CLASH / "script.yml", project / ".tdd" / "script.yml")
    git(project, "add", "--all")
    commit(project, "A script of two offers")
    git(project, "switch", "--quiet", "--force-create", BRANCH)
    prd.parent.mkdir()
    shutil.copy(CLASH / "prd.md", prd)
    git(project, "add", "--all")
    commit(project, "PRD: offers")
    return project


def is_at_work(run: Run) -> bool:
    return len(run.tasks_in(TaskState.IN_PROGRESS)) == 2


async def until(told: Story, holds: Callable[[Run], bool]) -> None:
    """Wait until the run's state says so."""
    async with asyncio.timeout(LIMIT_S):
        while (run := (await told.loaded()).run) is None or not holds(run):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
