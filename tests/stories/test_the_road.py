"""From a PRD in a pull request to landed commits, against the hub over real HTTP and real git."""

from pathlib import Path

from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.states import RunState
from world.story import TWO, story, task


async def test_a_prd_in_a_pull_request_becomes_landed_commits(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull()
        await told.until_state("success")
        assert told.trailers() == [("TASK-1", "red"), ("TASK-1", "green"), ("TASK-2", "red"), ("TASK-2", "green")]
        assert told.state("TDD / TASK-1 ·") == told.state("TDD / TASK-2 ·") == "success"
        assert "2/2" in told.sticky()
        assert (await told.run()).state is RunState.COMPLETED


async def test_a_plan_waits_for_approval_by_comment(tmp_path: Path) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        assert [given.step for given in told.runner.seen] == ["plan"]
        comment = told.says("writer", "/tdd approve")
        await told.until_state("success")
        reactions = [reaction.content for reaction in told.repository.comments[comment].reactions]
        assert reactions == ["eyes", "+1"]


async def test_tasks_side_by_side_are_merged_and_proven_on_the_merged_tree(tmp_path: Path) -> None:
    tasks = (task("TASK-1"), task("TASK-2", requirement="REQ-2"), task("TASK-3", "TASK-1", "TASK-2"))
    async with story(tmp_path, tasks) as told:
        told.open_pull()
        await told.until_state("success")
        assert len([given for given in told.runner.seen if given.step is Step.PROVE]) == 1
        assert [stage for key, stage in told.trailers() if key == "TASK-3"] == ["red", "green"]
        assert len(told.repository.git.text("log", "--merges", "--format=%H", "main..feature").split()) == 1


async def test_a_refused_attempt_is_told_why_and_tried_again(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["TASK-1.1"] = "refuse"
        told.open_pull()
        await told.until_state("success")
        second = next(given for given in told.runner.seen if given.task and given.attempt == 2)
        assert second.feedback == "It edits a frozen test."
        assert "Attempt 1" in told.check("TDD / TASK-1 ·").output["text"]


async def test_a_task_that_keeps_failing_waits_for_a_person_who_retries_it(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        for attempt in (1, 2, 3):
            told.runner.acts[f"TASK-1.{attempt}"] = "refuse"
        told.open_pull()
        await told.until_state("action_required")
        assert told.state("TDD / TASK-1 ·") == "failure"
        await told.quiet()
        told.press("TDD", "retry:TASK-1")
        await told.until_state("success")
        assert len((await told.run()).tasks[0].attempts) == 4


async def test_a_push_by_a_person_in_mid_run_is_kept(tmp_path: Path) -> None:
    async with story(tmp_path, TWO[:1]) as told:
        pushed: list[str] = []

        def meanwhile(given: object) -> None:
            if not pushed and getattr(given, "task", None):
                pushed.append(told.push("feature", {"NOTES.md": "a person was here\n"}))

        told.runner.before = meanwhile
        told.open_pull(prd="# Shop\n\n## REQ-1: First\n\nIt adds.\n\n- [ ] one and one is two\n")
        await told.until_state("success")
        assert told.repository.git.file("feature", "NOTES.md") == b"a person was here\n"
        assert told.repository.git.text("merge-base", "--is-ancestor", pushed[0], "feature") == ""


async def test_a_pull_request_without_a_prd_is_left_alone(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull(path="README.md")
        await told.quiet()
        assert told.checks() == {}
        assert (await told.loaded()).run is None
