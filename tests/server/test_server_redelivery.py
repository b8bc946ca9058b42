"""Which deliveries GitHub is asked to send again."""

import asyncio
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tdd_orchestrator.server.app import Missed, build
from tdd_orchestrator.server.redelivery import AT_ONCE, Attempt, Redelivery, attempts_of, to_redeliver
from world.serving import Kept, inside, settings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def row(
    number: int, guid: str, *, hours: float = 1, status: str = "Service Unavailable", **changed: Any
) -> dict[str, Any]:
    at = (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    given = {"id": number, "guid": guid, "delivered_at": at, "status": status, "status_code": 503, "event": "push"}
    return given | {"redelivery": False, "action": None, "installation_id": 9, "repository_id": 7} | changed


OK: dict[str, Any] = {"status": "OK", "status_code": 202}
CASES: dict[str, tuple[list[dict[str, Any]], list[int]]] = {
    "nothing": ([], []),
    "one that failed": ([row(1, "a")], [1]),
    "one that went well": ([row(1, "a", **OK)], []),
    "one that timed out": ([row(1, "a", status="timed out", status_code=0)], [1]),
    "another word for well": ([row(1, "a", status="Accepted", status_code=202)], []),
    "the newest of a GUID": ([row(2, "a", hours=1), row(1, "a", hours=2)], [2]),
    "failed, then went well": ([row(2, "a", hours=1, **OK), row(1, "a", hours=2)], []),
    "went well, then failed": ([row(2, "a", hours=1), row(1, "a", hours=2, **OK)], [2]),
    "held by the inbox": ([row(1, "held"), row(2, "a")], [2]),
    "too old": ([row(1, "a", hours=72), row(2, "b", hours=71)], [2]),
    "only just tried": ([row(1, "a", hours=0.01)], []),
    "nothing for us": ([row(1, "a", event="star"), row(2, "b", event="ping")], []),
    "tried often enough": ([row(number, "a", hours=number) for number in range(1, 6)], []),
    "oldest first": ([row(1, "a", hours=1), row(2, "b", hours=3), row(3, "c", hours=2)], [2, 3, 1]),
    "capped": ([row(n, f"g{n}", hours=n / 10) for n in range(1, 100)], list(range(99, 99 - AT_ONCE, -1))),
}


@pytest.mark.parametrize(("rows", "ids"), CASES.values(), ids=CASES)
def test_what_is_asked_for_again(rows: list[dict[str, Any]], ids: list[int]) -> None:
    again = to_redeliver(attempts_of(rows), now=NOW, held=frozenset({"held"}))
    assert [attempt.id for attempt in again] == ids


def test_rows_that_cannot_be_read_are_left_out() -> None:
    rows = [
        None,
        {},
        row(1, "a", delivered_at="yesterday"),
        row(2, "b", delivered_at="2026-11-20T12:00:00"),
        row(3, "c"),
    ]
    assert [attempt.id for attempt in attempts_of(rows)] == [3]


async def test_a_refusal_of_github_keeps_no_other_from_being_asked_for() -> None:
    asked: list[int] = []

    async def list_failed() -> Iterable[object]:
        return [row(1, "a", hours=2), row(2, "b", hours=1), row(3, "c", hours=3)]

    async def redeliver(number: int) -> None:
        asked.append(number)
        if number == 1:
            raise RuntimeError("404 Not Found")

    async def held(guids: Iterable[str]) -> AbstractSet[str]:
        assert set(guids) == {"a", "b", "c"}
        return {"c"}

    await Redelivery(list_failed, redeliver, held, clock=lambda: NOW)()
    assert asked == [1, 2]


async def test_the_server_asks_when_it_starts(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def list_failed() -> Iterable[object]:
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        return [row(5, "missed", delivered_at=hour_ago.isoformat())]

    async def redeliver(number: int) -> None:
        assert number == 5
        asked.set()

    async with inside(build(settings(tmp_path), Kept(), missed=Missed(list_failed, redeliver))):
        await asyncio.wait_for(asked.wait(), 5)


def test_an_attempt_is_read_as_github_writes_it() -> None:
    attempt = Attempt.model_validate(row(1, "a", hours=0))
    assert (attempt.delivered_at, attempt.went_well) == (NOW, False)
