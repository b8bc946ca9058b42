"""Pull requests over REST: opened, listed, read, closed."""

from __future__ import annotations

import asyncio

from world.hub_town import Town, git


async def test_a_pull_request_is_opened_and_the_app_hears_of_it(town: Town, described: None) -> None:
    writer = town.person("writer")
    made = await writer.post("/pulls", json={"title": "One", "head": "feature", "base": "main", "body": "please"})
    assert made.status_code == 201, made.text
    assert made.json()["commits"] == 1
    assert made.json()["changed_files"] == 2
    assert made.json()["mergeable"] is True
    await town.hub.settled()
    assert town.ear.names() == ["ping", "installation.created", "pull_request.opened"]
    listed = await writer.get("/pulls", params={"head": "town:feature", "state": "open"})
    assert [one["number"] for one in listed.json()] == [1]
    files = await writer.get("/pulls/1/files", params={"per_page": 1})
    assert [one["filename"] for one in files.json()] == ["prds/one.md"]
    assert 'rel="next"' in files.headers["link"]
    assert town.break_with_contract() == []


async def test_a_push_moves_the_head_and_is_told_in_githubs_order(town: Town) -> None:
    town.hub.open_pull("town/square", "writer", "One", "feature")
    before = town.sha("feature")
    after = town.push("feature", {"src/b.py": "B = 3\n"})
    url = town.hub.clone_url("town/square", town.tokens["writer"])
    await asyncio.to_thread(git, town.work, "push", "-q", url, "feature")
    await town.hub.settled()
    assert town.ear.names()[3:] == ["push", "pull_request.synchronize", "check_suite.requested"]
    told = town.ear.of("pull_request", "synchronize")[0]
    assert (told["before"], told["after"], told["pull_request"]["head"]["sha"]) == (before, after, after)
    assert git(town.git, "rev-parse", "refs/pull/1/head") == after
    assert town.ear.of("push")[0]["commits"][0]["modified"] == ["src/b.py"]


async def test_a_pull_request_needs_two_branches_a_difference_and_to_be_the_only_one(town: Town) -> None:
    writer = town.person("writer")
    bodies: list[dict[str, str]] = [
        {"title": "t", "head": "nowhere", "base": "main"},
        {"title": "t", "head": "feature", "base": "nowhere"},
        {"title": "t", "head": "main", "base": "feature"},
        {"head": "feature", "base": "main"},
        {"title": "t", "base": "main"},
        {"title": "t", "head": "feature", "base": "main"},
        {"title": "t", "head": "town:feature", "base": "main"},
    ]
    answers = [await writer.post("/pulls", json=body) for body in bodies]
    assert [one.status_code for one in answers] == [422, 422, 422, 422, 422, 201, 422]
    assert answers[2].json()["errors"][0]["message"] == "No commits between feature and main"
    assert "already exists for town:feature" in answers[6].json()["errors"][0]["message"]
    reader = await town.person("reader").post("/pulls", json=bodies[5])
    assert reader.status_code == 403


async def test_a_pull_request_is_closed_reopened_and_edited_and_each_is_told(town: Town) -> None:
    town.hub.open_pull("town/square", "writer", "One", "feature")
    writer = town.person("writer")
    steps = (
        {"state": "closed"},
        {"state": "closed"},
        {"state": "open"},
        {"title": "Two", "body": "b"},
        {"state": "odd"},
    )
    assert [(await writer.patch("/pulls/1", json=one)).status_code for one in steps] == [200, 200, 200, 200, 422]
    await town.hub.settled()
    told = town.ear.of("pull_request")
    assert [one["action"] for one in told] == ["opened", "closed", "reopened", "edited"]
    assert told[3]["changes"] == {"title": {"from": "One"}, "body": {"from": ""}}
    assert told[0]["pull_request"]["mergeable"] is None


async def test_lists_are_filtered_by_state_head_and_base(town: Town) -> None:
    town.hub.open_pull("town/square", "writer", "One", "feature")
    writer = town.person("writer")
    await writer.patch("/pulls/1", json={"state": "closed"})
    queries = [{}, {"state": "all"}, {"state": "closed", "base": "other"}, {"state": "all", "head": "town:feature"}]
    counts = [len((await writer.get("/pulls", params=query)).json()) for query in queries]
    assert counts == [0, 1, 0, 1]
    assert (await writer.get("/pulls", params={"state": "odd"})).status_code == 422
