"""Lost webhooks, dead runners, dead servers, refused dispatches, storms: the run goes on, or says what to do."""

import re
import time
from pathlib import Path

import pytest

from tdd_orchestrator.core.run import JobState
from tdd_orchestrator.core.states import RunState
from world.quick_runner import written
from world.story import PRD, TWO, Story, story

QUICK_SWEEP_S = 0.3


@pytest.mark.parametrize("event", ["pull_request", "workflow_run", "issue_comment"])
async def test_a_lost_webhook_is_made_good_by_the_sweep(tmp_path: Path, event: str) -> None:
    async with story(tmp_path, TWO, approve_above=0.0, sweep_s=QUICK_SWEEP_S) as told:
        lost = told.hub.faults.drop(event, times=None)
        told.open_pull()
        await told.until_state("action_required")
        told.says("writer", "/tdd approve")
        await told.until_state("success")
        assert lost.hits > 0


async def test_webhooks_that_come_twice_act_once(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.hub.faults.double("*", times=None)
        told.open_pull()
        await told.until_state("success")
        assert len(told.runner.seen) == 1 + len(TWO)


async def test_the_app_dies_in_mid_run_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    async with story(tmp_path, sweep_s=QUICK_SWEEP_S) as told:
        told.runner.acts["TASK-1.1"] = "hang"
        told.open_pull()
        await told.until(lambda: len(told.runner.seen) == 2)
        await told.stop_app()
        (running,) = [run for run in told.repository.runs.values() if run.status == "in_progress"]
        told.hub.actions.cancel(running.id)
        await told.hub.settled()
        await told.start_app()
        await told.until_state("success")
        lost = [job for job in (await told.run()).jobs if job.state is JobState.LOST]
        assert len(lost) == 1


async def test_a_runner_that_leaves_nothing_costs_no_chance(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {"TASK-1.1": "fail", "TASK-1.2": "fail"}
        told.open_pull()
        await told.until_state("success")
        assert [a.accepted for a in (await told.run()).tasks[0].attempts] == [False, False, True]


async def test_a_job_that_github_keeps_queued_for_hours_is_waited_for(tmp_path: Path) -> None:
    late = [0.0]
    async with story(tmp_path, sweep_s=QUICK_SWEEP_S, clock=lambda: time.time() + late[0]) as told:
        told.runner.queue("TASK-1.1")
        told.open_pull()
        await told.until(lambda: len(told.runner.seen) == 2, "for TASK-1 in the queue")
        for _ in range(6):
            late[0] += 1_800.0
            enough = sweeps(told) + 2
            await until_swept(told, enough)
        told.runner.let_go("TASK-1.1")
        await told.until_state("success")
        run = await told.run()
        assert [job.state for job in run.jobs if job.state is JobState.LOST] == []
        assert len(run.tasks[0].attempts) == 1


async def until_swept(told: Story, often: int) -> None:
    await told.until(lambda: sweeps(told) >= often, "for a sweep")


def sweeps(told: Story) -> int:
    """How often the workflow run in the queue was looked at."""
    looks = [one for one in told.hub.requests if one.method == "GET" and re.search(r"/actions/runs/\d+$", one.path)]
    return len(looks)


async def test_a_missing_workflow_file_is_told_where_it_is_missed(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.repository.git.run("update-ref", "-d", "refs/heads/main")
        told.push("main", {"README.md": "no workflow here\n"})
        told.open_pull()
        await told.until_state("action_required")
        shown = told.check().output["summary"]
        assert ".github/workflows/tdd.yml" in shown
        assert "tdd init" in shown
        assert "/tdd resume" in shown


async def test_a_prd_that_cannot_be_planned_is_annotated_at_its_line(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull(prd="# Shop\n\n## REQ-1: First\n\nIt adds.\n\n## REQ-1: Again\n\nIt adds.\n")
        await told.until_state("action_required")
        failures = [a for a in told.check().annotations if a["annotation_level"] == "failure"]
        assert [(a["path"], a["start_line"]) for a in failures] == [("prds/shop.md", 7)]
        assert told.runner.seen == []
        told.push("feature", {"prds/shop.md": PRD})
        await told.until_state("success")


async def test_storms_of_502_and_lost_answers_create_nothing_twice(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.hub.faults.lose_answer("POST", "/api/graphql", times=2)
        told.hub.faults.lose_answer("POST", "/repos/owner/shop/actions/workflows", times=1)
        told.hub.faults.respond("POST", "/repos/owner/shop/issues", status=502, times=1)
        told.open_pull()
        await told.until_state("success")
        names = [check.name for check in told.repository.checks.values() if check.head_sha == told.head]
        assert len(names) == len(set(names))
        assert len(told.runner.seen) == 1 + len(TWO)
        assert told.sticky()


async def test_a_merge_conflict_sends_the_task_back_to_be_worked_on_the_new_base(tmp_path: Path) -> None:
    async with story(tmp_path, TWO[:1]) as told:
        pushed: list[str] = []

        def meanwhile(given: object) -> None:
            if not pushed and getattr(given, "task", None):
                pushed.append(told.push("feature", {"src/shop/task_1.py": "a person wrote this\n"}))

        told.runner.before = meanwhile
        told.open_pull(prd=PRD.split("## REQ-2")[0])
        await told.until_state("success")
        attempts = (await told.run()).tasks[0].attempts
        assert len(attempts) == 2
        assert "src/shop/task_1.py" in attempts[1].feedback


async def test_a_change_outside_its_files_is_not_landed(tmp_path: Path) -> None:
    async with story(tmp_path, TWO[:1]) as told:
        told.runner.acts |= {f"TASK-1.{n}": {".github/workflows/tdd.yml": "on: push\n"} for n in range(1, 9)}
        told.open_pull(prd=PRD.split("## REQ-2")[0])
        await told.until_state("action_required")
        assert ".github/workflows/tdd.yml" in told.check("TDD / TASK-1 ·").output["summary"]
        assert told.trailers() == []


async def test_the_result_of_another_workflow_is_not_believed(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["TASK-1.1"] = "hang"
        told.open_pull()
        await told.until(lambda: len(told.runner.seen) == 2)
        forged = next(run for run in told.repository.runs.values() if run.status == "in_progress")
        twin = told.hub.actions.create(
            told.repository,
            told.hub.actions.workflow(forged),
            "push",
            forged.actor,
            ref="refs/heads/feature",
            sha=told.head,
            inputs=forged.inputs,
        )
        twin.display_title = forged.display_title
        told.hub.actions.conclude(twin.id, "success")
        told.hub.actions.cancel(twin.id)
        await told.until(lambda: told.hub.post.busy is False)
        run = await told.run()
        assert run.state is RunState.RUNNING
        assert run.tasks[0].attempts[-1].accepted is None
        told.says("writer", "/tdd cancel")
        await told.until_state("cancelled")


async def test_a_damaged_state_is_rebuilt_from_its_log_and_the_run_goes_on(tmp_path: Path) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        git = told.repository.git
        tip = git.resolve("tdd-state/pr-1") or ""
        git.run("update-ref", "refs/heads/tdd-state/pr-1", written(git, tip, {"run.sqlite": "no database"}, "damage"))
        told.says("writer", "/tdd approve")
        await told.until_state("success")
        assert (await told.loaded()).rebuilt == ""


async def test_re_run_of_the_whole_suite_tries_again(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2, 3)}
        told.open_pull()
        await told.until_state("action_required")
        told.hub.rerun_suite(told.check().suite.id, "writer")
        await told.until_state("success")
