"""GET /health and GET /metrics: what a supervisor and a graph are told."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

import world.hooks as hooks
from tdd_orchestrator.inbox import Delivery, Inbox, InboxBroken, InboxStats
from tdd_orchestrator.server.app import build
from world.serving import Kept, inside, settings, settled

BODY = hooks.encoded(hooks.push("refs/heads/main"))


async def test_a_server_in_order_says_so(tmp_path: Path) -> None:
    swept = asyncio.Event()

    async def sweep(inbox: Inbox) -> None:
        assert inbox.alive
        swept.set()

    async with inside(build(settings(tmp_path), Kept(), sweep=sweep)) as client:
        await asyncio.wait_for(swept.wait(), 5)
        answer = await client.get("/health")
    facts = answer.json()
    assert answer.status_code == 200
    assert (facts["status"], facts["reason"]) == ("ok", None)
    assert facts["inbox"] == {"waiting": 0, "leased": 0, "dead": 0, "oldest_age_s": 0}
    assert facts["version"]
    assert 0 <= facts["last_sweep_age_s"] < 5


async def test_a_writer_that_is_dead_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stats(_: Inbox) -> InboxStats:
        raise InboxBroken("The inbox is closed.")

    async with inside(build(settings(tmp_path), Kept())) as client:
        with monkeypatch.context() as patch:
            patch.setattr(Inbox, "stats", stats)
            answer = await client.get("/health")
            scraped = await client.get("/metrics")
    assert (answer.status_code, answer.json()["reason"]) == (503, "The inbox is closed.")
    assert scraped.status_code == 503


async def test_a_writer_that_hangs_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stats(_: Inbox) -> InboxStats:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("tdd_orchestrator.server.health.PATIENCE_S", 0.01)
    async with inside(build(settings(tmp_path), Kept())) as client:
        with monkeypatch.context() as patch:
            patch.setattr(Inbox, "stats", stats)
            answer = await client.get("/health")
    assert answer.status_code == 503
    assert "has not answered" in answer.json()["reason"]


async def test_a_standstill_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stats(_: Inbox) -> InboxStats:
        return InboxStats(waiting=3, leased=1, dead=0, oldest_age_s=1_801)

    async with inside(build(settings(tmp_path), Kept())) as client:
        with monkeypatch.context() as patch:
            patch.setattr(Inbox, "stats", stats)
            answer = await client.get("/health")
    assert answer.status_code == 503
    assert "waited for 1801 seconds" in answer.json()["reason"]


async def test_workers_that_have_stopped_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Inbox, "run", run)
    async with inside(build(settings(tmp_path), Kept())) as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()["reason"]) == (503, "A part of the server has stopped working.")


async def test_metrics_count_deliveries_bytes_batches_and_rounds(tmp_path: Path) -> None:
    done = asyncio.Event()

    async def handler(lane: str, deliveries: tuple[Delivery, ...]) -> None:
        done.set()

    async def sweep(_: Inbox) -> None:
        raise RuntimeError("GitHub is down")

    registry = CollectorRegistry()
    async with inside(build(settings(tmp_path), handler, sweep=sweep, registry=registry)) as client:
        await client.post("/webhook", content=BODY, headers=hooks.headers(BODY))
        await client.post("/webhook", content=BODY, headers=hooks.headers(BODY))
        await client.post("/webhook", content=b"{}", headers=hooks.headers(b"{}", "weather"))
        await client.post("/webhook", content=b"{}" * 999)
        await asyncio.wait_for(done.wait(), 5)
        await settled(client)
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["tdd_webhook_deliveries_total", "push", "accepted"] == 1
    assert samples["tdd_webhook_deliveries_total", "push", "duplicate"] == 1
    assert samples["tdd_webhook_deliveries_total", "other", "dropped"] == 1
    assert samples["tdd_webhook_deliveries_total", "other", "unsigned"] == 1
    assert samples["tdd_webhook_bytes_total",] == 2 * len(BODY) + 2
    assert samples["tdd_handling_seconds_count", "handled"] == 1
    assert samples["tdd_rounds_total", "failed", "sweep"] >= 1
    assert samples["tdd_inbox_deliveries", "waiting"] == 0
    assert samples["tdd_inbox_deliveries", "dead"] == 0
