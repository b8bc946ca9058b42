"""People push, rewrite, rebase and delete the branch in mid-run: ordinary events, and nobody's commit is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.hub.acts.refs import refs_moved
from world.quick_runner import written
from world.story import BRANCH, PATIENCE_S, PRD, TWO, Story, story, task

THREE = tuple(task(f"TASK-{number}", requirement=f"REQ-{1 + number % 2}") for number in range(1, 4))
PUSHED = {"src/shop/by_hand.py": "by hand\n"}


def is_on_the_branch(told: Story, sha: str) -> bool:
    return told.repository.git.text("merge-base", sha, BRANCH) == sha


def content(told: Story, path: str) -> str:
    return (told.repository.git.file(told.head, path) or b"").decode()


def rewrite(told: Story, sha: str) -> None:
    """A person's force push."""
    told.repository.git.run("update-ref", f"refs/heads/{BRANCH}", sha)
    refs_moved(told.hub.site, told.repository, told.hub.world.users["writer"])


def proofs(told: Story) -> list[str]:
    asked = [each for each in told.runner.seen if each.step is Step.PROVE]
    return ["+".join(task.key for task in each.tasks or (each.task,) if task) for each in asked]


async def until_all(told: Story, state: TaskState, *keys: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            run = (await told.loaded()).run
            if run is not None and all((one := run.task(key)) and one.state is state for key in keys):
                return await told.quiet_but_running()
            await asyncio.sleep(0.02)


async def batch_in_proof(told: Story) -> None:
    """TASK-1 and TASK-2 are merged on top of a person's commit, and the merge is being proven; TASK-3 is at work."""
    told.runner.hold("TASK-1.1", "TASK-2.1", "TASK-3.1", "TASK-1 prove", "TASK-1+TASK-2 prove")
    told.open_pull()
    await told.until(lambda: len(told.runner.held) == 3, "for three tasks at work")
    told.push(BRANCH, {"README.md": "first\n"})
    await told.quiet_but_running()
    told.runner.let_go("TASK-1.1")
    await told.until(lambda: "TASK-1 prove" in told.runner.held, "for the proof of TASK-1")
    told.runner.let_go("TASK-2.1")
    await until_all(told, TaskState.PASSING, "TASK-1", "TASK-2")
    told.push(BRANCH, {"README.md": "second\n"})
    await told.until(lambda: "TASK-1+TASK-2 prove" in told.runner.held, "for the proof of both")


async def seen_by_webhook(told: Story) -> None:
    await told.quiet_but_running()


async def unseen(told: Story) -> None:
    """The webhook of the push is lost: only the push of ours can find out."""


@pytest.mark.parametrize("noticed", [seen_by_webhook, unseen])
async def test_a_push_between_staging_and_push_is_merged_into_and_never_over(
    tmp_path: Path, noticed: Callable[[Story], Awaitable[None]]
) -> None:
    async with story(tmp_path, THREE) as told:
        await batch_in_proof(told)
        if noticed is unseen:
            told.hub.faults.drop("pull_request", times=1)
        theirs = told.push(BRANCH, PUSHED)
        await noticed(told)
        told.runner.let_go("TASK-3.1")
        told.runner.let_go("TASK-1+TASK-2 prove")
        await told.until_state("success")
        assert is_on_the_branch(told, theirs)
        assert content(told, "src/shop/by_hand.py") == "by hand\n"
        assert [content(told, f"src/shop/task_{n}.py") for n in (1, 2, 3)] == [
            f"# TASK-{n}, attempt 1\n" for n in (1, 2, 3)
        ]
        assert len(proofs(told)) >= 3, "what they pushed is in a merge that was proven"
        assert (await told.run()).state is RunState.COMPLETED


async def test_a_force_push_that_takes_landed_commits_off_is_left_as_it_is_and_told(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.hold("TASK-2.1")
        told.open_pull()
        await told.until(lambda: "TASK-2.1" in told.runner.held, "for TASK-2 at work")
        landed = told.head
        first = told.repository.git.text("rev-parse", f"{landed}~2")
        git = told.repository.git
        theirs = written(git, first, {"src/shop/theirs.py": "instead\n"}, "A person's rewrite")
        rewrite(told, theirs)
        await told.quiet_but_running()
        told.runner.let_go("TASK-2.1")
        await told.until_state("success")
        assert is_on_the_branch(told, theirs)
        assert not is_on_the_branch(told, landed), "what a person took off is not put back behind their back"
        assert f"`git merge {landed[:12]}` brings them back" in told.check().output["summary"]
        second = (await told.run()).tasks[1]
        assert "The branch was rewritten" in second.attempts[1].feedback
        assert second.attempts[1].base == theirs


async def test_a_rebase_that_keeps_the_commits_is_no_loss(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.hold("TASK-2.1")
        told.open_pull()
        await told.until(lambda: "TASK-2.1" in told.runner.held, "for TASK-2 at work")
        git = told.repository.git
        base = told.push("main", {"docs/new.md": "main went on\n"})
        new = base
        for old in git.text("rev-list", "--reverse", f"{base}..{BRANCH}").split():
            files = {
                path: (git.file(old, path) or b"").decode()
                for path in git.text("diff-tree", "-r", "--no-commit-id", "--name-only", old).split()
            }
            new = written(git, new, files, git.text("log", "-1", "--format=%B", old))
        rewrite(told, new)
        await told.quiet_but_running()
        told.runner.let_go("TASK-2.1")
        await told.until_state("success")
        assert is_on_the_branch(told, new)
        assert (await told.run()).notes == ()
        assert dict.fromkeys(told.trailers()).keys() >= {("TASK-1", "green"), ("TASK-2", "green")}


async def test_a_branch_that_is_deleted_stays_deleted_and_what_was_proven_is_kept(tmp_path: Path) -> None:
    async with story(tmp_path, THREE) as told:
        await batch_in_proof(told)
        merge = told.repository.git.resolve("tdd/1/merge")
        told.repository.git.run("update-ref", "-d", f"refs/heads/{BRANCH}")
        refs_moved(told.hub.site, told.repository, told.hub.world.users["writer"])
        await told.quiet_but_running()
        assert told.repository.git.resolve(BRANCH) is None
        assert (await told.run()).reason.startswith("The pull request was closed.")
        assert told.repository.git.resolve("tdd/1/merge") == merge, "it holds commits that have not landed"


async def test_a_ruleset_on_the_branch_is_quoted_and_costs_no_attempt(tmp_path: Path) -> None:
    async with story(tmp_path, TWO[:1]) as told:
        hook = told.repository.git.path / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            "#!/bin/sh\nwhile read old new ref; do\n"
            f"  [ $ref = refs/heads/{BRANCH} ] && echo 'GH013: Repository rule violations found' && exit 1\n"
            "done\nexit 0\n"
        )
        hook.chmod(0o755)
        told.open_pull(prd=PRD.split("## REQ-2")[0])
        await told.until_state("action_required")
        shown = told.check().output["summary"]
        assert "GH013: Repository rule violations found" in shown
        assert "/tdd resume" in shown
        hook.unlink()
        told.says("writer", "/tdd resume")
        await told.until_state("success")
        assert len((await told.run()).tasks[0].attempts) == 1


async def test_an_edited_prd_is_seen_although_a_landing_met_the_push_first(tmp_path: Path) -> None:
    """The landing learns of a person's push before its webhook comes; what the push brings is read all the same."""
    async with story(tmp_path, TWO[:1]) as told:
        late = told.hub.faults.hold("pull_request", "synchronize")
        pushed: list[str] = []

        def meanwhile(given: Assignment) -> None:
            if given.step is Step.WORK and not pushed:
                told.runner.tasks = (TWO[0], replace(TWO[1], depends_on=()))
                pushed.append(told.push("feature", {"prds/shop.md": PRD}))
            elif given.step is Step.PROVE:
                late.release()

        told.runner.before = meanwhile
        told.open_pull(prd=PRD.split("## REQ-2")[0])
        await told.until_state("success")
        assert [given.step for given in told.runner.seen].count(Step.PLAN) == 2
        run = await told.run()
        assert [task.planned.requirements for task in run.tasks] == [("REQ-1",), ("REQ-2",)]
