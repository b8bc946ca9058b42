"""Several replicas on one PostgreSQL; the other inbox tests run there too where TDD_TEST_POSTGRESQL_URL is set."""

import asyncio

from tdd_orchestrator.inbox import Accepted
from world.inbox_work import OpenInbox, Recorder, running


async def test_replicas_share_lanes_and_handle_each_delivery_once(postgresql_url: str, open_inbox: OpenInbox) -> None:
    replicas = [await open_inbox(postgresql_url) for _ in range(3)]
    handlers = [Recorder() for _ in replicas]
    callers = [(replicas[n % 3], f"{n:04}", f"a/b#{n % 11}") for n in range(300)]
    async with (
        running(replicas[0], handlers[0]),
        running(replicas[1], handlers[1]),
        running(replicas[2], handlers[2]),
    ):
        await asyncio.gather(*(inbox.accept(guid, "push", lane, b"{}") for inbox, guid, lane in callers))
        again = await asyncio.gather(*(replicas[0].accept(guid, "push", lane, b"{}") for _, guid, lane in callers))
        await asyncio.wait_for(replicas[0].idle(), 20)
    assert Accepted() not in again
    done = [guid for handler in handlers for _, guid in handler.done]
    assert sorted(done) == [guid for _, guid, _ in callers]
