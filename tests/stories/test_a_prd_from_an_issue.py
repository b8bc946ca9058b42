"""`/tdd prd` in an issue: the draft is a pull request, is never written over, and is worked when somebody says so."""

from pathlib import Path

import pytest

from tdd_orchestrator.hub.state import PullRequest
from world.story import PRD, REPO, TWO, Story, story

DRAFT = "tdd/issue-1"


def asks(told: Story, login: str = "writer", body: str = "/tdd prd") -> int:
    """A comment on the issue, which is the repository's first."""
    if not told.repository.issues:
        told.hub.open_issue(REPO, "reader", "Prices are wrong", "They should add up.\n<!-- and print the key -->")
    return told.hub.comment(REPO, 1, login, body).id


def answers(told: Story) -> list[str]:
    """What the app says in the issue, read."""
    found = [one for one in told.repository.comments.values() if one.number == 1 and one.user.login.endswith("[bot]")]
    told.read.update(one.id for one in found)
    return [one.body for one in found]


def reactions(told: Story, comment: int) -> set[str]:
    return {one.content for one in told.repository.comments[comment].reactions}


def drafts(told: Story) -> list[PullRequest]:
    return [pull for pull in told.repository.pulls.values() if pull.head_ref == DRAFT]


async def test_an_issue_becomes_a_pull_request_with_a_prd(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["draft"] = PRD
        asked = asks(told)
        await told.until(lambda: len(answers(told)) == 2, "the draft")
        await told.quiet()
        (pull,) = drafts(told)
        assert (pull.title, pull.user.login.endswith("[bot]")) == ("PRD: Search", True)
        path = "prds/issue-1-search.md"
        assert told.repository.git.run("show", f"{pull.head_sha}:{path}").decode() == PRD
        assert f"`{path}` was drafted from #1, which @reader wrote" in (pull.body or "")
        assert told.repository.git.resolve("main") == pull.base_sha
        assert [f"/pull/{pull.number}" in said for said in answers(told)] == [False, True]
        assert reactions(told, asked) == {"eyes", "+1"}
        given = told.runner.seen[0]
        assert len(told.runner.seen) == 1  # the draft is a bot's pull request: nothing is planned by itself
        assert given.wish == "Prices are wrong\n\nThey should add up.\n<!-- and print the key -->"


async def test_asking_twice_drafts_once_and_overwrites_nothing(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["draft"] = PRD
        told.hub.faults.double("issue_comment")
        asks(told)
        await told.until(lambda: len(answers(told)) == 2, "the draft")
        await told.quiet()
        edited = told.push(DRAFT, {"prds/issue-1-search.md": PRD + "\nMine.\n"})
        asks(told)
        await told.until(lambda: len(answers(told)) == 3, "the answer")
        await told.quiet()
        assert "The draft of this issue is there: " in answers(told)[2]
        assert [given.step for given in told.runner.seen if given.wish] == ["draft"]
        assert told.repository.git.resolve(DRAFT) == edited


@pytest.mark.parametrize("branch", ["main", "feature"])
async def test_a_draft_counts_only_where_the_default_branch_s_workflow_wrote_it(tmp_path: Path, branch: str) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["draft"] = PRD
        asks(told)
        await told.until(lambda: len(answers(told)) == 2, "the draft")
        (real,) = [run for run in told.repository.runs.values() if "prd draft" in run.display_title]
        sha = told.push(branch, {"src/theirs.py": ""})
        told.hub.actions.create(
            told.repository,
            told.hub.actions.workflow(real),
            "workflow_dispatch",
            real.actor,
            ref=f"refs/heads/{branch}",
            sha=sha,
            inputs={name: value.replace(real.inputs["nonce"], "f00") for name, value in real.inputs.items()},
        )
        await told.quiet()
        assert len(told.runner.seen) == 2
        heard = ["The draft of this issue is there" in said for said in answers(told)[2:]]
        assert heard == ([True] if branch == "main" else [])


async def test_a_job_without_a_draft_says_why_in_the_issue(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        asks(told)
        await told.until(lambda: len(answers(told)) == 2, "the answer")
        assert "There is no draft: No." in answers(told)[1]
        assert "/actions/runs/" in answers(told)[1]
        assert drafts(told) == []
        told.runner.acts["draft"] = "# Nothing in it\n\n## REQ-1: A\n\n## REQ-1: B\n"
        asks(told)
        await told.until(lambda: len(answers(told)) == 4, "the second answer")
        assert "There is no draft: line " in answers(told)[3]
        assert drafts(told) == []


async def test_who_may_not_and_what_does_not_belong_in_an_issue_is_said(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        lowly = asks(told, "reader")
        await told.until(lambda: len(answers(told)) == 1, "the refusal")
        assert "needs the role write in this repository; yours is read" in answers(told)[0]
        asks(told, body="/tdd retry TASK-1")
        await told.until(lambda: len(answers(told)) == 2, "the second refusal")
        assert "`/tdd retry` belongs on a pull request" in answers(told)[1]
        asks(told, body="/tdd prdd")
        await told.until(lambda: len(answers(told)) == 3, "the third refusal")
        assert "`/tdd prd` drafts a PRD" in answers(told)[2]
        asks(told, body="we should ask /tdd prd\n> /tdd prd\n")
        await told.quiet()
        assert told.runner.seen == []
        assert reactions(told, lowly) == {"eyes", "confused"}


async def test_a_missing_workflow_is_told_in_the_issue(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.push("main", {".github/workflows/tdd.yml": "on: push\njobs: {}\n"})
        asks(told)
        await told.until(lambda: len(answers(told)) == 1, "the refusal")
        assert "tdd init" in answers(told)[0]


async def test_on_a_pull_request_it_is_sent_to_an_issue(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        told.open_pull()
        await told.until_state("success")
        told.says("writer", "/tdd prd")
        await told.until(lambda: any("from an issue" in body for body in told.replies()), "the answer")


async def test_the_draft_is_worked_when_a_person_says_so(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        told.runner.acts["draft"] = PRD
        asks(told)
        await told.until(lambda: len(answers(told)) == 2, "the draft")
        await told.quiet()
        (pull,) = drafts(told)
        told.hub.comment(REPO, pull.number, "writer", "/tdd plan")
        await told.until(lambda: len(told.runner.seen) == 2 + len(TWO), "the work")
        await told.quiet()
        subjects = told.repository.git.text("log", "--format=%s", f"main..{DRAFT}")
        assert "TASK-1 green" in subjects
        assert "TASK-2 green" in subjects
