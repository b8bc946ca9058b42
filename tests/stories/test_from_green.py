"""`--from green`: the tests that an attempt left are kept, and the next one begins where that one failed."""

from pathlib import Path

from tdd_orchestrator.core.result import Question
from world.story import Story, story

KEPT = "tdd/1/TASK-1-red"


async def failed(told: Story, how: str) -> None:
    """The first task has used up its chances."""
    told.runner.acts |= {f"TASK-1.{n}": how for n in (1, 2, 3)}
    told.open_pull()
    await told.until_state("failure", "TDD / TASK-1 ·")


async def test_the_tests_of_red_are_kept_on_a_branch_until_the_task_has_landed(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await failed(told, "green")
        told.says("writer", "/tdd retry TASK-1 --from green")
        kept: list[str | None] = []
        told.runner.before = lambda given: kept.append(told.repository.git.resolve(KEPT)) if given.red else None
        await told.until_state("success")
        (given,) = [each for each in told.runner.seen if each.red]
        attempts = (await told.run()).tasks[0].attempts
        assert given.red == attempts[2].stages[0].commit
        assert kept == [given.red]
        assert "TDD-Stage: red" in told.repository.git.text("log", "-1", "--format=%B", given.red)
        assert told.repository.git.resolve(KEPT) is None, "ours, and not needed any more"


async def test_without_an_accepted_red_the_refusal_says_so(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await failed(told, "refuse")
        told.says("writer", "/tdd retry TASK-1 --from green\n/tdd retry TASK-1 --from land")
        await told.until(lambda: len(told.replies()) == 2)
        assert "No RED of TASK-1 is left to keep: `/tdd retry TASK-1` starts it anew." in told.replies()[0]
        assert "`--from land` has nothing to begin with" in told.replies()[1]
        await told.quiet()
        assert told.state("TDD / TASK-1 ·") == "failure"


async def test_a_red_that_has_expired_is_said_so_and_nothing_is_tried(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await failed(told, "green")
        told.repository.artifacts.clear()
        await told.stop_app()
        await told.start_app()
        told.says("writer", "/tdd retry 1 --from green")
        await told.until(lambda: bool(told.replies()))
        assert "cannot be had any more: what its workflow run left has expired" in told.replies()[0]
        await told.quiet()
        assert told.state("TDD / TASK-1 ·") == "failure"
        assert told.repository.git.resolve(KEPT) is None


async def test_a_branch_of_that_name_that_holds_a_person_s_commits_is_not_overwritten(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await failed(told, "green")
        mine = told.push(KEPT, {"mine.txt": "mine\n"}, told.head)
        told.says("writer", "/tdd retry TASK-1 --from green")
        await told.until(lambda: bool(told.replies()))
        assert f"{KEPT} holds commits of somebody else's: move them to another branch" in told.replies()[0]
        await told.quiet()
        assert told.repository.git.resolve(KEPT) == mine


async def test_a_runner_that_smuggles_more_than_tests_into_its_red_is_found_out(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.reds = {f"TASK-1.{n}": {".github/workflows/evil.yml": "on: push\n"} for n in (1, 2, 3)}
        await failed(told, "green")
        told.says("writer", "/tdd retry 1 --from green")
        await told.until(lambda: bool(told.replies()))
        assert ".github/workflows/evil.yml" in told.replies()[0]
        assert told.repository.git.resolve(KEPT) is None


async def test_an_answer_goes_on_from_the_tests_where_it_was_asked_in_green(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {f"TASK-1.{n}": Question("Up or down?", alone="up", tried="GREEN") for n in (1, 2)}
        told.open_pull()
        await told.until_state("action_required", "TDD / TASK-1 ·")
        assert "asks in GREEN" in told.check("TDD / TASK-1 ·").output["summary"]
        told.says("writer", "/tdd answer ESC-1 up")
        await told.until_state("success")
        again = told.runner.seen[2]
        assert again.answers[0].answer == "up"
        assert again.red == (await told.run()).tasks[0].attempts[0].stages[0].commit
