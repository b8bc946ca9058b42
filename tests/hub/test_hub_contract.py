"""Every route that GitHub's description has in common with the hub, walked once: requests and answers as described."""

from __future__ import annotations

import base64

import httpx
import pytest

from tdd_orchestrator.hub.routes import ENDPOINTS
from world.contract import Exchange, contract, kinds, webhook_examples
from world.hub_town import REPO, Town

NOT_SERVED: set[tuple[str, str]] = set()
ANNOTATION = {"path": "src/b.py", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "no"}
OUTPUT = {"title": "t", "summary": "s", "text": "x", "annotations": [ANNOTATION]}
BUTTON = {"label": "Retry", "description": "again", "identifier": "retry"}


async def test_the_hub_serves_every_described_operation(described: None) -> None:
    served = {(one.method, one.template) for one in ENDPOINTS}
    assert set(contract().operations) - served == NOT_SERVED


async def _checks_and_statuses(town: Town, bot: httpx.AsyncClient) -> None:
    head = town.sha("feature")
    body = {"name": "TDD", "head_sha": head, "external_id": "e", "status": "in_progress", "output": OUTPUT}
    made = (await bot.post("/check-runs", json=body)).json()
    run, suite = f"/check-runs/{made['id']}", f"/check-suites/{made['check_suite']['id']}"
    await bot.patch(run, json={"conclusion": "action_required", "actions": [BUTTON]})
    for path in (run, f"{run}/annotations", suite, f"/commits/{head}/check-runs?check_name=TDD&status=completed"):
        assert (await bot.get(path)).status_code == 200, path
    assert (await bot.post(f"{run}/rerequest")).status_code == 201
    answer = await bot.post(f"/statuses/{head}", json={"state": "success", "context": "ci", "description": "good"})
    assert answer.status_code == 201
    shown = (await bot.get(f"/commits/{head}/status")).json()
    assert (shown["state"], [one["context"] for one in shown["statuses"]]) == ("success", ["ci"])


async def _conversation(town: Town, bot: httpx.AsyncClient) -> None:
    writer = town.person("writer")
    assert (await writer.post("/pulls", json={"title": "One", "head": "feature", "base": "main"})).status_code == 201
    for path in ("/pulls", "/pulls/1", "/pulls/1/files"):
        assert (await bot.get(path)).status_code == 200
    await bot.patch("/pulls/1", json={"title": "Two", "state": "closed"})
    await bot.patch("/pulls/1", json={"state": "open"})
    made = (await bot.post("/issues/1/comments", json={"body": "hello"})).json()
    comment = f"/issues/comments/{made['id']}"
    assert (await bot.patch(comment, json={"body": "hello again"})).status_code == 200
    assert (await bot.post(f"{comment}/reactions", json={"content": "rocket"})).status_code == 201
    assert (await bot.post(f"{comment}/reactions", json={"content": "rocket"})).status_code == 200
    for path in (comment, f"{comment}/reactions", "/issues/1/comments"):
        assert (await bot.get(path)).status_code == 200
    assert (await writer.get("/collaborators/maintainer/permission")).json()["permission"] == "write"
    assert (await bot.delete(comment)).status_code == 204


async def _files_and_objects(town: Town, bot: httpx.AsyncClient) -> None:
    text = base64.b64encode(b"new\n").decode()
    put = await bot.put("/contents/new.txt", json={"message": "new", "content": text, "branch": "feature"})
    assert put.status_code == 201
    for path in ("new.txt?ref=feature", "src?ref=feature", ""):
        assert (await bot.get(f"/contents/{path}")).status_code == 200
    blob = (await bot.post("/git/blobs", json={"content": "x\n", "encoding": "utf-8"})).json()["sha"]
    entry = {"path": "x.txt", "mode": "100644", "type": "blob", "sha": blob}
    head = town.sha("feature")
    tree = (await bot.post("/git/trees", json={"base_tree": head, "tree": [entry]})).json()["sha"]
    commit = (await bot.post("/git/commits", json={"message": "x", "tree": tree, "parents": [head]})).json()["sha"]
    assert (await bot.post("/git/refs", json={"ref": "refs/heads/x", "sha": commit})).status_code == 201
    assert (await bot.patch("/git/refs/heads/feature", json={"sha": commit})).status_code == 200
    for path in (f"trees/{tree}?recursive=1", f"blobs/{blob}", "ref/heads/x"):
        assert (await bot.get(f"/git/{path}")).status_code == 200
    compared = (await bot.get("/compare/main...feature")).json()
    assert (compared["status"], compared["ahead_by"], len(compared["files"])) == ("ahead", 3, 4)
    assert (await bot.delete("/git/refs/heads/x")).status_code == 204
    sha = put.json()["content"]["sha"]
    deleted = await bot.request(
        "DELETE", "/contents/new.txt", json={"message": "gone", "sha": sha, "branch": "feature"}
    )
    assert deleted.status_code == 200


async def _actions(town: Town, bot: httpx.AsyncClient) -> None:
    workflow = "/actions/workflows/work.yml"
    asked = {"ref": "main", "inputs": {"nonce": "n1"}, "return_run_details": True}
    run = (await bot.post(f"{workflow}/dispatches", json=asked)).json()["workflow_run_id"]
    town.hub.actions.start(run)
    artifact = town.hub.actions.add_artifact(run, "report", {"report.json": b"{}"})
    for path in (f"runs/{run}", f"runs/{run}/artifacts?name=report", "workflows/work.yml/runs", f"runs/{run}/jobs"):
        assert (await bot.get(f"/actions/{path}")).status_code == 200
    assert (await bot.get(f"/actions/artifacts/{artifact.id}/zip")).status_code == 302
    town.hub.actions.conclude(run, "success")
    assert (await bot.delete(f"/actions/runs/{run}")).status_code == 204
    assert (await bot.post("/dispatches", json={"event_type": "go", "client_payload": {"a": 1}})).status_code == 204


async def _apps(town: Town, bot: httpx.AsyncClient) -> None:
    app, root = town.client(town.app_jwt()), town.hub.api_url
    for path in ("/app", "/app/hook/deliveries", f"/repos/{REPO}/installation", "/zen"):
        assert (await app.get(f"{root}{path}")).status_code == 200, path
    for path in ("/installation/repositories", "/rate_limit"):
        assert (await bot.get(f"{root}{path}")).status_code == 200, path


async def test_every_described_route_answers_as_described(town: Town, described: None) -> None:
    bot = await town.bot()
    for walk in (_checks_and_statuses, _conversation, _files_and_objects, _actions, _apps):
        await walk(town, bot)
        await town.hub.settled()
    assert town.break_with_contract() == []
    walked = {found[0] for one in town.exchanges if (found := contract().find(one.method, one.path))}
    assert {path for _, path in contract().operations} - walked == set()
    assert town.hub.unexpected == []


def test_the_judge_sees_missing_wrong_and_made_up_fields_and_an_undescribed_status(described: None) -> None:
    judge, path = contract(), "/repos/o/r/git/ref/heads/a"
    assert "required" in judge.differences(Exchange("GET", path, None, 200, {"ref": "refs/heads/a"}))[0]
    assert judge.differences(Exchange("POST", "/repos/o/r/git/refs", {"ref": 1, "sha": "a"}, 201, {}))[0].startswith(
        "POST /repos/{owner}/{repo}/git/refs request: ref: 1 is not of type"
    )
    assert judge.differences(Exchange("GET", path, None, 299, {})) == [
        "GET /repos/{owner}/{repo}/git/ref/{ref} answered 299"
    ]


WEBHOOKS = [
    ("pull_request", "synchronize"),
    ("pull_request", "opened"),
    ("issue_comment", "created"),
    ("check_run", "created"),
    ("check_run", "completed"),
    ("check_run", "requested_action"),
    ("check_suite", "requested"),
    ("check_suite", "completed"),
    ("workflow_run", "completed"),
    ("workflow_job", "completed"),
    ("push", None),
    ("installation", "created"),
    ("ping", None),
    ("status", None),
    ("repository_dispatch", "go"),
]
# Kept by GitHub for repository hooks, old captures or organizations; or things that nobody here has (labels, licences).
ELSEWHERE = ("organization", "requester", "hook.", "repository.", "assignee", "milestone", "labels", "license")
OTHER_APPS = (
    ".permissions.",
    "performed_via_github_app",
    "custom_properties",
)  # what those of the examples happened to hold


def _missing(event: str, action: str | None, ours: list[dict[str, object]]) -> list[str]:
    same = [one for one in webhook_examples()[event] if action in (None, "go") or one.get("action") == action]
    always = set.intersection(*({at for at, _ in kinds(one)} for one in same))
    allowed: dict[str, set[str]] = {}
    for one in same:
        for at, kind in kinds(one):
            allowed.setdefault(at, set()).add(kind)
    said = {at: kind for one in ours for at, kind in kinds(one)}
    gone = [f"{event}.{action}: {at} is missing" for at in sorted(always - said.keys()) if "[]" not in at]
    wrong = [
        f"{event}.{action}: {at} is {kind}, not {allowed[at]}"
        for at, kind in said.items()
        if kind != "null" and allowed.get(at, {"null"}) != {"null"} and kind not in allowed[at]
    ]
    spared = (*ELSEWHERE, *OTHER_APPS, *(("sender",) if event == "ping" else ()))  # an app's ping has no sender
    return [line for line in gone + wrong if not any(word in line.split(": ")[1] for word in spared)]


async def test_webhooks_have_every_key_that_githubs_examples_have(town: Town, described: None) -> None:
    bot, hub = await town.bot(), town.hub
    for walk in (_checks_and_statuses, _conversation, _files_and_objects):
        await walk(town, bot)
    asked = {"ref": "main", "inputs": {"nonce": "n"}, "return_run_details": True}
    run = (await bot.post("/actions/workflows/work.yml/dispatches", json=asked)).json()["workflow_run_id"]
    hub.actions.set_job(run, "work", conclusion="success")
    hub.actions.conclude(run, "success")
    await bot.post("/dispatches", json={"event_type": "go", "client_payload": {}})
    check = max(one.id for one in hub.repository(REPO).checks.values() if one.actions)
    hub.press(check, "retry", "maintainer")
    await hub.settled()
    faults = []
    for event, action in WEBHOOKS:
        ours = town.ear.of(event, action)
        assert ours, f"{event}.{action} was not sent; there were {sorted(set(town.ear.names()))}"
        faults += _missing(event, action, ours)
    assert sorted(set(faults)) == [], "\n".join(faults)


@pytest.mark.parametrize("version", ["2022-11-28", "2026-03-10"])
async def test_both_api_versions_are_served_and_the_newer_drops_fields(town: Town, version: str) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    bot = await town.bot()
    shown = (await bot.get("/pulls/1", headers={"x-github-api-version": version})).json()
    assert ("merge_commit_sha" in shown) == (version == "2022-11-28")
    limit = (await bot.get(f"{town.hub.api_url}/rate_limit", headers={"x-github-api-version": version})).json()
    assert ("rate" in limit) == (version == "2022-11-28")
