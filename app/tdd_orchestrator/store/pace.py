"""How often we push: GitHub recommends at most six pushes a minute per repository ("Repository limits")."""

import asyncio
import time
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """At most one push per `interval` seconds per repository, the first at once; one `Pace` per process.

    Turns are handed out in the order in which they were asked for. `clock` counts seconds and never goes back.
    """

    def __init__(
        self, interval: float = 10.0, *, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.interval = interval
        self._clock = clock
        self._sleep = sleep
        self._free: dict[str, float] = {}

    def delay(self, repository: str) -> float:
        """Seconds until the next push to this repository may go out."""
        return max(0.0, self._free.get(repository, 0.0) - self._clock())

    async def turn(self, repository: str) -> None:
        """Wait for the next turn, and take it."""
        wait = self.delay(repository)
        self._free[repository] = self._clock() + wait + self.interval
        if wait:
            await self._sleep(wait)

    def give_back(self, repository: str) -> None:
        """A turn was taken and nothing was pushed: whoever asks next need not wait for it."""
        if repository in self._free:
            self._free[repository] -= self.interval
