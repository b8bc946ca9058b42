"""Check runs: GitHub's limits, whose they are, how lists choose, what re-run and buttons do."""

from __future__ import annotations

from typing import Any

import pytest

from tdd_orchestrator.hub.errors import Refused
from world.hub_town import REPO, Town

NOTE = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}
BUTTON = {"label": "Retry", "description": "again", "identifier": "retry"}


def output(**more: Any) -> dict[str, Any]:
    return {"output": {"title": "t", "summary": "s", **more}}


REFUSALS: list[tuple[dict[str, Any], str]] = [
    (output(annotations=[NOTE] * 51), "No more than 50 items are allowed; 51 were supplied."),
    (output(summary="s" * 65_536), "Only 65535 characters are allowed"),
    (output(text="s" * 65_536), "Only 65535 characters are allowed"),
    ({"output": {"title": "t"}}, '"summary" wasn\'t supplied'),
    ({"output": {"summary": "s"}}, '"title" wasn\'t supplied'),
    (output(annotations=[{**NOTE, "annotation_level": "error"}]), "not a member of"),
    (output(annotations=[{**NOTE, "title": "t" * 256}]), "maximum size of 255"),
    (output(annotations=[{**NOTE, "message": "é" * 40_000}]), "maximum size of 65536"),
    (output(annotations=[{**NOTE, "end_line": 2, "start_column": 1}]), "start_column"),
    (output(annotations=[{**NOTE, "path": None}]), '"path" wasn\'t supplied'),
    ({"conclusion": "success", "actions": [BUTTON] * 4}, "No more than 3 items"),
    ({"actions": [{**BUTTON, "label": "x" * 21}]}, "Only 20 characters"),
    ({"actions": [{**BUTTON, "description": "x" * 41}]}, "Only 40 characters"),
    ({"actions": [{**BUTTON, "identifier": "x" * 21}]}, "Only 20 characters"),
    ({"conclusion": "stale"}, "not a member of"),
    ({"status": "waiting"}, "not a member of"),
    ({"status": "completed"}, "conclusion is required"),
    ({"details_url": "ftp://x"}, "http or https"),
    ({"started_at": "yesterday"}, "not a valid date-time"),
    ({"name": 3}, "is not a string"),
    ({"head_sha": "0" * 40}, "No commit found"),
]


async def test_what_github_refuses_the_hub_refuses(town: Town) -> None:
    bot = await town.bot()
    for fields, words in REFUSALS:
        answer = await bot.post("/check-runs", json={"name": "TDD", "head_sha": "main", **fields})
        assert (answer.status_code, words in answer.json()["message"]) == (422, True), (fields, answer.text)
    assert town.hub.repository(REPO).checks == {}


async def test_annotations_are_added_and_never_replaced(town: Town) -> None:
    bot = await town.bot()
    made = (
        await bot.post("/check-runs", json={"name": "TDD", "head_sha": "main", **output(annotations=[NOTE])})
    ).json()
    more = {"output": {"summary": "s2", "annotations": [{**NOTE, "message": "second"}]}}
    shown = (await bot.patch(f"/check-runs/{made['id']}", json=more)).json()["output"]
    assert (shown["annotations_count"], shown["title"], shown["summary"]) == (2, "t", "s2")
    listed = await bot.get(f"/check-runs/{made['id']}/annotations")
    assert [one["message"] for one in listed.json()] == ["m", "second"]


async def test_a_conclusion_completes_and_the_suite_shows_the_gravest(town: Town) -> None:
    bot = await town.bot()
    for name, conclusion in (("one", "success"), ("two", "failure"), ("three", "neutral")):
        await bot.post("/check-runs", json={"name": name, "head_sha": "main", "conclusion": conclusion})
    (suite,) = town.hub.repository(REPO).suites.values()
    shown = (await bot.get(f"/check-suites/{suite.id}")).json()
    assert (shown["status"], shown["conclusion"], shown["latest_check_runs_count"]) == ("completed", "failure", 3)


async def test_an_app_changes_only_its_own_check_runs(town: Town) -> None:
    made = (await (await town.bot()).post("/check-runs", json={"name": "TDD", "head_sha": "main"})).json()
    other = town.hub.add_app("other", "http://127.0.0.1:9/", {"checks": "write"})
    town.installation = town.hub.install(other, REPO)
    town.app = other
    stranger = await town.bot()
    answer = await stranger.patch(f"/check-runs/{made['id']}", json={"conclusion": "success"})
    assert (answer.status_code, "Invalid app_id" in answer.json()["message"]) == (403, True)


async def test_lists_show_the_latest_of_each_name_unless_all_are_wanted(town: Town) -> None:
    bot = await town.bot()
    for name, fields in (("a", {}), ("a", {"conclusion": "success"}), ("b", {})):
        await bot.post("/check-runs", json={"name": name, "head_sha": "feature", **fields})
    path = f"/commits/{town.sha('feature')}/check-runs"

    async def count(**query: str) -> int:
        return int((await bot.get(path, params=query)).json()["total_count"])

    assert await count() == 2
    assert await count(filter="all") == 3
    assert await count(check_name="a", status="completed") == 1
    assert await count(app_id="15368") == 0
    assert (await bot.get("/commits/feature/check-runs", params={"per_page": "1"})).headers["link"].count("rel=") == 2


async def test_a_button_is_told_to_its_owner_only_when_it_is_there(town: Town) -> None:
    bot = await town.bot()
    body = {"name": "TDD", "head_sha": "main", "status": "in_progress", "actions": [BUTTON]}
    run = (await bot.post("/check-runs", json=body)).json()["id"]
    with pytest.raises(Refused):
        town.hub.press(run, "retry", "maintainer")
    await bot.patch(f"/check-runs/{run}", json={"conclusion": "failure", "actions": [BUTTON]})
    maintainer = town.person("maintainer")
    press = f"{town.hub.url}/_hub/repos/{REPO}/check-runs/{run}/press"
    assert (await maintainer.post(press, json={"identifier": "retry"})).status_code == 204
    assert (await maintainer.post(press, json={"identifier": "other"})).status_code == 404
    await town.hub.settled()
    (told,) = town.ear.of("check_run", "requested_action")
    assert (told["requested_action"], told["sender"]["login"]) == ({"identifier": "retry"}, "maintainer")


async def test_a_rerequest_resets_the_suite_and_leaves_the_run_alone(town: Town) -> None:
    bot = await town.bot()
    body = {"name": "TDD", "head_sha": "main", "conclusion": "failure"}
    made = (await bot.post("/check-runs", json=body)).json()
    assert (await town.person("writer").post(f"/check-runs/{made['id']}/rerequest")).status_code == 201
    suite = (await bot.get(f"/check-suites/{made['check_suite']['id']}")).json()
    assert (suite["status"], suite["conclusion"]) == ("queued", None)
    assert (await bot.get(f"/check-runs/{made['id']}")).json()["conclusion"] == "failure"
    town.hub.rerun_suite(suite["id"], "writer")
    await town.hub.settled()
    assert town.ear.names()[-2:] == ["check_run.rerequested", "check_suite.rerequested"]
    assert town.ear.of("check_run", "created")[0]["sender"]["type"] == "Bot"
