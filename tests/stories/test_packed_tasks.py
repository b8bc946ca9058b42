"""A chain of small tasks in one job: each with its own commits, proof and money; what is refused stops it there."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.states import RunState, TaskState
from world.story import PATIENCE_S, PRD, Story, story, task

CONFIG = '[tdd]\nworker = "script"\npacking = {packing}\n\n[budget]\napprove_above = 1000.0\n'
PACKED = CONFIG.format(packing=3)
CHAIN = (task("TASK-1"), task("TASK-2", "TASK-1", requirement="REQ-2"), task("TASK-3", "TASK-2"))
STAGES = [(each.key, stage) for each in CHAIN for stage in ("red", "green")]


def jobs(told: Story, step: Step = Step.WORK) -> list[list[str]]:
    """The tasks of each job that was dispatched."""
    return [keys(each) for each in told.runner.seen if each.step is step]


def keys(given: Assignment) -> list[str]:
    return [each.key for each in (given.task, *given.tasks) if each is not None]


async def at_work(told: Story) -> None:
    """The pack is on its runner, and all of its tasks are shown so."""
    told.runner.hold("TASK-1.1")
    told.open_pull()
    await told.until(lambda: "TASK-1.1" in told.runner.held, "for the pack at work")
    await shown(told, lambda run: len(run.tasks_in(TaskState.IN_PROGRESS)) == 3)


async def shown(told: Story, holds: Callable[[Run], bool]) -> None:
    """Wait until the run's state says so, and all but the runners is quiet."""
    async with asyncio.timeout(PATIENCE_S):
        while (run := (await told.loaded()).run) is None or not holds(run):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await told.quiet_but_running()


async def test_a_chain_of_small_tasks_shares_one_job_and_lands_with_one_push(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        told.runner.usd = 0.25
        told.open_pull()
        await told.until_state("success")
        assert jobs(told) == [["TASK-1", "TASK-2", "TASK-3"]]
        assert jobs(told, Step.PROVE) == [], "each was proven on exactly what it landed on"
        assert told.trailers() == STAGES
        run = await told.run()
        assert {each.landed for each in run.tasks} == {told.head}
        assert [len(each.attempts) for each in run.tasks] == [1, 1, 1]
        assert [[stage.stage for stage in each.attempts[0].stages] for each in run.tasks] == [
            ["red", "green", "prove", "land"]
        ] * 3
        assert [each.usd for each in run.tasks] == [0.5, 0.5, 0.5], "RED and GREEN of each"
        assert len({each.attempts[0].nonce for each in run.tasks}) == 3
        assert len({job.workflow_run for job in run.jobs if job.step is Step.WORK}) == 1
        for number in (1, 2, 3):
            assert told.state(f"TDD / TASK-{number}") == "success"


async def test_without_packing_each_task_has_a_job(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN) as told:
        told.open_pull()
        await told.until_state("success")
        assert jobs(told) == [["TASK-1"], ["TASK-2"], ["TASK-3"]]


async def test_what_comes_before_a_refused_task_lands_and_that_goes_back_alone(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        told.runner.acts["TASK-2.1"] = "refuse"
        told.open_pull()
        await told.until_state("success")
        assert jobs(told) == [["TASK-1", "TASK-2", "TASK-3"], ["TASK-2"], ["TASK-3"]]
        again = next(each for each in told.runner.seen if each.task and each.task.key == "TASK-2")
        assert (again.attempt, again.feedback) == (2, "It edits a frozen test.")
        run = await told.run()
        assert [[attempt.accepted for attempt in each.attempts] for each in run.tasks] == [
            [True],
            [False, True],
            [True],
        ]
        assert told.trailers() == STAGES


async def test_a_task_whose_proof_does_not_hold_takes_those_on_top_of_it_back(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        told.runner.usd = 0.25
        told.runner.acts["TASK-2.1"] = "unproven"
        told.open_pull()
        await told.until_state("success")
        assert jobs(told) == [["TASK-1", "TASK-2", "TASK-3"], ["TASK-2"], ["TASK-3"]]
        run = await told.run()
        assert run.tasks[1].attempts[0].reason == "The proof did not hold: RED passes already."
        assert [len(each.attempts) for each in run.tasks] == [1, 2, 1]
        assert run.usd == 0.5 * 5, "the work on TASK-3 that stood on nothing was paid as well"


async def test_a_lost_pack_costs_each_task_a_loss_and_they_go_on_one_by_one(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        told.runner.acts["TASK-1.1"] = "fail"
        told.open_pull()
        await told.until_state("success")
        assert jobs(told) == [["TASK-1", "TASK-2", "TASK-3"], ["TASK-1"], ["TASK-2"], ["TASK-3"]]
        run = await told.run()
        assert [(len(each.attempts), each.chances) for each in run.tasks] == [(2, 4)] * 3
        assert [job.state for job in run.jobs if job.pack or job.lead] == [JobState.LOST] * 3


async def test_a_skipped_task_lets_those_on_top_of_it_off_and_the_runner_goes_on(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        await at_work(told)
        told.says("writer", "/tdd skip TASK-2")
        await told.quiet_but_running()
        run = await told.run()
        assert [each.state for each in run.tasks] == ["in_progress", "skipped", "complete"], (
            "it waited for TASK-2 alone"
        )
        told.runner.let_go("TASK-1.1")
        await told.until_state("success")
        assert jobs(told) == [["TASK-1", "TASK-2", "TASK-3"], ["TASK-3"]]
        assert {key for key, _ in told.trailers()} == {"TASK-1", "TASK-3"}, "what was done of TASK-2 is left out"
        assert not cancelled(told)


async def test_the_runner_is_given_up_when_its_first_task_is_taken(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        await at_work(told)
        told.says("writer", "/tdd take TASK-1")
        await told.until(lambda: len(cancelled(told)) == 1, "for the runner to be stopped")
        await told.quiet_but_running()
        run = await told.run()
        assert [each.state for each in run.tasks] == ["ready", "pending", "pending"]
        assert len(told.replies()) == 1
        told.says("writer", "/tdd cancel")
        await told.quiet_but_running()
        told.replies()


async def test_a_cancelled_run_stops_the_runner_of_a_pack_once(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        await at_work(told)
        told.says("writer", "/tdd cancel")
        await told.until(lambda: len(cancelled(told)) == 1, "for the runner to be stopped")
        await told.quiet_but_running()
        assert (await told.run()).state is RunState.CANCELLED
        stops = [each for each in told.hub.requests if each.path.endswith("/cancel")]
        assert len(stops) == 1
        told.replies()


async def test_an_edited_prd_lets_off_what_it_touches_and_what_it_leaves_alone_goes_on(tmp_path: Path) -> None:
    async with story(tmp_path, (*CHAIN[:2], task("TASK-3", "TASK-2", requirement="REQ-2")), config=PACKED) as told:
        await at_work(told)
        told.push("feature", {"prds/shop.md": PRD.replace("three lines", "four lines")})
        await shown(told, lambda run: len(run.tasks) > 3)
        run = await told.run()
        assert [each.state for each in run.tasks] == ["in_progress", "skipped", "skipped", "pending", "pending"]
        told.runner.let_go("TASK-1.1")
        await told.until_state("success")
        assert jobs(told)[1:] == [["TASK-4", "TASK-5"]]
        assert {key for key, _ in told.trailers()} == {"TASK-1", "TASK-4", "TASK-5"}


async def test_a_pack_that_ended_while_the_app_was_away_is_found_by_the_sweep(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED, sweep_s=0.3) as told:
        await at_work(told)
        await told.stop_app()
        told.runner.let_go("TASK-1.1")
        await told.hub.settled()
        await told.start_app()
        await told.until_state("success")
        assert jobs(told) == [["TASK-1", "TASK-2", "TASK-3"]]
        assert [[attempt.accepted for attempt in each.attempts] for each in (await told.run()).tasks] == [[True]] * 3


async def test_a_pack_is_merged_and_proven_once_where_somebody_pushed_meanwhile(tmp_path: Path) -> None:
    async with story(tmp_path, CHAIN, config=PACKED) as told:
        await at_work(told)
        theirs = told.push("feature", {"README.md": "by hand\n"})
        await told.quiet_but_running()
        told.runner.let_go("TASK-1.1")
        await told.until_state("success")
        assert jobs(told, Step.PROVE) == [["TASK-1", "TASK-2", "TASK-3"]]
        git = told.repository.git
        assert git.text("log", "--merges", "--format=%s", "main..feature") == "Merge TASK-3: title of TASK-3"
        assert git.text("merge-base", theirs, told.head) == theirs


def cancelled(told: Story) -> list[int]:
    """The workflow runs that were stopped."""
    return [run.id for run in told.repository.runs.values() if run.conclusion == "cancelled"]
