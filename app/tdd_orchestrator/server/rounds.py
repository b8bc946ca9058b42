"""What is done every so often: one loop for the sweep and for asking after missed deliveries."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class Round:
    """`act` at once, then every `every_s` seconds. A round that fails is logged, and the next one comes anyhow."""

    name: str
    every_s: float
    act: Callable[[], Awaitable[None]]
    ended: Callable[[str, str], None] = lambda _name, _outcome: None
    _last_good: float | None = None

    @property
    def age_s(self) -> float | None:
        """Seconds since the last round that went well; None before the first."""
        return None if self._last_good is None else time.monotonic() - self._last_good

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._once()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.every_s)

    async def _once(self) -> None:
        try:
            await self.act()
        except Exception as error:
            log.error("a round failed", round=self.name, reason=str(error), exc_info=error)
            self.ended(self.name, "failed")
        else:
            self._last_good = time.monotonic()
            self.ended(self.name, "done")
