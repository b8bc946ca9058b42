"""Comments, reactions, and what the permission endpoint says of people."""

from __future__ import annotations

from world.hub_town import REPO, Town


async def test_a_comment_is_created_edited_and_deleted_and_each_is_told(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    bot = await town.bot()
    made = (await bot.post("/issues/1/comments", json={"body": "one"})).json()
    assert (made["user"]["login"], made["performed_via_github_app"]["slug"]) == ("tdd[bot]", "tdd")
    path = f"/issues/comments/{made['id']}"
    await bot.patch(path, json={"body": "two"})
    await bot.delete(path)
    await town.hub.settled()
    told = town.ear.of("issue_comment")
    assert [one["action"] for one in told] == ["created", "edited", "deleted"]
    assert told[1]["changes"] == {"body": {"from": "one"}}
    assert "pull_request" in told[0]["issue"]


async def test_a_comment_is_neither_blank_nor_endless(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    reader = town.person("reader")
    answers = [
        await reader.post("/issues/1/comments", json={"body": body}) for body in (" ", "x" * 65_537, "x" * 65_536)
    ]
    assert [one.status_code for one in answers] == [422, 422, 201]
    assert (await reader.post("/issues/9/comments", json={"body": "x"})).status_code == 404


async def test_comments_are_listed_since_a_time(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    town.hub.comment(REPO, 1, "reader", "old")
    reader = town.person("reader")
    for since, count in (("2020-01-01T00:00:00Z", 1), ("2999-01-01T00:00:00Z", 0)):
        assert len((await reader.get("/issues/1/comments", params={"since": since})).json()) == count


async def test_only_the_author_or_who_may_push_changes_a_comment(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    one = town.hub.comment(REPO, 1, "reader", "mine")
    path = f"/issues/comments/{one.id}"
    people = ("outsider", "reader", "writer")
    answers = [(await town.person(role).patch(path, json={"body": role})).status_code for role in people]
    assert answers == [403, 200, 200]


async def test_a_reaction_is_there_once_and_can_be_taken_back(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    path = f"/issues/comments/{town.hub.comment(REPO, 1, 'reader', 'hello').id}"
    bot = await town.bot()
    statuses = [
        (await bot.post(f"{path}/reactions", json={"content": one})).status_code for one in ("eyes", "eyes", "ok")
    ]
    assert statuses == [201, 200, 422]
    assert (await bot.get(path)).json()["reactions"]["eyes"] == 1
    (reaction,) = (await bot.get(f"{path}/reactions")).json()
    assert (await bot.delete(f"{path}/reactions/{reaction['id']}")).status_code == 204
    assert (await bot.get(f"{path}/reactions")).json() == []
    weak = await town.bot(pull_requests="write")
    assert (await weak.post(f"{path}/reactions", json={"content": "eyes"})).status_code == 403


async def test_the_permission_endpoint_folds_roles_into_four_words(town: Town) -> None:
    bot, found = await town.bot(), {}
    for login in ("town", "admin", "maintainer", "writer", "triager", "reader", "outsider"):
        body = (await bot.get(f"/collaborators/{login}/permission")).json()
        found[login] = (body["permission"], body["role_name"])
    assert found == {
        "town": ("admin", "admin"),
        "admin": ("admin", "admin"),
        "maintainer": ("write", "maintain"),
        "writer": ("write", "write"),
        "triager": ("read", "triage"),
        "reader": ("read", "read"),
        "outsider": ("read", "read"),
    }
    answers = [(await bot.get(f"/collaborators/{one}/permission")).status_code for one in ("tdd[bot]", "nobody")]
    assert answers == [404, 404]
    assert (await bot.get(f"{town.hub.api_url}/users/tdd[bot]")).json()["type"] == "Bot"


async def test_an_issue_is_numbered_with_the_pull_requests_and_talked_in(town: Town) -> None:
    opened = await town.person("reader").post("/issues", json={"title": "Search", "body": "It finds words."})
    assert (opened.status_code, opened.json()["number"], "pull_request" in opened.json()) == (201, 1, False)
    assert town.hub.open_pull(REPO, "writer", "One", "feature").number == 2
    town.hub.comment(REPO, 1, "reader", "please")
    assert (await (await town.bot()).get("/issues/1")).json()["comments"] == 1
    await town.hub.settled()
    (told,) = town.ear.of("issue_comment")
    assert ("pull_request" in told["issue"], told["issue"]["title"]) == (False, "Search")
    assert "/issues/1#" in told["comment"]["html_url"]
    assert town.break_with_contract() == []
