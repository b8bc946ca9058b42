"""What is repeated after a failure, what is looked for first, and what is not repeated at all."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
import respx

from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.errors import Forbidden, Gone, NotFound, RateLimited, Unauthorized, Unprocessable, Weather
from tdd_orchestrator.github.http import NotSent
from world.patient import ROOT, Clock, connected

ISSUE = "/repos/{repo}/issues/{number}"
COMMENTS = ISSUE + "/comments"
DOWN, OK = httpx.Response(502), httpx.Response(200, json={"id": 1})


def finding(found: Answer | None, looks: list[str]) -> Callable[[], Awaitable[Answer | None]]:
    async def find() -> Answer | None:
        looks.append("looked")
        return found

    return find


@respx.mock
@pytest.mark.parametrize("fault", [DOWN, httpx.Response(503), httpx.ConnectError("no"), httpx.ReadTimeout("slow")])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_reads_and_idempotent_writes_outlive_weather(method: str, fault: httpx.Response | Exception) -> None:
    route = respx.request(method, f"{ROOT}/issues/7").mock(side_effect=[fault, fault, OK])
    clock = Clock()
    async with connected(clock) as github:
        send = github.get(ISSUE, number=7) if method == "GET" else github.write(method, ISSUE, {}, number=7)
        assert (await send).json() == {"id": 1}
    assert route.call_count == 3
    assert len(clock.naps) == 2


@respx.mock
async def test_weather_that_does_not_end_is_told() -> None:
    route = respx.get(f"{ROOT}/issues/7").mock(return_value=DOWN)
    async with connected(tries=3) as github:
        with pytest.raises(Weather, match=r"502 to GET /repos/\{repo\}/issues/\{number\}"):
            await github.get(ISSUE, number=7)
    assert route.call_count == 3


@respx.mock
@pytest.mark.parametrize("fault", [DOWN, httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")])
async def test_a_creation_of_unknown_outcome_is_found_and_not_made_twice(fault: httpx.Response | Exception) -> None:
    route = respx.post(f"{ROOT}/issues/7/comments").mock(side_effect=[fault])
    looks: list[str] = []
    async with connected() as github:
        made = await github.create(COMMENTS, {}, find=finding(Answer(200, {}, b'{"id": 5}'), looks), number=7)
    assert made.json() == {"id": 5}
    assert route.call_count == 1
    assert looks == ["looked"]


@respx.mock
async def test_a_creation_that_did_not_happen_is_sent_again_after_the_look() -> None:
    route = respx.post(f"{ROOT}/issues/7/comments").mock(side_effect=[DOWN, DOWN, OK])
    looks: list[str] = []
    async with connected() as github:
        await github.create(COMMENTS, {}, find=finding(None, looks), number=7)
    assert route.call_count == 3
    assert len(looks) == 2


@respx.mock
async def test_a_creation_that_was_never_sent_needs_no_look() -> None:
    route = respx.post(f"{ROOT}/issues/7/comments").mock(side_effect=[httpx.ConnectTimeout("no"), OK])
    looks: list[str] = []
    async with connected() as github:
        await github.create(COMMENTS, {}, find=finding(None, looks), number=7)
    assert route.call_count == 2
    assert looks == []


@respx.mock
async def test_a_github_that_cannot_be_reached_is_told_as_such() -> None:
    respx.post(f"{ROOT}/issues/7/comments").mock(side_effect=httpx.ConnectError("no"))
    async with connected(tries=2) as github:
        with pytest.raises(NotSent, match="Check the network"):
            await github.create(COMMENTS, {}, find=finding(None, []), number=7)


@respx.mock
@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Unauthorized), (403, Forbidden), (404, NotFound), (410, Gone), (422, Unprocessable), (409, Unprocessable)],
)
async def test_a_refusal_is_told_at_once_with_githubs_words(status: int, error: type[Exception]) -> None:
    said = httpx.Response(
        status, json={"message": "Validation Failed", "errors": [{"field": "sha", "code": "missing"}]}
    )
    route = respx.get(f"{ROOT}/issues/7").mock(return_value=said)
    async with connected() as github:
        with pytest.raises(error, match="Validation Failed sha missing"):
            await github.get(ISSUE, number=7)
    assert route.call_count == 1


@respx.mock
async def test_a_missing_permission_is_named() -> None:
    needed = {"x-accepted-github-permissions": "issues=write; pull_requests=write"}
    respx.get(f"{ROOT}/issues/7").mock(return_value=httpx.Response(403, headers=needed, json={"message": "no"}))
    async with connected() as github:
        with pytest.raises(Forbidden, match=r"issues=write, or +pull_requests=write") as refused:
            await github.get(ISSUE, number=7)
    assert refused.value.permissions == needed["x-accepted-github-permissions"]


def limited(status: int = 403, message: str = "secondary rate limit", **headers: str) -> httpx.Response:
    return httpx.Response(
        status, headers={k.replace("_", "-"): v for k, v in headers.items()}, json={"message": message}
    )


@respx.mock
async def test_a_short_wait_that_github_asks_for_is_slept_through_even_before_a_creation() -> None:
    route = respx.post(f"{ROOT}/issues/7/comments").mock(side_effect=[limited(retry_after="7"), OK])
    clock, looks = Clock(), list[str]()
    async with connected(clock) as github:
        await github.create(COMMENTS, {}, find=finding(None, looks), number=7)
    assert clock.naps == [7.0]
    assert route.call_count == 2
    assert looks == [], "a request that was refused for its rate was not carried out"


@respx.mock
@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (limited(429, retry_after="120"), 120),
        (limited(429), 60),
        (limited(403), 60),
        (limited(403, "", x_ratelimit_remaining="0", x_ratelimit_reset="1003000"), 3000),
    ],
)
async def test_a_long_wait_is_told_and_nothing_is_sent_before_its_end(answer: httpx.Response, wait: int) -> None:
    route = respx.get(f"{ROOT}/issues/7").mock(side_effect=[answer, OK])
    clock = Clock()
    async with connected(clock) as github:
        with pytest.raises(RateLimited) as told:
            await github.get(ISSUE, number=7)
        assert told.value.until == clock.now + wait
        with pytest.raises(RateLimited):
            await github.get(ISSUE, number=7)
        assert route.call_count == 1
        clock.now = told.value.until
        assert (await github.get(ISSUE, number=7)).status == 200
    assert clock.naps == []


@respx.mock
async def test_a_limit_that_names_no_time_is_given_twice_as_long_each_time() -> None:
    respx.get(f"{ROOT}/issues/7").mock(return_value=limited(429))
    clock = Clock()
    waits = []
    async with connected(clock) as github:
        for _ in range(3):
            with pytest.raises(RateLimited) as told:
                await github.get(ISSUE, number=7)
            waits.append(told.value.until - clock.now)
            clock.now = told.value.until
    assert waits == [60, 120, 240]
