"""How fast we write.

GitHub's secondary limits: serial writes, a second apart; at most 80 creations a minute and 500 an hour.

The limits hold for an installation, so connections of one installation share one pace.
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

WINDOWS = ((60.0, 75), (3600.0, 480))


class WritePace:
    """Lets one write through at a time, `interval_s` seconds apart, and creations only as fast as GitHub allows.

    An interval of 0 lets everything through at once: for tests and for the hub on one's own machine.
    """

    def __init__(
        self,
        interval_s: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.interval_s = interval_s
        self._clock, self._sleep = clock, sleep
        self._lock = asyncio.Lock()
        self._last = float("-inf")
        self._created: deque[float] = deque()

    @asynccontextmanager
    async def turn(self, *, creates: bool) -> AsyncIterator[None]:
        """Hold the turn to write for as long as the block runs."""
        async with self._lock:
            if self.interval_s > 0 and (wait := self._wait(creates)) > 0:
                await self._sleep(wait)
            if creates:
                self._note_creation()
            try:
                yield
            finally:
                self._last = self._clock()

    def _wait(self, creates: bool) -> float:
        """Seconds until the next write may go."""
        now = self._clock()
        waits = [self._last + self.interval_s - now]
        if creates:
            for window, most in WINDOWS:
                recent = [at for at in self._created if at > now - window]
                if len(recent) >= most:
                    waits.append(recent[-most] + window - now)
        return max(waits)

    def _note_creation(self) -> None:
        now = self._clock()
        self._created.append(now)
        while self._created and self._created[0] <= now - WINDOWS[-1][0]:
            self._created.popleft()
