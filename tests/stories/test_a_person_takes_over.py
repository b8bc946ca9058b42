"""A task in a person's hands: a branch to push to, the same gates, and back again."""

from dataclasses import replace
from pathlib import Path

from tdd_orchestrator.core.result import Assignment
from tdd_orchestrator.core.states import TaskState
from world.story import TWO, Story, story

MINE = "tdd/1/TASK-1-by-hand"
CODE = {"tests/test_task_1.py": "# by hand\n", "src/shop/task_1.py": "# by hand\n"}


def judged(told: Story) -> list[Assignment]:
    return [given for given in told.runner.seen if given.source]


async def failed(told: Story) -> None:
    """The first task has used up its chances."""
    told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2, 3)}
    told.open_pull()
    await told.until_state("failure", "TDD / TASK-1 ·")


async def taken(told: Story) -> str:
    """The first task is taken by its button; the answer."""
    await failed(told)
    told.press("TDD / TASK-1 ·", "take:TASK-1")
    await told.until(lambda: bool(told.replies()), "for an answer")
    await told.until_state("action_required", "TDD / TASK-1 ·")
    return told.replies()[0]


async def test_a_failed_task_is_taken_over_pushed_to_and_lands_with_its_authors_work(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        answer = await taken(told)
        assert f"git switch {MINE}" in answer
        assert "`tests/test_task_1.py`" in answer
        assert "one and one is two" in answer
        assert told.repository.git.resolve(MINE) == told.head
        shown = told.check("TDD / TASK-1 ·")
        assert [each["identifier"] for each in shown.actions] == ["release:TASK-1", "skip:TASK-1"]
        assert f"git switch {MINE}" in shown.output["summary"]
        told.push(MINE, CODE)
        await told.until_state("success")
        (given,) = judged(told)
        assert (given.worker, given.attempt, given.feedback) == ("human", 4, "")
        assert told.repository.git.file("feature", "src/shop/task_1.py") == b"# by hand\n"
        assert told.repository.git.resolve(MINE) is None, "all of it has landed"
        assert (await told.run()).tasks[0].attempts[-1].by == "writer"


async def test_a_refused_push_uses_up_no_chance_and_the_next_one_is_judged(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await taken(told)
        told.runner.acts |= {"TASK-1.4": "refuse", "TASK-1.5": "refuse", "TASK-1.6": "refuse"}
        for number in (1, 2, 3):
            told.push(MINE, {"src/shop/task_1.py": f"# try {number}\n"})
            await told.until(lambda number=number: len(judged(told)) == number, "for the push to be judged")  # type: ignore[misc]
            await told.until_state("action_required", "TDD / TASK-1 ·")
            assert "It edits a frozen test." in told.check("TDD / TASK-1 ·").output["title"]
        told.push(MINE, CODE)
        await told.until_state("success")


async def test_nothing_new_is_judged_twice(tmp_path: Path) -> None:
    async with story(tmp_path, sweep_s=0.05) as told:
        await taken(told)
        told.runner.acts["TASK-1.4"] = "refuse"
        told.push(MINE, CODE)
        await told.until(lambda: len(judged(told)) == 1)
        await told.until_state("action_required", "TDD / TASK-1 ·")
        told.says("writer", "/tdd release task-1\n/tdd take task-1")
        await told.until(lambda: len(told.replies()) == 2)
        await told.quiet()
        assert len(judged(told)) == 1
        told.push(MINE, {"src/shop/task_1.py": "# better\n"})
        await told.until_state("success")


async def test_a_lost_push_is_found_by_the_sweep(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await taken(told)
        await told.stop_app()
        told.push(MINE, CODE)
        await told.hub.settled()
        told.settings = replace(told.settings, sweep_s=0.05)
        await told.start_app()
        await told.until_state("success")


async def test_a_task_at_work_is_taken_from_its_runner_and_given_back(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        told.runner.acts["TASK-1.1"] = "hang"
        told.open_pull()
        await told.until(lambda: told.state("TDD / TASK-1 ·") == "in_progress")
        told.says("writer", "/tdd take 1")
        await told.until(lambda: bool(told.replies()))
        await told.until(lambda: all(run.status == "completed" for run in told.repository.runs.values()))
        await told.quiet()
        assert (await told.run()).tasks[0].taken_by == "writer"
        told.says("maintainer", "/tdd take 1\n/tdd retry 1")
        await told.until(lambda: len(told.replies()) == 3)
        assert "TASK-1 is with writer" in told.replies()[1]
        assert "`/tdd release TASK-1`" in told.replies()[2]
        told.press("TDD / TASK-1 ·", "release:TASK-1")
        await told.until_state("success")
        assert not judged(told)
        assert told.repository.git.resolve(MINE) is None, "nobody has written anything to it"


async def test_a_branch_with_work_on_it_is_never_touched(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await failed(told)
        before = told.push(MINE, {"src/shop/task_1.py": "# from before\n"}, parent=told.head)
        told.runner.acts["TASK-1.4"] = "refuse"
        told.says("writer", "/tdd take TASK-1")
        await told.until(lambda: len(judged(told)) == 1, "for what is there to be judged")
        assert judged(told)[0].source == before
        await told.until_state("action_required", "TDD / TASK-1 ·")
        assert len(told.replies()) == 1
        told.says("writer", "/tdd release TASK-1")
        await told.until_state("success")
        assert told.repository.git.resolve(MINE) == before


async def test_a_push_while_an_older_one_is_judged_takes_its_place(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await taken(told)
        better = {**CODE, "src/shop/task_1.py": "# better\n"}

        def meanwhile(given: Assignment) -> None:
            if given.source and len(judged(told)) == 1:
                told.push(MINE, better)

        told.runner.before = meanwhile
        told.push(MINE, CODE)
        await told.until_state("success")
        assert told.repository.git.file("feature", "src/shop/task_1.py") == b"# better\n"
        assert [task.state for task in (await told.run()).tasks] == [TaskState.COMPLETE, TaskState.COMPLETE]


async def test_who_may_not_write_may_not_take(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await failed(told)
        told.says("reader", "/tdd take TASK-1")
        await told.until(lambda: bool(told.replies()))
        assert "needs the role write" in told.replies()[0]
        assert told.repository.git.resolve(MINE) is None
