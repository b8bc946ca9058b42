"""Reading: what has not changed is not sent again, pages are followed, requests are counted, versions named."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import respx

from tdd_orchestrator.github.addresses import git_url
from tdd_orchestrator.github.etags import EtagCache, KeptAnswer
from world.patient import API, REPO, ROOT, connected

ISSUE = "/repos/{repo}/issues/{number}"


@respx.mock
async def test_an_unchanged_answer_costs_a_304_and_is_remembered() -> None:
    fresh = httpx.Response(200, headers={"ETag": '"1"'}, json={"title": "kept"})
    route = respx.get(f"{ROOT}/issues/7").mock(side_effect=[fresh, httpx.Response(304)])
    async with connected() as github:
        await github.get(ISSUE, number=7)
        assert (await github.get(ISSUE, number=7)).json() == {"title": "kept"}
        assert github.unchanged == 1
        assert github.counts == {"GET /repos/{repo}/issues/{number}": 2}
    assert route.calls[1].request.headers["If-None-Match"] == '"1"'


@respx.mock
async def test_different_queries_and_forms_are_different_answers() -> None:
    route = respx.get(url__startswith=f"{ROOT}/issues/7").mock(
        return_value=httpx.Response(200, headers={"ETag": '"1"'}, json={})
    )
    async with connected() as github:
        await github.get(ISSUE, number=7, query={"a": "1"})
        await github.get(ISSUE, number=7, query={"a": "2"})
        await github.get(ISSUE, number=7, query={"a": "1"}, headers={"Accept": "application/vnd.github.raw+json"})
    assert not any("If-None-Match" in call.request.headers for call in route.calls)


@respx.mock
async def test_every_request_names_its_version_and_carries_the_token() -> None:
    route = respx.get(f"{ROOT}/issues/7").mock(return_value=httpx.Response(200, json={}))
    async with connected() as github:
        await github.get(ISSUE, number=7)
    sent = route.calls.last.request.headers
    assert sent["X-GitHub-Api-Version"] == "2022-11-28"
    assert sent["Authorization"] == "Bearer a-token"
    assert sent["Accept"] == "application/vnd.github+json"


@respx.mock
async def test_pages_are_followed_to_the_last() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        link = {"Link": f'<{ROOT}/pulls?page={number + 1}>; rel="next"'} if number < 3 else {}
        return httpx.Response(200, headers=link, json={"items": [number]})

    respx.get(f"{ROOT}/pulls").mock(side_effect=page)
    async with connected() as github:
        assert [item async for item in github.pages("/repos/{repo}/pulls", inside="items")] == [1, 2, 3]


@respx.mock
async def test_pages_that_have_not_changed_are_still_followed() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        number = request.url.params["page"]
        if request.headers.get("If-None-Match") == number:
            return httpx.Response(304)
        link = {"Link": f'<{ROOT}/pulls?page=2>; rel="next"'} if number == "1" else {}
        return httpx.Response(200, headers={"ETag": number, **link}, json=[number])

    respx.get(f"{ROOT}/pulls").mock(side_effect=page)
    async with connected() as github:
        for _ in range(2):
            assert [item async for item in github.pages("/repos/{repo}/pulls")] == ["1", "2"]
        assert github.unchanged == 2


@respx.mock
async def test_a_renamed_repository_is_followed_with_its_body() -> None:
    moved = httpx.Response(307, headers={"Location": f"{API}/repositories/9/issues/7"})
    respx.patch(f"{ROOT}/issues/7").mock(return_value=moved)
    there = respx.patch(f"{API}/repositories/9/issues/7").mock(return_value=httpx.Response(200, json={}))
    async with connected() as github:
        await github.write("PATCH", ISSUE, {"title": "t"}, number=7)
    assert json.loads(there.calls.last.request.content) == {"title": "t"}


@respx.mock
async def test_a_redirect_to_another_host_does_not_get_the_token() -> None:
    respx.get(f"{ROOT}/issues/7").mock(return_value=httpx.Response(301, headers={"Location": "https://evil.test/x"}))
    async with connected() as github:
        assert (await github.get(ISSUE, number=7)).status == 301


@respx.mock
async def test_all_tasks_share_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    respx.get(url__startswith=f"{ROOT}/issues/").mock(return_value=httpx.Response(200, json={}))
    made: list[httpx.AsyncClient] = []
    create = httpx.AsyncClient.__init__

    def counted(self: httpx.AsyncClient, **options: Any) -> None:
        made.append(self)
        create(self, **options)

    monkeypatch.setattr(httpx.AsyncClient, "__init__", counted)
    async with connected() as github:
        await asyncio.gather(*(asyncio.create_task(github.get(ISSUE, number=n)) for n in range(6)))
    assert len(made) == 1


@pytest.mark.parametrize(
    ("api", "git"),
    [
        ("https://api.github.com", "https://github.com/owner/name.git"),
        ("https://api.github.com/", "https://github.com/owner/name.git"),
        ("https://ghe.example.org/api/v3", "https://ghe.example.org/owner/name.git"),
        ("https://api.tenant.ghe.com", "https://tenant.ghe.com/owner/name.git"),
        ("http://127.0.0.1:4711", "http://127.0.0.1:4711/owner/name.git"),
        ("http://127.0.0.1:4711/api/v3", "http://127.0.0.1:4711/owner/name.git"),
    ],
)
def test_git_lives_where_the_api_lives(api: str, git: str) -> None:
    assert git_url(api, REPO) == git


def test_the_cache_forgets_what_was_not_used_for_the_longest_time_and_never_keeps_giants() -> None:
    cache = EtagCache(entries=2, largest=10)
    for key in ("a", "b"):
        cache.keep(key, KeptAnswer("e", b"1", {}))
    assert cache.get("a")
    cache.keep("c", KeptAnswer("e", b"1", {}))
    assert cache.get("b") is None
    cache.keep("a", KeptAnswer("e", b"x" * 11, {}))
    cache.keep("c", KeptAnswer("", b"1", {}))
    assert cache.get("a") is None
    assert cache.get("c") is None
