"""`concurrency:` one runs, one waits, and whoever waited before is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


class Superseded(Exception):
    """A newer run or job has taken the place of the waiting one."""


@dataclass(slots=True)
class _Lane:
    cancel: Callable[[], None]
    free: asyncio.Event
    waiting: asyncio.Future[None] | None = None


class Lanes:
    """The concurrency groups of all repositories; names are compared without regard to case."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], _Lane] = {}

    @asynccontextmanager
    async def turn(
        self, repository: str, group: str, *, cancel_running: bool, cancel: Callable[[], None]
    ) -> AsyncIterator[None]:
        """Hold the lane of a group. `cancel` is called when a newer one wants this one gone. Raises Superseded."""
        key = (repository.lower(), group.lower())
        while (lane := self._lanes.get(key)) is not None:
            if cancel_running:
                lane.cancel()
            await _wait(lane)
        mine = self._lanes[key] = _Lane(cancel, asyncio.Event())
        try:
            yield
        finally:
            del self._lanes[key]
            mine.free.set()


async def _wait(lane: _Lane) -> None:
    if lane.waiting is not None and not lane.waiting.done():
        lane.waiting.set_exception(Superseded())
    place = lane.waiting = asyncio.get_running_loop().create_future()
    freed = asyncio.ensure_future(lane.free.wait())
    try:
        await asyncio.wait([place, freed], return_when=asyncio.FIRST_COMPLETED)
        if place.done():
            place.result()
    finally:
        freed.cancel()
        place.cancel()
