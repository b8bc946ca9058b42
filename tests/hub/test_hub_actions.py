"""Workflow runs: how they start, what a job runner is given, what it reports, and what of it is told."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.acts.dispatch import checked_inputs
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.workflow import Occasion, WorkflowFault, fill, parse
from world.hub_town import REPO, WORKFLOW, Town, open_town

DISPATCH = "/actions/workflows/work.yml/dispatches"
ON_EVENTS = """\
name: Serverless
on:
  pull_request: {types: [opened, synchronize]}
  issue_comment:
  push: {branches: [main]}
jobs: {}
"""


class Recorder:
    """A job runner that reports one job, then does what it is told: end, hang or break."""

    def __init__(self, deed: str = "end") -> None:
        self.deed = deed
        self.seen: list[WorkflowRun] = []
        self.actions: Actions

    def attach(self, actions: Actions) -> None:
        self.actions = actions

    async def execute(self, run: WorkflowRun) -> None:
        self.seen.append(run)
        self.actions.start(run.id)
        self.actions.set_job(run.id, "work", status="in_progress")
        self.actions.append_log(run.id, "work", "hello\n")
        if self.deed == "hang":
            await asyncio.Event().wait()
        if self.deed == "break":
            raise RuntimeError("no disk")
        self.actions.add_artifact(run.id, "report", {"report.json": b"{}"})
        self.actions.set_job(run.id, "work", conclusion="success", steps=[{"name": "run", "number": 1}])
        self.actions.conclude(run.id, "success")


async def dispatched(town: Town, **body: Any) -> int:
    bot = await town.bot()
    asked = {"ref": "main", "inputs": {"nonce": "n-1"}, "return_run_details": True, **body}
    answer = await bot.post(DISPATCH, json=asked)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["workflow_run_id"])


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "Required input 'nonce' not provided"),
    ({"nonce": "1", "odd": "2"}, 'Unexpected inputs provided: ["odd"]'),
    ({"nonce": "1", "kind": "dance"}, "not in the list"),
    ({"nonce": "x" * 65_536}, "too large"),
    ({str(number): "" for number in range(26)}, "No more than 25"),
]


@pytest.mark.parametrize(("inputs", "words"), REFUSED)
def test_inputs_are_held_against_the_file(inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=re.escape(words)) as refusal:
        checked_inputs(parse(WORKFLOW, "w"), inputs)
    assert refusal.value.status == 422


def test_inputs_arrive_as_strings_with_defaults() -> None:
    assert checked_inputs(parse(WORKFLOW, "w"), {"nonce": 7, "fast": True}) == {
        "nonce": "7",
        "kind": "plan",
        "fast": "true",
    }


async def test_a_dispatch_tells_the_run_when_asked_and_always_in_the_newer_version(town: Town) -> None:
    bot, body = await town.bot(), {"ref": "main", "inputs": {"nonce": "n"}}
    quiet, loud = (
        await bot.post(DISPATCH, json=body),
        await bot.post(DISPATCH, json={**body, "return_run_details": True}),
    )
    newer = await bot.post(DISPATCH, json=body, headers={"x-github-api-version": "2026-03-10"})
    assert [one.status_code for one in (quiet, loud, newer)] == [204, 200, 200]
    run = (await bot.get(loud.json()["run_url"])).json()
    assert (run["display_title"], run["status"], run["event"]) == ("work n by tdd[bot]", "queued", "workflow_dispatch")
    assert "inputs" not in run


async def test_the_file_must_be_on_the_default_branch_and_the_ref_must_exist(town: Town) -> None:
    bot, inputs = await town.bot(), {"nonce": "n"}
    assert (await bot.post("/actions/workflows/no.yml/dispatches", json={"ref": "main"})).status_code == 404
    assert (await bot.post(DISPATCH, json={"ref": "nowhere", "inputs": inputs})).status_code == 422
    assert (await bot.post(DISPATCH, json={"ref": "feature", "inputs": inputs})).status_code == 204
    (run,) = town.hub.repository(REPO).runs.values()
    assert (run.head_branch, run.head_sha) == ("feature", town.sha("feature"))


async def test_a_runner_executes_and_the_world_hears_of_each_step(tmp_path: Path) -> None:
    runner = Recorder()
    async with open_town(tmp_path, job_runner=runner) as town:
        number = await dispatched(town)
        await town.hub.settled()
        assert runner.seen[0].inputs["nonce"] == "n-1"
        names = [name for name in town.ear.names() if name.startswith("workflow")]
        bot = await town.bot()
        (job,) = (await bot.get(f"/actions/runs/{number}/jobs")).json()["jobs"]
        log = await bot.get(f"/actions/jobs/{job['id']}/logs", follow_redirects=True)
        zipped = await bot.get(f"/actions/runs/{number}/logs", follow_redirects=True)
        listed = await bot.get("/actions/runs", params={"status": "success", "created": ">=2020-01-01"})
    assert names == [
        "workflow_run.requested",
        "workflow_run.in_progress",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "workflow_run.completed",
    ]
    assert (job["conclusion"], log.text, listed.json()["total_count"]) == ("success", "hello\n", 1)
    assert zipfile.ZipFile(io.BytesIO(zipped.content)).namelist() == ["0_work.txt"]


async def test_a_runner_reads_files_secrets_and_variables(town: Town) -> None:
    hub = town.hub
    hub.set_secret(REPO, "KEY", "s3cret")
    hub.set_variable(REPO, "MODE", "fast")
    run = hub.actions.get(await dispatched(town))
    repository = run.repository
    assert hub.actions.workflow(run).name == "Work"
    assert hub.actions.read_file(repository, "src/b.py", "feature") == b"B = 2\n"
    assert hub.actions.read_file(repository, "src/b.py", "main") is None
    assert (hub.actions.secrets(repository)["KEY"], hub.actions.variables(repository)["MODE"]) == ("s3cret", "fast")
    assert hub.actions.contexts(run)["inputs"]["nonce"] == "n-1"
    assert hub.actions.clone_url(repository) == hub.clone_url(REPO)
    assert "s3cret" not in repr(repository)


@pytest.mark.parametrize(("deed", "conclusion"), [("hang", "cancelled"), ("break", "failure")])
async def test_a_cancelled_run_and_a_broken_runner_still_conclude(tmp_path: Path, deed: str, conclusion: str) -> None:
    runner = Recorder(deed)
    async with open_town(tmp_path, job_runner=runner) as town:
        number = await dispatched(town)
        bot = await town.bot()
        if deed == "hang":
            assert (await bot.post(f"/actions/runs/{number}/cancel")).status_code == 202
        await town.hub.settled()
        shown = (await bot.get(f"/actions/runs/{number}")).json()
        assert (await bot.post(f"/actions/runs/{number}/cancel")).status_code == 409
        assert (shown["status"], shown["conclusion"]) == ("completed", conclusion)
        runner.deed = "end"
        assert (await bot.post(f"/actions/runs/{number}/rerun-failed-jobs")).status_code == 201
        await town.hub.settled()
        again = (await bot.get(f"/actions/runs/{number}")).json()
        assert (again["run_attempt"], again["conclusion"]) == (2, "success")
        assert (await bot.post(f"/actions/runs/{number}/rerun-failed-jobs")).status_code == 403, "nothing failed"
        assert (await bot.post(f"/actions/runs/{number}/rerun")).status_code == 201
        await town.hub.settled()
        assert (await bot.get(f"/actions/runs/{number}")).json()["run_attempt"] == 3


async def test_an_artifact_is_fetched_from_a_signed_address_for_one_minute(tmp_path: Path) -> None:
    ahead = timedelta(0)
    async with open_town(tmp_path, clock=lambda: datetime.now(UTC) + ahead) as town:
        number = await dispatched(town)
        artifact = town.hub.actions.add_artifact(number, "report", {"a/b.txt": b"text"})
        town.hub.actions.add_artifact(number, "other", b"PK")
        bot, nobody = await town.bot(), town.client(None)
        listed = await bot.get(f"/actions/runs/{number}/artifacts", params={"name": "report"})
        assert [one["id"] for one in listed.json()["artifacts"]] == [artifact.id]
        where = (await bot.get(f"/actions/artifacts/{artifact.id}/zip")).headers["location"]
        packed = (await nobody.get(where)).content
        assert zipfile.ZipFile(io.BytesIO(packed)).read("a/b.txt") == b"text"
        assert town.hub.actions.get_artifact(number, "report") == packed
        assert (await nobody.get(where.replace("sig=", "sig=0"))).status_code == 403
        ahead = timedelta(seconds=62)
        assert (await nobody.get(where)).status_code == 403


async def test_events_start_the_workflows_that_ask_for_them_but_not_a_jobs_own(town: Town) -> None:
    hub, bot = town.hub, town.person("writer")
    text = {"message": "serverless", "content": "", "branch": "feature"}
    await bot.put("/contents/x.txt", json=text)
    repository = hub.repository(REPO)
    add = {"message": "workflow", "content": base64.b64encode(ON_EVENTS.encode()).decode()}
    for branch in ("main", "feature"):
        path = "/contents/.github/workflows/serverless.yml"
        assert (await bot.put(path, json={**add, "branch": branch})).status_code == 201
    assert [(run.event, run.ref) for run in repository.runs.values()] == [("push", "refs/heads/main")]
    hub.open_pull(REPO, "writer", "One", "feature")
    hub.comment(REPO, 1, "reader", "hello")
    runs = list(repository.runs.values())[1:]
    assert [(run.event, run.ref) for run in runs] == [
        ("pull_request", "refs/pull/1/merge"),
        ("issue_comment", "refs/heads/main"),
    ]
    assert runs[1].event_payload["comment"]["body"] == "hello"
    job = town.client(hub.actions.mint_job_token(runs[0], {"issues": "write"}))
    assert (await job.post("/issues/1/comments", json={"body": "from the job"})).status_code == 201
    assert len(repository.runs) == 3
    await hub.settled()
    assert len(town.ear.of("issue_comment")) == 2


PATHS = "on: {pull_request: {paths: ['prds/**']}}"
AFTER = "on: {workflow_run: {workflows: [Work], types: [completed]}}"
WANTS = [
    ("on: push", Occasion("push", None, "main"), True),
    ("on: [push, issue_comment]", Occasion("issue_comment", "created"), True),
    ("on: {pull_request: {}}", Occasion("pull_request", "closed", "main"), False),
    ("on: {pull_request_target: {}}", Occasion("pull_request_target", "opened", "main"), True),
    ("on: {pull_request: {types: closed}}", Occasion("pull_request", "closed", "main"), True),
    ("on: {push: {branches: ['release/**']}}", Occasion("push", None, "release/1"), True),
    ("on: {push: {branches: [main]}}", Occasion("push", None, "other"), False),
    (PATHS, Occasion("pull_request", "opened", "main", ("src/a.py", "prds/a/b.md")), True),
    (PATHS, Occasion("pull_request", "opened", "main", ("src/a.py",)), False),
    (AFTER, Occasion("workflow_run", "completed", workflow="Work"), True),
    (AFTER, Occasion("workflow_run", "completed", workflow="Other"), False),
    ("on: push", Occasion("status"), False),
]


@pytest.mark.parametrize(("text", "occasion", "wanted"), WANTS)
def test_triggers_choose_by_type_branch_path_and_workflow(text: str, occasion: Occasion, wanted: bool) -> None:
    assert parse(text, "w").wants(occasion) is wanted


@pytest.mark.parametrize("text", ["[", "- a", ""])
def test_a_file_that_is_no_workflow_is_a_fault(text: str) -> None:
    with pytest.raises(WorkflowFault):
        parse(text, "w")


def test_a_title_fills_look_ups_and_blanks_what_it_cannot_know() -> None:
    contexts = {"inputs": {"a": "x", "b": True, "n": 3}}
    assert fill("${{ inputs.a }}-${{inputs.b}}-${{ inputs.n }}-${{ inputs.z }}-${{ f(1) }}", contexts) == "x-true-3--"
