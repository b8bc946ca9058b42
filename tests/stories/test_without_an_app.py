"""A workflow with a write token lands by itself, on the same state; the app may come, go and come back in mid-run."""

import asyncio
import json
from pathlib import Path

from tdd_action.inputs import Inputs, Job, Lander
from tdd_action.land import land
from tdd_orchestrator.core.result import Assignment
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.wire import from_wire
from tdd_orchestrator.hub.actions import WorkflowRun
from world.story import TWO, Story, story

PERMISSIONS = {"actions": "write", "checks": "write", "contents": "write", "issues": "write", "pull-requests": "write"}


async def test_the_workflow_lands_while_the_app_is_away_and_the_app_takes_over_again(tmp_path: Path) -> None:
    async with story(tmp_path, TWO, sweep_s=0.3) as told:
        told.runner.acts["TASK-1.1"] = "hang"
        told.open_pull()
        await told.until(lambda: len(told.runner.seen) == 2)
        await told.until(lambda: told.state("TDD / TASK-1 ·") == "in_progress")
        await told.quiet_but_running()
        await told.stop_app()

        working = next(run for run in told.repository.runs.values() if run.status == "in_progress")
        inputs = left_by_the_jobs_before(told, working, tmp_path)
        handover = await asyncio.to_thread(land, inputs)
        assert handover.accepted
        run = await told.run()
        assert [task.state for task in run.tasks] == [TaskState.COMPLETE, TaskState.IN_PROGRESS]
        assert told.trailers() == [("TASK-1", "red"), ("TASK-1", "green")]
        dispatched = [run for run in told.repository.runs.values() if "TASK-2" in run.display_title]
        assert [run.inputs["lander"] for run in dispatched] == ["workflow"]

        told.hub.actions.cancel(working.id)
        await told.start_app()
        await told.until_state("success")


def left_by_the_jobs_before(told: Story, working: WorkflowRun, directory: Path) -> Inputs:
    """What the job `land` finds: the artifact of the jobs before it in its folder, and a token of its own."""
    given = from_wire(Assignment, json.loads(working.inputs["assignment"]))
    files = told.runner.files(given, told.repository.git, None)
    told.hub.actions.add_artifact(working.id, "tdd-result", files)
    out = directory / "out"
    out.mkdir()
    for name, content in files.items():
        (out / name).write_bytes(content)
    return Inputs(
        job=Job.LAND,
        assignment=given,
        repository=told.repository.git.path,
        out=out,
        lander=Lander.WORKFLOW,
        token=told.hub.actions.mint_job_token(working, PERMISSIONS),
        api_url=told.hub.api_url,
        workflow_run=working.id,
        state_interval_s=0.0,
        write_interval_s=0.0,
    )
