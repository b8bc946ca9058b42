"""Forks and bots: nothing starts by itself, a maintainer approves one commit, and only a job without keys runs."""

from pathlib import Path
from typing import Literal

import pytest

from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.hub.acts import checks, comments, pulls
from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.identity import User
from tdd_orchestrator.hub.state import Repository
from world.quick_runner import OURS, written
from world.story import BRANCH, PRD, REPO, Story, story

QUICK_SWEEP_S = 0.3


def pushed(told: Story, fork: Repository, files: dict[str, str], parent: str = "") -> str:
    """A commit of the fork's author on their branch; its sha."""
    sha = written(fork.git, parent or fork.git.resolve(BRANCH) or "", files, "A stranger's commit")
    fork.git.run("update-ref", f"refs/heads/{BRANCH}", sha)
    refs_moved(told.hub.site, fork, told.hub.world.users["stranger"])
    return sha


def forked(told: Story) -> Repository:
    """A fork with a PRD on a branch, and a pull request from there."""
    fork = told.hub.add_repository("stranger/shop", told.repository.git.path)
    told.hub.set_role(REPO, "stranger", "read")
    pushed(told, fork, {"prds/shop.md": PRD}, parent=fork.git.resolve("main") or "")
    author = told.hub.world.users["stranger"]
    pulls.open_from_fork(told.hub.site, told.repository, author, "Shop", fork, BRANCH, None)
    return fork


async def until(told: Story, sha: str, state: str) -> None:
    def shown() -> str:
        check = told.checks(sha).get("TDD")
        return (check.conclusion or check.status) if check else "absent"

    await told.until(lambda: shown() == state, f"for TDD to be {state} on {sha[:7]}")
    await told.quiet()


async def test_a_fork_waits_for_a_maintainer_who_approves_one_commit_and_is_proven_without_keys(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        fork = forked(told)
        head = told.pull.head_sha
        await until(told, head, "action_required")
        shown = told.checks(head)["TDD"]
        assert "is in a fork" in shown.output["summary"]
        assert f"/tdd approve {head[:12]}" in shown.output["summary"]
        assert shown.actions == []
        assert told.runner.seen == []

        for login, said, answer in (
            ("stranger", f"/tdd approve {head[:12]}", "needs the role"),
            ("writer", f"/tdd approve {head[:12]}", "needs the role maintain"),
            ("maintainer", "/tdd approve", "is for one commit"),
            ("maintainer", "/tdd approve 0123456", "not 0123456"),
            ("maintainer", "/tdd plan", "is in a fork"),
        ):
            count = len(told.replies())
            told.says(login, said)
            await told.until(lambda count=count: len(told.replies()) > count)  # type: ignore[misc]
            assert answer in told.replies()[-1]
        assert told.runner.seen == []

        told.says("maintainer", f"/tdd approve {head[:12]}")
        await until(told, head, "success")
        (given,) = told.runner.seen
        assert (given.step, given.head, given.since) == (Step.PROVE, head, told.pull.base_sha)
        assert "approved by @maintainer" in (await told.run()).reason

        newer = pushed(told, fork, {"src/shop/evil.py": "import os\n"})
        await until(told, newer, "action_required")
        assert (await told.run()).allowed == ""
        told.says("maintainer", f"/tdd approve {head[:12]}")
        await told.until(lambda: f"The head is {newer[:12]} now" in told.replies()[-1])
        assert len(told.runner.seen) == 1


async def test_a_push_to_the_fork_gives_up_the_proof_that_runs(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        fork = forked(told)
        head = told.pull.head_sha
        await until(told, head, "action_required")
        told.runner.acts[" prove"] = "hang"
        told.says("maintainer", f"/tdd approve {head}")
        await told.until(lambda: len(told.runner.seen) == 1)
        newer = pushed(told, fork, {"a.txt": "more\n"})
        await until(told, newer, "action_required")
        assert [run.conclusion for run in told.repository.runs.values() if run.workflow_path == OURS] == ["cancelled"]


@pytest.mark.parametrize(("login", "kind", "starts"), [("dependabot[bot]", "Bot", False), ("robot[bot]", "User", True)])
async def test_the_type_of_an_author_decides_and_not_the_name(
    tmp_path: Path, login: str, kind: Literal["User", "Bot"], starts: bool
) -> None:
    async with story(tmp_path) as told:
        author = User(7_000, login, kind)
        told.hub.world.users[login] = author
        told.push(BRANCH, {"prds/shop.md": PRD}, parent=told.repository.git.resolve("main") or "")
        pulls.open_pull(told.hub.site, told.repository, author, "Shop", BRANCH, "main", None, draft=False)
        if starts:
            await told.until_state("success")
            return
        await told.until_state("action_required")
        assert "is a bot: nothing starts" in told.check().output["summary"]
        assert told.runner.seen == []
        told.says("writer", "/tdd plan")
        await told.until_state("success")


async def test_bots_command_nothing_by_comment_or_re_run_not_even_to_the_sweep(tmp_path: Path) -> None:
    async with story(tmp_path, approve_above=0.0, sweep_s=QUICK_SWEEP_S) as told:
        bot = User(7_000, "helper", "Bot")
        told.hub.world.users["helper"] = bot
        told.hub.set_role(REPO, "helper", "admin")
        told.open_pull()
        await told.until_state("action_required")
        comments.comment(told.hub.site, told.pull, bot, "/tdd approve")
        checks.rerequest(told.hub.site, told.repository, told.check(), bot)
        told.hub.press(told.check().id, "approve-plan", "helper")
        before = (await told.run()).generation
        await told.quiet()
        told.says("reader", "/tdd status")
        await told.until(lambda: bool(told.replies()))
        run = await told.run()
        assert (run.state, run.generation) == (RunState.AWAITING_APPROVAL, before)
