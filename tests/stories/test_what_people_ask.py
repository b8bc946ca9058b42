"""Commands, buttons and re-runs: who may, what happens, and the sentence that says why not."""

from pathlib import Path

import pytest

from tdd_orchestrator.core.result import Assignment
from tdd_orchestrator.core.states import RunState
from world.story import PRD, TWO, story


async def test_a_reader_may_look_but_not_spend(tmp_path: Path) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        comment = told.says("reader", "/tdd approve")
        await told.until(lambda: bool(told.replies()))
        assert "needs the role write" in told.replies()[0]
        await told.quiet()
        assert [r.content for r in told.repository.comments[comment].reactions] == ["eyes", "confused"]
        told.says("reader", "/tdd status")
        await told.until(lambda: len(told.replies()) == 2)
        assert "TASK-1" in told.replies()[1]
        assert told.state() == "action_required"


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("/tdd aprove", "/tdd approve"),
        ("/tdd retry TASK-9", "There is no TASK-9"),
        ("/tdd skip", "needs a task"),
        ("/tdd help", "/tdd approve"),
        ("/tdd resume", "not paused"),
    ],
)
async def test_every_command_gets_an_answer(tmp_path: Path, said: str, answered: str) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        told.says("writer", said)
        await told.until(lambda: bool(told.replies()))
        assert answered in told.replies()[0]


async def test_commands_in_quotes_and_code_are_not_commands(tmp_path: Path) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        told.says("writer", "> /tdd approve\n\n```\n/tdd approve\n```\n")
        await told.quiet()
        assert told.state() == "action_required"


async def test_a_button_approves_and_a_paused_run_resumes(tmp_path: Path) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        await told.quiet()
        told.says("writer", "/tdd pause")
        await told.until(lambda: [a["identifier"] for a in told.check().actions] == ["resume"])
        told.press("TDD", "resume")
        await told.until(lambda: [a["identifier"] for a in told.check().actions] == ["approve-plan"])
        told.press("TDD", "approve-plan")
        await told.until_state("success")


async def test_a_skipped_task_does_not_hold_up_what_depends_on_it(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2, 3)}
        told.open_pull()
        await told.until_state("action_required")
        told.says("writer", "/tdd skip task-1")
        await told.until_state("success")
        assert {key for key, _ in told.trailers()} == {"TASK-2"}


async def test_re_run_of_a_check_makes_new_check_runs_and_tries_again(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2, 3)}
        told.open_pull()
        await told.until_state("action_required")
        before = told.check("TDD / TASK-1 ·").id
        told.hub.rerun_check(before, "writer")
        await told.until_state("success")
        assert told.check("TDD / TASK-1 ·").id != before


async def test_closing_the_pull_request_stops_everything(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        told.runner.acts["TASK-1.1"] = "hang"
        told.open_pull()
        await told.until(lambda: len(told.runner.seen) == 2)
        await told.until(lambda: told.state("TDD / TASK-1 ·") == "in_progress")
        told.close()
        await told.until_state("cancelled")
        assert all(run.status == "completed" for run in told.repository.runs.values())
        assert (await told.run()).state is RunState.CANCELLED


async def test_a_prd_that_is_edited_in_mid_run_is_planned_again_where_it_changed(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        edits: list[str] = []

        def edit(given: Assignment) -> None:
            if given.task and not edits:
                edits.append(told.push("feature", {"prds/shop.md": PRD.replace("It lists.", "It lists in order.")}))

        told.runner.before = edit
        told.open_pull()
        await told.until_state("success")
        tasks = {task.key: task.state for task in (await told.run()).tasks}
        assert tasks == {"TASK-1": "complete", "TASK-2": "skipped", "TASK-3": "complete"}
        assert {key for key, _ in told.trailers()} == {"TASK-1", "TASK-3"}
        assert "TASK-3 takes its place" in told.sticky()


async def test_what_has_landed_is_proven_again_and_whoever_asked_is_told(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull()
        told.says("writer", "/tdd prove")
        await told.until(lambda: len(told.replies()) == 1)
        await told.until_state("success")
        asked = told.says("writer", "/tdd prove\n/tdd prove 1")
        await told.until(lambda: len(told.replies()) == 3, "for both answers")
        nothing, whole, first = told.replies()
        assert "Nothing has landed yet" in nothing
        assert f"`{told.head[:7]}` is proven again" in whole
        assert "/actions/runs/" in whole
        assert "TASK-1 at" in first
        all_of_it, one = told.runner.seen[-2:]
        landed = (await told.run()).tasks[0].proven
        assert landed is not None
        assert (all_of_it.head, all_of_it.since, all_of_it.task) == (told.head, told.pull.base_sha, None)
        assert (one.head, one.since) == (landed.tip, landed.base)
        reactions = [reaction.content for reaction in told.repository.comments[asked].reactions]
        assert reactions == ["eyes", "+1"]
        assert told.state() == "success"


async def test_a_proof_that_fails_or_gets_lost_is_told_with_the_first_difference(tmp_path: Path) -> None:
    async with story(tmp_path, sweep_s=0.05) as told:
        told.open_pull()
        await told.until_state("success")
        told.runner.acts[" prove"] = "unproven"
        told.says("writer", "/tdd prove")
        await told.until(lambda: len(told.replies()) == 1)
        assert "does not hold: 2 fail." in told.replies()[0]
        told.runner.acts["TASK-1 prove"] = "fail"
        told.says("writer", "/tdd prove TASK-1")
        await told.until(lambda: len(told.replies()) == 2)
        assert "came to nothing" in told.replies()[1]
        assert "/actions/runs/" in told.replies()[1]


async def test_a_running_check_pauses_by_its_button(tmp_path: Path) -> None:
    async with story(tmp_path) as told:

        def offers(button: str) -> bool:
            return "TDD" in told.checks() and [each["identifier"] for each in told.check().actions] == [button]

        told.runner.acts["TASK-1.1"] = "hang"
        told.open_pull()
        await told.until(lambda: offers("pause"))
        told.says("writer", "/tdd pause")
        await told.until(lambda: offers("resume"))
        told.press("TDD", "resume")
        await told.until(lambda: offers("pause"))
        told.says("writer", "/tdd skip 1")
        await told.until_state("success")
