"""Stacked: tasks land on a branch of ours with a pull request into the person's branch, which stays theirs."""

from pathlib import Path

from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.hub.acts.refs import refs_moved
from world.story import BRANCH, CONFIG, TWO, Story, story

STACKED = CONFIG.format(approve_above=1000.0) + '\n[git]\nlanding = "stacked-pr"\n'
STACK = "tdd/1/stack"


def stages(told: Story) -> list[str]:
    form = "%(trailers:key=TDD-Task,valueonly,separator=) %(trailers:key=TDD-Stage,valueonly,separator=)"
    lines = told.repository.git.text("log", "--reverse", f"--format={form}", f"{BRANCH}..{STACK}").splitlines()
    return [line for line in lines if line.strip()]


def stacked_pulls(told: Story) -> list[tuple[str, str, str]]:
    return [(p.head_ref, p.base_ref, p.state) for number, p in told.repository.pulls.items() if number != 1]


async def test_tasks_land_on_a_branch_of_ours_and_the_persons_is_never_pushed_to(tmp_path: Path) -> None:
    async with story(tmp_path, config=STACKED) as told:
        told.open_pull()
        theirs = told.head
        await told.until_state("success")
        assert told.head == theirs
        assert stages(told) == ["TASK-1 red", "TASK-1 green", "TASK-2 red", "TASK-2 green"]
        assert stacked_pulls(told) == [(STACK, BRANCH, "open")]
        pull = next(p for number, p in told.repository.pulls.items() if number != 1)
        assert pull.title == "TDD: Shop (#1)"
        assert "2 of 2 tasks of #1, each proven from git." in (pull.body or "")
        assert "**TASK-2** title of TASK-2" in (pull.body or "")


async def test_what_is_pushed_to_the_persons_branch_comes_along(tmp_path: Path) -> None:
    async with story(tmp_path, config=STACKED) as told:
        told.runner.hold("TASK-2.1")
        told.open_pull()
        await told.until(lambda: "TASK-2.1" in told.runner.held, "for TASK-2 at work")
        theirs = told.push(BRANCH, {"src/shop/by_hand.py": "by hand\n"})
        await told.quiet_but_running()
        told.runner.let_go("TASK-2.1")
        await told.until_state("success")
        git = told.repository.git
        assert told.head == theirs
        assert git.text("merge-base", theirs, STACK) == theirs
        assert git.text("show", f"{STACK}:src/shop/by_hand.py") == "by hand"
        assert f"Merge {BRANCH} into {STACK}" in git.text("log", "--format=%s", STACK)


async def test_a_stack_that_is_deleted_is_not_begun_anew_without_what_had_landed(tmp_path: Path) -> None:
    async with story(tmp_path, TWO, config=STACKED) as told:
        told.runner.hold("TASK-2.1")
        told.open_pull()
        await told.until(lambda: "TASK-2.1" in told.runner.held, "for TASK-2 at work")
        git = told.repository.git
        landed = git.resolve(STACK) or ""
        git.run("update-ref", "-d", f"refs/heads/{STACK}")
        refs_moved(told.hub.site, told.repository, told.hub.world.users["writer"])
        told.runner.let_go("TASK-2.1")
        await told.until_state("action_required")
        assert f"The branch {STACK} is gone, and with it what had landed" in told.check().output["summary"]
        git.run("update-ref", f"refs/heads/{STACK}", landed)
        refs_moved(told.hub.site, told.repository, told.hub.world.users["writer"])
        told.says("writer", "/tdd resume")
        await told.until_state("success")
        assert (await told.run()).state is RunState.COMPLETED
        assert git.text("merge-base", landed, STACK) == landed
