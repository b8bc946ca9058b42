"""Tasks side by side land together; what is wrong together is found, put in order and worked again."""

import asyncio
from pathlib import Path

from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.states import TaskState
from world.story import PATIENCE_S, Story, story, task

FOUR = tuple(task(f"TASK-{number}", requirement=f"REQ-{1 + number % 2}") for number in range(1, 5))
ALL = tuple(each.key for each in FOUR)


def proofs(told: Story) -> list[tuple[str, ...]]:
    """The tasks of each proof of a merge, in the order in which they were dispatched."""
    asked = [each for each in told.runner.seen if each.step is Step.PROVE]
    return [tuple(task.key for task in each.tasks or (each.task,) if task) for each in asked]


def merges(told: Story) -> list[str]:
    """The subjects of the merges on the branch, oldest first."""
    return told.repository.git.text("log", "--reverse", "--merges", "--format=%s", "main..feature").splitlines()


async def until_all(told: Story, state: TaskState, *keys: str) -> None:
    """Wait until these tasks are in that state."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            run = (await told.loaded()).run
            if run is not None and all((one := run.task(key)) and one.state is state for key in keys):
                return await told.quiet_but_running()
            await asyncio.sleep(0.02)


async def waiting(told: Story, *keys: str) -> None:
    """TASK-4 has landed, TASK-3 is being proven on top of it, and these have ended their work meanwhile."""
    told.runner.hold(*(f"{key}.1" for key in ALL))
    told.open_pull()
    await told.until(lambda: len(told.runner.held) == 4, "for four tasks at work")
    told.runner.let_go("TASK-4.1")
    await until_all(told, TaskState.COMPLETE, "TASK-4")
    told.runner.hold("TASK-3 prove")
    told.runner.let_go("TASK-3.1")
    await told.until(lambda: "TASK-3 prove" in told.runner.held, "for the proof of TASK-3")
    told.runner.let_go(*(f"{key}.1" for key in keys))
    await until_all(told, TaskState.PASSING, *keys)


async def test_tasks_that_wait_are_merged_proven_and_pushed_together(tmp_path: Path) -> None:
    async with story(tmp_path, FOUR) as told:
        await waiting(told, "TASK-1", "TASK-2")
        told.runner.let_go("TASK-3 prove")
        await told.until_state("success")
        assert proofs(told) == [("TASK-3",), ("TASK-1", "TASK-2")]
        landed = {each.key: each.landed for each in (await told.run()).tasks}
        assert landed["TASK-1"] == landed["TASK-2"] == told.head, "one push made one head"
        assert sorted(set(told.trailers())) == sorted(
            {(key, stage) for key in ALL for stage in ("red", "green")}
            | {(key, "land") for key in ("TASK-1", "TASK-2", "TASK-3")}
        )
        assert told.repository.git.resolve("tdd/1/merge") is None


async def test_a_pair_that_is_wrong_together_is_found_put_in_order_and_worked_again(tmp_path: Path) -> None:
    async with story(tmp_path, FOUR) as told:
        told.runner.clashes = frozenset({("TASK-1", "TASK-2")})
        await waiting(told, "TASK-1", "TASK-2")
        told.runner.let_go("TASK-3 prove")
        await told.until_state("success")
        assert proofs(told) == [("TASK-3",), ("TASK-1", "TASK-2"), ("TASK-1",)]
        run = await told.run()
        second = next(each for each in run.tasks if each.key == "TASK-2")
        assert [attempt.accepted for attempt in second.attempts] == [True, True], "the work was right by itself"
        assert second.attempts[1].feedback == (
            "It does not hold together with TASK-1, which landed meanwhile: TASK-1 and TASK-2 are wrong together."
        )
        assert second.planned.depends_on == ("TASK-1",)
        assert [(each.first, each.second) for each in run.overlaps] == [("TASK-1", "TASK-2")]
        assert (
            "TASK-2 comes after TASK-1: each was right alone, together they were not." in told.check().output["summary"]
        )
        assert "TASK-1, TASK-2 do not hold together, so they are tried by halves." in told.check().output["summary"]
        assert "TASK1 --> TASK2" in told.check().output["text"]


async def test_a_conflict_inside_a_batch_takes_only_that_task_out(tmp_path: Path) -> None:
    async with story(tmp_path, FOUR) as told:
        told.runner.reds |= {f"TASK-{n}.1": {"tests/test_both.py": f"as TASK-{n} sees it\n"} for n in (1, 2)}
        await waiting(told, "TASK-1", "TASK-2")
        told.runner.let_go("TASK-3 prove")
        await told.until_state("success")
        assert proofs(told) == [("TASK-3",), ("TASK-1",)]
        second = next(each for each in (await told.run()).tasks if each.key == "TASK-2")
        assert second.attempts[1].feedback == "It conflicts with TASK-1 in tests/test_both.py."
        assert second.planned.depends_on == ("TASK-1",)
        assert told.repository.git.text("show", "feature:tests/test_both.py") == "as TASK-1 sees it"
