"""A bell within one process: a ring wakes who waits, and a ring between looking and waiting is not lost."""

import asyncio


class Bell:
    """Take `count` before you look; `after(count)` returns at once if it has rung since."""

    def __init__(self) -> None:
        self.count = 0
        self._ears: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        self.count += 1
        ears, self._ears = self._ears, set()
        for ear in ears:
            if not ear.done():
                ear.set_result(None)

    async def after(self, count: int, timeout_s: float) -> None:
        """Return when the bell has rung since `count` was taken, or after `timeout_s` seconds."""
        if self.count != count:
            return
        ear: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ears.add(ear)
        try:
            await asyncio.wait([ear], timeout=timeout_s)
        finally:
            self._ears.discard(ear)
