"""The whole room against a stateful GitHub over real HTTP: token, checks, comments, runs, artifacts, landing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tdd_orchestrator.core.content import CheckContent, CommentContent
from tdd_orchestrator.core.effect import (
    CancelJob,
    Dispatch,
    Effect,
    Land,
    React,
    Reply,
    Retire,
    Ripe,
    ShowComment,
    ShowRun,
)
from tdd_orchestrator.core.event import Dispatched, Landed, Staged
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Assignment, Remark, Step
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.connections import AppCredentials, Connections, TokenConnection
from tdd_orchestrator.github.deliveries import recent_deliveries, redeliver
from tdd_orchestrator.github.landing import Terms
from tdd_orchestrator.github.perform import Performed, Performer
from tdd_orchestrator.github.tokens import PERMISSIONS
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.server.redelivery import REST, attempts_of, to_redeliver
from world.small_repo import SmallRepo, small_repo

REPO = "owner/name"
TASK = PlannedTask("TASK-1", "Add", files=("src/**",), tests=("tests/**",))
TERMS = Terms({TASK.key: TASK}, Rules(protected=(".github/**",)))
WORKFLOW = """
name: TDD
run-name: tdd ${{ inputs.title }} ${{ inputs.nonce }}
on:
  workflow_dispatch:
    inputs: {nonce: {}, title: {}, step: {}, assignment: {}, head: {}, base: {}, lander: {}}
jobs: {work: {runs-on: ubuntu-latest, steps: [{run: "true"}]}}
"""
NOWHERE = "http://127.0.0.1:9/webhook"


@dataclass
class Town:
    """A hub with a pull request, the app installed, and somebody's clone on the pull request's branch."""

    hub: Hub
    connections: Connections
    github: Connection
    clone: SmallRepo
    number: int

    @property
    def performer(self) -> Performer:
        return Performer(self.github, REPO, self.number)

    async def perform(self, effect: Effect, content: CheckContent | CommentContent | None = None) -> Performed:
        """As if after a crash: nothing is known to be shown, and it may have been performed before."""
        return await self.performer.perform(effect, content, None, again=True, terms=TERMS)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clone = small_repo(tmp_path / "clone", {"src/sum.py": "one = 1\n" * 30, ".github/workflows/tdd.yml": WORKFLOW})
    clone.git("checkout", "--quiet", "-b", "feature")
    clone.commit("a PRD", {"prds/sum.prd.md": "# Sum\n"})
    async with Hub(tmp_path / "hub") as hub:
        hub.add_repository(REPO, clone.path)
        app = hub.add_app("tdd", NOWHERE, PERMISSIONS, ["pull_request"])
        hub.install(app, REPO)
        hub.set_role(REPO, "maintainer", "maintain")
        hub.set_role(REPO, "writer", "write")
        hub.add_user("outsider")
        pull = hub.open_pull(REPO, "writer", "Sums", "feature")
        clone.git("remote", "add", "origin", hub.clone_url(REPO, hub.add_user("owner")))
        async with Connections(AppCredentials(app.id, app.private_key_pem, hub.api_url), write_interval_s=0) as all_:
            yield Town(hub, all_, await all_.of(REPO), clone, pull.number)
        assert hub.unexpected == []


async def test_a_check_is_shown_followed_and_retired_under_one_key(town: Town) -> None:
    head = town.clone.head
    content = CheckContent("TDD", "pr-1/run", head, "in_progress", None, "Working", "so far", started_at=1.0)
    shown = (await town.perform(ShowRun(head), content)).shown
    assert shown is not None
    assert (await town.perform(ShowRun(head), content)).shown == shown, "found again by its key"
    notes = tuple(Remark("src/sum.py", line + 1, "warning", f"{line}") for line in range(60))
    more = (await town.performer.perform(ShowRun(head), replace(content, annotations=notes), shown, again=False)).shown
    check = town.hub.repository(REPO).checks[shown.id]
    assert len(check.annotations) == 60
    done = replace(content, annotations=notes, status="completed", conclusion="neutral", completed_at=2.0)
    retired = await town.performer.perform(Retire(head, "b" * 40), done, more, again=False)
    assert retired.shown is not None
    assert check.conclusion == "neutral"
    assert len(check.annotations) == 60
    assert (await town.perform(Retire(head, "b" * 40), done)).shown is not None
    assert len(town.hub.repository(REPO).checks) == 1


async def test_comments_reactions_and_replies_are_there_once(town: Town) -> None:
    asked = town.hub.comment(REPO, town.number, "maintainer", "/tdd status <!-- tdd:status -->")
    sticky = CommentContent("<!-- tdd:status -->", "All is well.")
    for text in ("All is well.", "Better still."):
        await town.perform(ShowComment(), replace(sticky, body=text))
        await town.perform(Reply("c1:1", "Answer."))
        await town.perform(React(asked.id, "+1"))
    bodies = [comment.body for comment in town.hub.repository(REPO).comments.values()]
    assert bodies[1:] == ["<!-- tdd:status -->\nBetter still.", "<!-- tdd:reply:c1:1 -->\nAnswer."]
    assert [reaction.content for reaction in asked.reactions] == ["+1"]
    seen = await town.performer.reader.comments_since(town.number)
    assert [(one.author, one.bot) for one in seen] == [("maintainer", False), ("tdd[bot]", True), ("tdd[bot]", True)]
    assert await town.performer.reader.comment(asked.id) == seen[0]
    assert await town.performer.reader.comment(1) is None


async def test_a_run_is_dispatched_found_and_cancelled(town: Town) -> None:
    assignment = Assignment(Step.WORK, "n0nce", REPO, town.number, town.clone.head, "b" * 40, task=TASK)
    started = (await town.performer.perform(Dispatch(assignment), None, None, again=False)).event
    assert isinstance(started, Dispatched)
    again = (await town.perform(Dispatch(assignment))).event
    assert isinstance(again, Dispatched)
    assert again.workflow_run == started.workflow_run
    run = town.hub.actions.get(started.workflow_run)
    assert run.display_title == "tdd pr-1 TASK-1 work n0nce"
    assert run.inputs["lander"] == "app"
    await town.perform(CancelJob("n0nce", started.workflow_run))
    await town.perform(CancelJob("n0nce", started.workflow_run))
    view = await town.performer.reader.workflow_run(started.workflow_run)
    assert view is not None
    assert (view.status, view.conclusion, view.attempt) == ("completed", "cancelled", 1)
    assert await town.performer.reader.workflow_run(1) is None


async def test_a_result_is_downloaded_and_landed_by_merge(town: Town) -> None:
    base = town.clone.head
    town.clone.git("checkout", "--quiet", "-b", "work")
    for stage, files in (("red", {"tests/test_sum.py": "x\n"}), ("green", {"src/new.py": "x = 1\n"})):
        town.clone.commit(stage, files, TDD_Task="TASK-1", TDD_Stage=stage, TDD_Run="pr-1")
    tip, place = town.clone.head, town.clone.path.parent / "work.bundle"
    town.clone.git("bundle", "create", "--quiet", str(place), "work", f"^{base}")
    town.clone.git("checkout", "--quiet", "feature")
    onto = town.clone.commit("somebody", {"src/sum.py": "one = 2\n"})
    await asyncio.to_thread(town.clone.git, "push", "--quiet", "origin", "feature")

    assignment = Assignment(Step.WORK, "n", REPO, town.number, base, base, task=TASK)
    run = (await town.perform(Dispatch(assignment))).event
    assert isinstance(run, Dispatched)
    left = {"work.bundle": place.read_bytes(), "result.json": f'{{"tip": "{tip}"}}'.encode()}
    town.hub.actions.add_artifact(run.workflow_run, "tdd-work", left)
    land = Land("feature", onto, (Ripe("TASK-1", base, tip, run.workflow_run),), staging="tdd/1/merge")
    staged = (await town.perform(land)).event
    assert isinstance(staged, Staged)
    landed = (await town.perform(replace(land, staged=staged.staged))).event
    assert isinstance(landed, Landed)
    pull = await town.performer.reader.pull(town.number)
    assert pull.head.sha == landed.head == staged.staged
    assert town.github.counts["GET /repos/{repo}/actions/artifacts/{artifact}/zip"] == 1
    town.hub.actions.add_artifact(run.workflow_run, "tdd-result", {"plan.json": b"1"})
    assert await town.performer.reader.result_files(run.workflow_run) == {"plan.json": b"1"}


async def test_the_reader_sees_the_pull_request_its_files_and_its_people(town: Town) -> None:
    reader = town.performer.reader
    pull = await reader.pull(town.number)
    assert (pull.title, pull.author, pull.state, pull.merged, pull.fork) == ("Sums", "writer", "open", False, False)
    assert (pull.head.name, pull.head.sha, pull.base.name) == ("feature", town.clone.head, "main")
    assert await reader.open_pulls() == (pull,)
    tree = {entry.path: entry for entry in await reader.tree(pull.head.sha)}
    assert sorted(tree) == [".github/workflows/tdd.yml", "prds/sum.prd.md", "src/sum.py"]
    assert await reader.blob(tree["prds/sum.prd.md"].sha) == b"# Sum\n"
    assert await reader.file("prds/sum.prd.md", "feature") == b"# Sum\n"
    assert await reader.file("prds/sum.prd.md", "main") is None
    assert await reader.changed_files(town.number) == ("prds/sum.prd.md",)
    assert await reader.default_branch() == "main"
    people = ("owner", "maintainer", "writer", "outsider", "tdd[bot]")
    assert [await reader.permission(one) for one in people] == ["admin", "maintain", "write", "read", "none"]


async def test_webhooks_that_never_arrived_are_found_and_sent_again(town: Town) -> None:
    await town.hub.settled()
    app = town.connections.app
    rows = await recent_deliveries(app, 0)
    later = datetime.now(UTC) + REST
    missed = to_redeliver(attempts_of(rows), now=later, held=frozenset())
    assert "pull_request" in {one.event for one in missed}
    await redeliver(app, missed[0].id)


async def test_a_jobs_own_token_comments_as_the_actions_bot(town: Town) -> None:
    assignment = Assignment(Step.WORK, "n", REPO, town.number, town.clone.head, "b" * 40, task=TASK)
    run = (await town.perform(Dispatch(assignment))).event
    assert isinstance(run, Dispatched)
    granted = {"issues": "write", "pull-requests": "write"}
    token = town.hub.actions.mint_job_token(town.hub.actions.get(run.workflow_run), granted)
    async with TokenConnection(REPO, token, town.hub.api_url, write_interval_s=0) as github:
        performer = Performer(github, REPO, town.number, lander="workflow")
        for text in ("one", "two"):
            await performer.perform(ShowComment(), CommentContent("<!-- m -->", text), None, again=True)
        assert await github.login() == "github-actions[bot]"
    assert [one.body for one in town.hub.repository(REPO).comments.values()] == ["<!-- m -->\ntwo"]
