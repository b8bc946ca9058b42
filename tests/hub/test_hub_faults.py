"""The faults that tests switch on, and that each strikes as often as it says."""

from __future__ import annotations

import asyncio
import subprocess

import httpx
import pytest

from world.hub_town import REPO, Town, git


async def opened(town: Town) -> None:
    await town.hub.settled()
    town.hub.open_pull(REPO, "writer", "One", "feature")
    town.ear.heard.clear()


async def say(town: Town, *bodies: str) -> list[str]:
    for body in bodies:
        town.hub.comment(REPO, 1, "reader", body)
    await town.hub.settled()
    return [one["comment"]["body"] for one in town.ear.of("issue_comment")]


async def test_a_dropped_webhook_never_comes_but_is_on_record(town: Town) -> None:
    await opened(town)
    rule = town.hub.faults.drop("issue_comment", "created")
    assert await say(town, "one", "two") == ["two"]
    assert rule.hits == 1
    lost = next(one for one in town.hub.post.deliveries if one.status_code == 502)
    town.hub.post.redeliver(lost)
    await town.hub.settled()
    assert town.ear.of("issue_comment")[-1]["comment"]["body"] == "one"


async def test_a_doubled_webhook_has_one_guid(town: Town) -> None:
    await opened(town)
    town.hub.faults.double("*")
    assert await say(town, "one", "two") == ["one", "one", "two"]
    guids = [headers["x-github-delivery"] for headers in town.ear.headers[-3:]]
    assert (guids[0] == guids[1], guids[1] == guids[2]) == (True, False)


async def test_a_delayed_webhook_is_overtaken(town: Town) -> None:
    await opened(town)
    town.hub.faults.delay("issue_comment", 0.05)
    assert await say(town, "one", "two") == ["two", "one"]


async def test_held_webhooks_come_when_they_are_released(town: Town) -> None:
    await opened(town)
    rule = town.hub.faults.hold("issue_comment")
    assert await say(town, "one", "two") == []
    rule.release()
    assert await say(town, "three") == ["one", "two", "three"]


async def test_a_request_is_answered_with_an_error_as_often_as_asked(town: Town) -> None:
    bot = await town.bot()
    faults = town.hub.faults
    rule = faults.respond("GET", r"/repos/.*/pulls$", 502, times=2)
    faults.respond("GET", r"/repos/.*/pulls$", 429, retry_after=7)
    faults.respond("GET", r"/repos/.*/pulls$", 403)
    answers = [await bot.get("/pulls") for _ in range(5)]
    assert [one.status_code for one in answers] == [502, 502, 429, 403, 200]
    assert (answers[2].headers["retry-after"], "retry-after" in answers[3].headers) == ("7", False)
    assert "secondary rate limit" in answers[3].json()["message"]
    assert rule.hits == 2


async def test_a_lost_answer_was_obeyed_all_the_same(town: Town) -> None:
    await opened(town)
    town.hub.faults.lose_answer("POST", "/repos/.*/comments")
    bot = await town.bot()
    with pytest.raises(httpx.RemoteProtocolError):
        await bot.post("/issues/1/comments", json={"body": "heard"})
    assert [one.body for one in town.hub.repository(REPO).comments.values()] == ["heard"]
    assert town.hub.requests[-1].status == 201


async def test_a_push_whose_answer_is_lost_was_received_all_the_same(town: Town) -> None:
    town.hub.faults.lose_answer("POST", r"/town/square\.git/git-receive-pack")
    sha = town.push("feature", {"c.txt": "c\n"})
    url = town.hub.clone_url(REPO, town.tokens["writer"])
    with pytest.raises(subprocess.CalledProcessError):
        await asyncio.to_thread(git, town.work, "push", "-q", url, "feature")
    assert town.sha("feature") == sha
    await town.hub.settled()
    assert [one["after"] for one in town.ear.of("push")] == [sha]


async def test_a_hanging_request_gives_nothing_until_the_client_goes(town: Town) -> None:
    bot = await town.bot()
    town.hub.faults.hang("GET", "/repos")
    with pytest.raises(httpx.ReadTimeout):
        await bot.get("/pulls", timeout=0.05)
    assert (await bot.get("/pulls")).status_code == 200


async def test_a_hub_stops_while_a_request_hangs(town: Town) -> None:
    bot = await town.bot()
    town.hub.faults.hang("GET", "/repos")
    hanging = asyncio.ensure_future(bot.get("/pulls", timeout=5))
    async with asyncio.timeout(5):
        while not any(one.path.endswith("/pulls") for one in town.hub.requests):  # noqa: ASYNC110  the log has no event
            await asyncio.sleep(0.005)
    await town.hub.stop()
    with pytest.raises(httpx.HTTPError):
        await hanging


async def test_clearing_takes_all_rules_away_and_sends_what_was_held(town: Town) -> None:
    await opened(town)
    faults = town.hub.faults
    faults.hold("issue_comment")
    faults.respond("*", "/", 500, times=None)
    await say(town, "one")
    faults.clear()
    assert await say(town) == ["one"]
    assert (await town.person("reader").get("/pulls")).status_code == 200
