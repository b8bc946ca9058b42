"""GitHub's manners on every request: rate limits, ETags, request ids, versions, pages, error shapes, both prefixes."""

from __future__ import annotations

from world.hub_town import REPO, Town


async def test_requests_are_counted_until_the_hour_is_spent(town: Town) -> None:
    bot, limit = await town.bot(), f"{town.hub.api_url}/rate_limit"
    first, second = await bot.get("/pulls"), await bot.get("/pulls")
    left = [int(one.headers["x-ratelimit-remaining"]) for one in (first, second)]
    assert left == [4999, 4998]
    assert (await bot.get(limit)).json()["resources"]["core"]["used"] == 2
    town.hub.site.rate_limit = 2
    spent = await bot.get("/pulls")
    assert (spent.status_code, spent.headers["x-ratelimit-remaining"]) == (403, "0")
    assert "API rate limit exceeded" in spent.json()["message"]


async def test_what_has_not_changed_costs_nothing(town: Town) -> None:
    bot = await town.bot()
    first = await bot.get("/pulls")
    same = await bot.get("/pulls", headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    town.hub.open_pull(REPO, "writer", "One", "feature")
    changed = await bot.get("/pulls", headers={"if-none-match": first.headers["etag"]})
    assert (changed.status_code, changed.headers["x-ratelimit-used"]) == (200, "2")
    assert changed.headers["x-github-request-id"] != first.headers["x-github-request-id"]


async def test_an_unknown_api_version_is_refused(town: Town) -> None:
    reader = town.person("reader")
    versions = ("2022-11-28", "2026-03-10", "2021-01-01", "latest")
    answers = [await reader.get("/pulls", headers={"x-github-api-version": one}) for one in versions]
    assert [one.status_code for one in answers] == [200, 200, 410, 400]


async def test_an_unknown_address_is_a_404_of_githubs_shape_and_is_remembered(town: Town) -> None:
    answer = await town.person("reader").get("/no-such-thing")
    assert answer.status_code == 404
    assert answer.json().keys() == {"message", "documentation_url", "status"}
    assert [one.path for one in town.hub.unexpected] == [f"/repos/{REPO}/no-such-thing"]
    assert (await town.person("reader").put("/pulls")).status_code == 404


async def test_requests_are_logged_with_their_route(town: Town) -> None:
    await town.person("reader").get("/pulls/1/files")
    last = town.hub.requests[-1]
    assert (last.method, last.route, last.status, last.token_kind) == (
        "GET",
        "/repos/{owner}/{repo}/pulls/{pull_number}/files",
        404,
        "user",
    )


async def test_both_prefixes_are_the_same_place(town: Town) -> None:
    reader = town.person("reader")
    enterprise, plain = [await reader.get(f"{town.hub.url}{prefix}/repos/{REPO}") for prefix in ("/api/v3", "")]
    assert enterprise.json() == plain.json()
    assert enterprise.json()["url"] == f"{town.hub.url}/api/v3/repos/{REPO}"


async def test_pages_link_to_one_another(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    for number in range(5):
        town.hub.comment(REPO, 1, "reader", str(number))
    reader = town.person("reader")
    seen, url = [], "/issues/1/comments?per_page=2"
    while url:
        answer = await reader.get(url)
        seen.append([one["body"] for one in answer.json()])
        url = answer.links.get("next", {}).get("url", "")
    assert seen == [["0", "1"], ["2", "3"], ["4"]]
    assert set(answer.links) == {"prev", "first"}


async def test_a_body_that_is_no_json_object_is_refused(town: Town) -> None:
    bot = await town.bot()
    answers = [await bot.post("/git/blobs", content=raw) for raw in (b"{", b"[]", b"{}")]
    assert [one.status_code for one in answers] == [400, 400, 422]
    assert answers[0].json()["message"] == "Problems parsing JSON"
