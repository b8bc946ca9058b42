"""How fast we write, and who goes first.

GitHub's secondary limits: serial writes, a second apart; at most 80 creations a minute and 500 an hour. Whether a
change counts as a creation is not documented, so every write does here. The limits hold for an installation, so
connections of one installation share one pace. Part of each limit is kept for what is more urgent: an answer to a
person does not wait for a hundred checks.
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from enum import IntEnum
from types import MappingProxyType

MINUTE, HOUR = 60.0, 3600.0


class Urgency(IntEnum):
    """What a write is for: an answer to a person, work that others wait for, or what is only looked at."""

    ANSWER = 0
    WORK = 1
    SHOW = 2


SHARES: Mapping[Urgency, tuple[tuple[float, int], ...]] = MappingProxyType(
    {
        Urgency.ANSWER: ((MINUTE, 78), (HOUR, 490)),
        Urgency.WORK: ((MINUTE, 72), (HOUR, 465)),
        Urgency.SHOW: ((MINUTE, 60), (HOUR, 400)),
    }
)
"""How many writes may stand in each window (seconds) before a write of this urgency waits."""
LEFT_OVER: Mapping[Urgency, float] = MappingProxyType({Urgency.ANSWER: 0.0, Urgency.WORK: 0.02, Urgency.SHOW: 0.1})
"""The part of the primary limit that a write of this urgency leaves to others."""
PATIENCE_S = 30.0
"""A longer wait than this is not slept through: the write is put off, and what it shows may be newer by then."""


class Crowded(Exception):
    """There is no room for this write for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no room for {seconds:.0f} s")
        self.seconds = seconds


class WritePace:
    """Lets one write of each urgency through at a time, `interval_s` seconds apart, and only as many as GitHub allows.

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
        self._locks = {urgency: asyncio.Lock() for urgency in Urgency}
        self._last = float("-inf")
        self._written: deque[float] = deque()
        self._spent_until: dict[str, tuple[float, float]] = {}

    @asynccontextmanager
    async def turn(self, *, urgency: Urgency = Urgency.WORK, weight: int = 1) -> AsyncIterator[None]:
        """Hold the turn to write for as long as the block runs; `weight` is how many writes it stands for.

        Raises `Crowded` where there is no room within half a minute.
        """
        async with self._locks[urgency]:
            while self.interval_s > 0 and (wait := self._wait(urgency, weight)) > 0:
                if wait > PATIENCE_S:
                    raise Crowded(wait)
                await self._sleep(wait)
            self._note(weight)
            try:
                yield
            finally:
                self._last = self._clock()

    def saw(self, headers: Mapping[str, str], now: float) -> None:
        """Remember what an answer said of the primary limit; `now` is in epoch seconds, as the limit's reset is."""
        limit, left = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
        reset = headers.get("x-ratelimit-reset", "")
        if not (limit.isdecimal() and left.isdecimal() and reset.isdecimal()) or int(limit) == 0:
            return
        resets_at = self._clock() + int(reset) - now
        self._spent_until[headers.get("x-ratelimit-resource", "")] = (int(left) / int(limit), resets_at)

    def _wait(self, urgency: Urgency, weight: int) -> float:
        """Seconds until the next write may go."""
        now = self._clock()
        waits = [self._last + self.interval_s - now]
        for window, most in SHARES[urgency]:
            recent = [at for at in self._written if at > now - window]
            if len(recent) + weight > most and recent:
                waits.append(recent[min(max(len(recent) + weight - most, 1), len(recent)) - 1] + window - now)
        for left, resets_at in self._spent_until.values():
            if left < LEFT_OVER[urgency]:
                waits.append(resets_at - now)
        return max(waits)

    def _note(self, weight: int) -> None:
        now = self._last = self._clock()
        self._written.extend([now] * weight)
        while self._written and self._written[0] <= now - HOUR:
            self._written.popleft()
