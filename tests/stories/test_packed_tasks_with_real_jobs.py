"""A chain of two small tasks in one job of the real workflow file: one runner, two certificates' worth of proof."""

import asyncio
import json
import sys
from pathlib import Path

from tdd_orchestrator.core.result import Stage, Step
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.local.project_python import project_environment
from tdd_orchestrator.manifests import ACTION, action_directory, manifest
from world.quick_runner import QuickRunner
from world.story import Story, app_of
from world.tdd_project import BLACK, BLACK_GREEN, BLACK_RED, GREEN, RED, TASK, tiny_project

REPO, BRANCH, SWEEP_S, LIMIT_S = "owner/tiny", "feature", 0.5, 240.0
ENDS = (RunState.COMPLETED, RunState.BLOCKED)
PRD = """# Tea

### REQ-1: Tea is cheaper

Green tea costs 90, black tea 80.

Acceptance criteria:

- price('green tea') is 90
- price('black tea') is 80
"""
CONFIG = '[tdd]\nworker = "script"\npacking = 3\n\n[budget]\napprove_above = 1000.0\n'
PLANNED = [
    {
        "key": each.key,
        "title": each.title,
        "requirements": ["REQ-1"],
        "depends_on": list(each.depends_on),
        "files": list(each.files),
        "tests": list(each.tests),
    }
    for each in (TASK, BLACK)
]
SCRIPT = {
    "version": 1,
    "plan": {"tasks": PLANNED},
    "tasks": {"TASK-1": [{"red": RED, "green": GREEN}], "TASK-2": [{"red": BLACK_RED, "green": BLACK_GREEN}]},
}


async def test_two_tasks_share_a_runner_and_land_with_one_push(tmp_path: Path) -> None:
    files = {
        ".tdd/config.toml": CONFIG,
        ".tdd/script.yml": json.dumps(SCRIPT),
        ".github/workflows/tdd.yml": manifest("workflows/tdd.yml").read_text(),
    }
    project = tiny_project(tmp_path / "tiny", files)
    project.git("checkout", "--quiet", "-B", BRANCH)
    project.commit("A PRD", {"prds/tea.md": PRD})
    python = str(project_environment(tmp_path / "python"))
    here = {"TDD_ACTION_PYTHON": sys.executable}
    async with Hub(tmp_path / "hub", LocalRunner({ACTION: action_directory()}, here, 2, python)) as hub:
        token = hub.add_user("writer")
        repository = hub.add_repository(REPO, project.path)
        hub.set_role(REPO, "writer", "write")
        told = Story(hub, QuickRunner(), repository, *app_of(hub, REPO, tmp_path, SWEEP_S), token)
        await told.start_app()
        hub.open_pull(REPO, "writer", "Tea", BRANCH)
        async with asyncio.timeout(LIMIT_S):
            while (known := (await told.loaded()).run) is None or known.state not in ENDS:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await told.quiet()
        run = await told.run()
        await told.stop_app()
    assert run.state is RunState.COMPLETED, run.reason
    work = [job for job in run.jobs if job.step is Step.WORK]
    assert [job.task for job in sorted(work, key=lambda job: job.task or "")] == ["TASK-1", "TASK-2"]
    assert len({job.workflow_run for job in work}) == 1
    assert not [job for job in run.jobs if job.step is Step.PROVE], "a fast-forward of what was proven"
    assert [each.landed for each in run.tasks] == [told.head, told.head]
    for each in run.tasks:
        (attempt,) = each.attempts
        proof = next(stage for stage in attempt.stages if stage.stage is Stage.PROVE)
        assert (proof.sentence, len(proof.tests)) == ("Proven again from git on a clean runner.", 1)
    form = "%(trailers:key=TDD-Task,valueonly,separator=) %(trailers:key=TDD-Stage,valueonly,separator=)"
    log = repository.git.text("log", "--reverse", f"--format={form}", f"main..{BRANCH}").split("\n")
    assert [line for line in log if line.strip()] == ["TASK-1 red", "TASK-1 green", "TASK-2 red", "TASK-2 green"]
