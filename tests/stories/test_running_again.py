"""GitHub's three ways to run something again: a check, all checks of a suite, the jobs of a workflow run."""

from datetime import timedelta
from pathlib import Path

import pytest

from tdd_orchestrator.core.result import Assignment
from tdd_orchestrator.hub.state import WorkflowRun, system_clock
from world.story import Story, story

WORK = "TASK-1 work"


def of_task(told: Story) -> WorkflowRun:
    """The workflow run of TASK-1's first attempt."""
    return next(run for run in told.repository.runs.values() if WORK in run.display_title)


def shown(told: Story) -> dict[str, tuple[str, int]]:
    return {name: (check.conclusion or check.status, check.id) for name, check in told.checks().items()}


def ids(checks: dict[str, tuple[str, int]]) -> set[int]:
    return {check for _, check in checks.values()}


async def until_hanging(told: Story) -> Assignment:
    """TASK-1's first attempt hangs, and the run knows that it was dispatched; its assignment."""
    told.runner.acts["TASK-1.1"] = "hang"
    told.open_pull()
    await told.until(lambda: told.state("TDD / TASK-1 ·") == "in_progress")
    await told.quiet_but_running()
    return next(given for given in told.runner.seen if given.task)


async def test_re_run_of_a_suite_makes_a_new_check_run_of_each_and_tries_again(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2, 3)}
        told.open_pull()
        await told.until_state("action_required")
        before, head = shown(told), told.head
        told.hub.rerun_suite(told.check().suite.id, "writer")
        await told.until_state("success")
        old = {
            check.name: check for check in told.repository.checks.values() if check.id in dict(before.values()).values()
        }
        assert {name: old[name].conclusion for name in before} == dict.fromkeys(before, "neutral")
        assert all(check.head_sha == head for check in old.values())
        assert {name for name, (state, _) in shown(told).items() if state != "success"} == set()
        assert set(shown(told)) >= set(before), "the whole picture stands again"


async def test_re_run_of_the_board_is_a_re_run_of_the_run(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull()
        await told.until_state("success")
        before = shown(told)
        told.hub.rerun_check(told.check("TDD / PRD").id, "writer")
        await told.until(lambda: all(told.check(name).id != check for name, (_, check) in before.items()))
        await told.quiet()
        assert {name: state for name, (state, _) in shown(told).items()} == dict.fromkeys(before, "success")


async def test_jobs_run_again_after_their_result_was_taken_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with story(tmp_path) as told:
        told.open_pull()
        await told.until_state("success")
        before, head, run = shown(told), told.head, await told.run()
        told.runner.acts["TASK-1.1"] = "refuse"
        told.hub.actions.rerun(of_task(told).id)
        await told.quiet()
        assert of_task(told).attempt == 2
        assert (shown(told), told.head, await told.run()) == (before, head, run)
    assert "Nobody waits for this job any more" in capsys.readouterr().out


async def ended_after_its_upload(told: Story, given: Assignment) -> WorkflowRun:
    """The first attempt left a result five minutes ago, and was then stopped."""
    first = of_task(told)
    told.hub.world.clock = lambda: system_clock() - timedelta(minutes=5)
    old = told.runner.files(given, told.repository.git, None)
    told.hub.actions.add_artifact(first.id, "tdd-result", old)
    told.hub.world.clock = system_clock
    told.hub.actions.cancel(first.id)
    await told.hub.actions.settled()
    return first


@pytest.mark.parametrize("heard", ["by the sweep", "late by webhook"])
async def test_a_second_attempt_that_leaves_nothing_does_not_report_what_the_first_had_left(
    tmp_path: Path, heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdd_orchestrator.place.LATE_S", -1.0)  # whatever a webhook says is late
    async with story(tmp_path, sweep_s=0.5 if heard == "by the sweep" else 3600.0) as told:
        given = await until_hanging(told)
        if heard == "by the sweep":
            await told.stop_app()
        told.runner.acts["TASK-1.1"] = "fail"
        told.hub.actions.rerun((await ended_after_its_upload(told, given)).id)
        await told.hub.actions.settled()
        if heard == "by the sweep":
            await told.start_app()
        await told.until_state("success")
        task = (await told.run()).tasks[0]
        assert [attempt.accepted for attempt in task.attempts] == [False, True]
        assert "left no result" in task.attempts[0].reason


async def test_a_second_attempt_that_is_under_way_is_waited_for_and_its_result_counts(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await until_hanging(told)
        first = of_task(told)
        told.hub.actions.cancel(first.id)
        await told.hub.actions.settled()
        told.runner.acts.clear()
        told.runner.hold("TASK-1.1")
        told.hub.actions.rerun(first.id)  # before the app has heard that the first attempt left nothing
        await told.quiet_but_running()
        assert (first.status, told.state("TDD / TASK-1 ·")) == ("in_progress", "in_progress")
        told.runner.let_go("TASK-1.1")
        await told.until_state("success")
        assert len((await told.run()).tasks[0].attempts) == 1
        assert told.trailers()[:2] == [("TASK-1", "red"), ("TASK-1", "green")]
