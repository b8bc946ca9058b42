"""An app's connections: who we are, where we are installed, and tokens that are narrow, shared and renewed."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tdd_orchestrator.github.connections import AppCredentials, Connections
from tdd_orchestrator.github.deliveries import recent_deliveries, redeliver
from tdd_orchestrator.github.errors import Forbidden, NotInstalled
from tdd_orchestrator.github.tokens import PERMISSIONS
from tdd_orchestrator.server.redelivery import attempts_of, to_redeliver
from world.patient import API, ROOT, Clock

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
ISSUE = "/repos/{repo}/issues/{number}"


def connections(clock: Clock) -> Connections:
    return Connections(AppCredentials(12, PEM, API), write_interval_s=0, patience=clock.patience(), clock=clock)


def played(clock: Clock) -> respx.Route:
    """A GitHub with the app installed on owner/name; the route that mints tokens."""
    respx.get(f"{API}/app").mock(return_value=httpx.Response(200, json={"slug": "tdd"}))
    respx.get(f"{ROOT}/installation").mock(return_value=httpx.Response(200, json={"id": 99}))
    respx.get(f"{ROOT}/issues/7").mock(return_value=httpx.Response(200, json={}))

    def mint(request: httpx.Request) -> httpx.Response:
        ends = datetime.fromtimestamp(clock.now + 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return httpx.Response(201, json={"token": f"ghs_{minted.call_count}.x", "expires_at": ends})

    minted = respx.post(f"{API}/app/installations/99/access_tokens").mock(side_effect=mint)
    return minted


@respx.mock
async def test_twenty_first_requests_mint_one_narrow_token() -> None:
    clock = Clock()
    minted = played(clock)
    async with connections(clock) as all_:
        github = await all_.of("owner/name")
        await asyncio.gather(*(github.get(ISSUE, number=7) for _ in range(20)))
        assert await github.git_credentials() == ("x-access-token", "ghs_0.x")
        assert await github.login() == "tdd[bot]"
        assert await all_.of("owner/name") is github
    assert minted.call_count == 1
    asked = json.loads(minted.calls.last.request.content)
    assert asked == {"repositories": ["name"], "permissions": PERMISSIONS}
    signed = minted.calls.last.request.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(signed, KEY.public_key(), algorithms=["RS256"])
    assert claims["iss"] == "12"


@respx.mock
async def test_a_token_is_renewed_before_it_ends() -> None:
    clock = Clock()
    minted = played(clock)
    async with connections(clock) as all_:
        github = await all_.of("owner/name")
        await github.get(ISSUE, number=7)
        clock.now += 3600 - 200
        await github.get(ISSUE, number=7)
    assert minted.call_count == 2


@respx.mock
async def test_a_token_that_github_revoked_is_replaced_once() -> None:
    clock = Clock()
    minted = played(clock)
    respx.get(f"{ROOT}/issues/8").mock(side_effect=[httpx.Response(401, json={}), httpx.Response(200, json={})])
    async with connections(clock) as all_:
        github = await all_.of("owner/name")
        assert (await github.get(ISSUE, number=8)).status == 200
    assert minted.call_count == 2


@respx.mock
async def test_a_repository_without_the_app_is_told_what_to_do() -> None:
    respx.get(f"{ROOT}/installation").mock(return_value=httpx.Response(404, json={"message": "Not Found"}))
    async with connections(Clock()) as all_:
        with pytest.raises(NotInstalled, match="Install it from its page and choose owner/name"):
            await all_.of("owner/name")


@respx.mock
async def test_permissions_that_were_not_accepted_are_named() -> None:
    clock = Clock()
    played(clock)
    respx.post(f"{API}/app/installations/99/access_tokens").mock(
        return_value=httpx.Response(422, json={"message": "The permissions requested are not granted."})
    )
    async with connections(clock) as all_:
        github = await all_.of("owner/name")
        with pytest.raises(Forbidden, match="checks: write"):
            await github.get(ISSUE, number=7)


@respx.mock
async def test_the_repositories_of_an_installation_are_read_with_a_token_that_can_do_nothing_else() -> None:
    clock = Clock()
    minted = played(clock)
    listed = {"repositories": [{"full_name": "owner/name"}, {"full_name": "owner/other"}]}
    respx.get(f"{API}/installation/repositories").mock(return_value=httpx.Response(200, json=listed))
    async with connections(clock) as all_:
        assert await all_.repositories(99) == ("owner/name", "owner/other")
    assert json.loads(minted.calls.last.request.content) == {"permissions": {"metadata": "read"}}


def delivery(number: int, guid: str, status: str, at: str = "2026-11-20T10:00:00Z") -> dict[str, object]:
    return {
        "id": number, "guid": guid, "delivered_at": at, "event": "push", "status": status, "redelivery": False,
    }  # fmt: skip


@respx.mock
async def test_deliveries_that_never_arrived_are_found_whatever_their_failure_and_sent_again() -> None:
    first = [delivery(5, "a", "OK"), delivery(4, "b", "Invalid HTTP Response: 502"), delivery(3, "c", "timed out")]
    second = [delivery(2, "a", "timed out"), delivery(1, "d", "timed out", "2026-11-01T10:00:00Z")]
    link = {"Link": f'<{API}/app/hook/deliveries?cursor=v1%5F2&per_page=100>; rel="next"'}

    def page(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("cursor") == "v1_2":
            return httpx.Response(200, json=second)
        return httpx.Response(200, headers=link, json=first)

    respx.get(f"{API}/app/hook/deliveries").mock(side_effect=page)
    again = respx.post(f"{API}/app/hook/deliveries/4/attempts").mock(return_value=httpx.Response(202, json={}))
    async with connections(Clock()) as all_:
        rows = await recent_deliveries(all_.app, datetime(2026, 11, 19, tzinfo=UTC).timestamp())
        assert [row["id"] for row in rows] == [5, 4, 3, 2]
        missed = to_redeliver(attempts_of(rows), now=datetime(2026, 11, 20, 11, tzinfo=UTC), held=frozenset())
        assert {one.guid for one in missed} == {"b", "c"}
        await redeliver(all_.app, 4)
    assert again.called
    assert again.calls.last.request.headers["Authorization"].startswith("Bearer ey")
