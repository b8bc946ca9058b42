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
