"""POST /webhook: each answer, and what each leaves in the inbox."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import world.hooks as hooks
from tdd_orchestrator.inbox import Full, Inbox, InboxBroken
from tdd_orchestrator.server.app import build
from world.serving import Kept, inside, served, settings

BODY = hooks.encoded(hooks.push("refs/heads/main"))
GOOD = hooks.headers(BODY)


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def client(tmp_path: Path, kept: Kept) -> AsyncIterator[httpx.AsyncClient]:
    async with inside(build(settings(tmp_path), kept)) as client:
        yield client


def signed(body: bytes, event: str = "push") -> tuple[bytes, dict[str, str]]:
    return body, hooks.headers(body, event)


ANSWERS = {
    "stored": (BODY, GOOD, 202, "accepted"),
    "signed with the next secret": (BODY, hooks.headers(BODY, secret=hooks.NEXT_SECRET), 202, "accepted"),
    "not signed": (BODY, without("X-Hub-Signature-256"), 401, "unsigned"),
    "signed with another secret": (BODY, hooks.headers(BODY, secret="another"), 401, "forged"),
    "signed for another body": (BODY + b" ", GOOD, 401, "forged"),
    "signed in the old way": (BODY, GOOD | {"X-Hub-Signature-256": "sha1=" + "0" * 40}, 401, "forged"),
    "signed with no sense": (BODY, GOOD | {"X-Hub-Signature-256": "sha256=\xe9".encode("latin-1")}, 401, "forged"),
    "no delivery": (BODY, without("X-GitHub-Delivery"), 400, "malformed"),
    "no event": (BODY, without("X-GitHub-Event"), 400, "malformed"),
    "a delivery too long": (BODY, GOOD | {"X-GitHub-Delivery": "x" * 201}, 400, "malformed"),
    "a form": (*signed(b"payload=%7B%7D"), 400, "malformed"),
    "nothing": (*signed(b""), 400, "malformed"),
    "a list": (*signed(b"[]"), 400, "malformed"),
    "no UTF-8": (*signed(b'{"a": "\xff"}'), 400, "malformed"),
    "too deep": (*signed(b'{"a":' + b"[" * 100_000), 400, "malformed"),
    "an event nobody knows": (*signed(b"{}", "weather"), 202, "dropped"),
    "a ping": (*signed(b'{"zen": "Design for failure."}', "ping"), 202, "dropped"),
    "a push without a repository": (*signed(b"{}"), 202, "dropped"),
}


@pytest.mark.parametrize(("body", "headers", "status", "outcome"), ANSWERS.values(), ids=ANSWERS)
async def test_each_request_has_its_answer(
    client: httpx.AsyncClient, kept: Kept, body: bytes, headers: Any, status: int, outcome: str
) -> None:
    answer = await client.post("/webhook", content=body, headers=headers)
    assert (answer.status_code, answer.json()["outcome"]) == (status, outcome)
    if outcome == "accepted":
        await asyncio.wait_for(kept.arrived.wait(), 5)
        assert kept.got == [("octo/tree", "guid-1")]
    else:
        assert (await client.get("/health")).json()["inbox"]["waiting"] == 0


async def test_only_post_is_understood(client: httpx.AsyncClient) -> None:
    assert (await client.get("/webhook")).status_code == 405


async def test_a_repeated_delivery_is_accepted_and_handled_once(client: httpx.AsyncClient, kept: Kept) -> None:
    answers = [await client.post("/webhook", content=BODY, headers=GOOD) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202] * 4
    assert [answer.json()["outcome"] for answer in answers] == ["accepted", *["duplicate"] * 3]
    await asyncio.wait_for(kept.arrived.wait(), 5)
    assert kept.got == [("octo/tree", "guid-1")]


@pytest.mark.parametrize("state", ["full", "broken"])
async def test_what_cannot_be_stored_is_sent_again_later(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    async def accept(*_: object) -> Full:
        if state == "full":
            return Full()
        raise InboxBroken("The inbox's database does not answer: disk is full")

    monkeypatch.setattr(Inbox, "accept", accept)
    answer = await client.post("/webhook", content=BODY, headers=GOOD)
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["outcome"]) == (503, "30", state)


async def test_every_secret_is_compared_in_constant_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def compare(given: bytes, made: bytes) -> bool:
        compared.append((given, made))
        return real(given, made)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert (await client.post("/webhook", content=BODY, headers=GOOD)).status_code == 202
    assert [made.decode() for _, made in compared] == [
        hooks.signature(BODY),
        hooks.signature(BODY, hooks.NEXT_SECRET),
    ]
    assert {given.decode() for given, _ in compared} == {GOOD["X-Hub-Signature-256"]}


async def test_a_chunked_body_is_read_to_its_end(tmp_path: Path, kept: Kept) -> None:
    body = hooks.encoded(hooks.push("refs/heads/main") | {"padding": "x" * 150_000})

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    async with served(build(settings(tmp_path), kept)) as client:
        answer = await client.post("/webhook", content=chunks(), headers=hooks.headers(body))
    assert (answer.status_code, answer.request.headers["transfer-encoding"]) == (202, "chunked")


CHUNK = b"%x\r\n%b\r\n" % (60_000, b" " * 60_000)
UNFINISHED = {
    "announced": (b"X-Hub-Signature-256: sha256=0\r\nContent-Length: 200001\r\n\r\n", b"413 "),
    "chunked": (b"X-Hub-Signature-256: sha256=0\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK * 4, b"413 "),
    "unsigned": (b"Content-Length: 150000\r\n\r\n" + b" " * 70_000, b"401 "),
}


@pytest.mark.parametrize(("request_bytes", "status"), UNFINISHED.values(), ids=UNFINISHED)
async def test_a_body_that_is_too_large_is_refused_before_its_end(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch, request_bytes: bytes, status: bytes
) -> None:
    monkeypatch.setattr("tdd_orchestrator.server.webhook.LARGEST", 200_000)
    monkeypatch.setattr("tdd_orchestrator.server.webhook.LARGEST_UNSIGNED", 60_000)
    async with served(build(settings(tmp_path), kept)) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(b"POST /webhook HTTP/1.1\r\nHost: tdd.test\r\n" + request_bytes)
        answer = await asyncio.wait_for(reader.read(), 10)  # to the end: the server closes the connection
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer.lower()


async def test_the_cap_is_github_s_own(client: httpx.AsyncClient) -> None:
    announced = GOOD | {"Content-Length": str(25 * 1024 * 1024 + 1)}
    assert (await client.post("/webhook", content=BODY, headers=announced)).status_code == 413
    body = b'{"a": "' + b"x" * (25 * 1024 * 1024 - 9) + b'"}'
    assert len(body) == 25 * 1024 * 1024
    answer = await client.post("/webhook", content=body, headers=hooks.headers(body))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "dropped")
