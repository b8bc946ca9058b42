"""The dispatcher: it claims lanes for workers that are free, and gives back what is unfinished at the end."""

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial

from tdd_orchestrator.inbox import leasing
from tdd_orchestrator.inbox.bell import Bell
from tdd_orchestrator.inbox.delivery import Lease
from tdd_orchestrator.inbox.holding import Handler, Terms, hold
from tdd_orchestrator.inbox.writer import InboxBroken, Writer

POLL_S = 1.0  # for what no bell of this process announces: other replicas, expired leases
STOP_S = 10.0  # what handlers may take to end when the inbox stops

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Workers:
    """Runs `handler` on up to `count` lanes at a time."""

    writer: Writer
    bell: Bell
    terms: Terms
    handler: Handler
    count: int
    _busy: dict[asyncio.Task[None], Lease] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then give handlers `STOP_S` seconds, and give back what they did not finish."""
        stopping = asyncio.create_task(self._ring_at(stop))
        try:
            while not stop.is_set():
                await self._round()
            if self._busy:
                await asyncio.wait(self._busy, timeout=STOP_S)
        finally:
            stopping.cancel()
            await self._give_back()

    async def _ring_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.bell.ring()

    async def _round(self) -> None:
        heard = self.bell.count
        pause = POLL_S
        free = self.count - len(self._busy)
        if free:
            try:
                pause = min(POLL_S, await self._claim(free))
            except InboxBroken as error:
                log.error("no lane can be claimed: %s", error)
        await self.bell.after(heard, pause)

    async def _claim(self, free: int) -> float:
        """Start what is due; in how many seconds it is worth another look."""
        terms = self.terms
        ask = partial(
            leasing.claim, owner=terms.owner, lease_s=terms.lease_s, most=free, max_attempts=terms.max_attempts
        )
        leases, next_due_s = await self.writer.do(ask)
        for lease in leases:
            task = asyncio.create_task(hold(lease, self.handler, self.writer, terms), name=f"lane {lease.lane}")
            self._busy[task] = lease
            task.add_done_callback(self._ended)
        return POLL_S if next_due_s is None or len(leases) == free else next_due_s

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._busy.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("a lane could not be settled; it is free again when its lease ends", exc_info=error)
        self.bell.ring()

    async def _give_back(self) -> None:
        late = dict(self._busy)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
            await self.writer.do(partial(leasing.give_back, leases=list(late.values())))
