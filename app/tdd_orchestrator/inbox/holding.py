"""One lease, from the handler's start to the verdict: the heartbeat beside it, and what its end means for the batch."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tdd_orchestrator.inbox import leasing
from tdd_orchestrator.inbox.delivery import Delivery, Lease
from tdd_orchestrator.inbox.writer import InboxBroken, Writer

Handler = Callable[[str, tuple[Delivery, ...]], Awaitable[None]]
_LAST_WORDS_S = 5.0  # what a cancelled handler may take to end

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what conditions lanes are leased; times in seconds."""

    owner: str
    lease_s: float
    max_attempts: int
    backoff_s: float


async def hold(lease: Lease, handler: Handler, writer: Writer, terms: Terms) -> None:
    """Handle the batch and settle it. Cancelled from outside, it settles nothing."""
    for gone in lease.buried:
        _mourn(lease, gone, "the process died each time while it was handled")
    if not lease.deliveries:
        await writer.do(partial(leasing.complete, lease=lease))
        return
    handling = asyncio.create_task(_handled(handler, lease), name=f"handling {lease.lane}")
    keeping = asyncio.create_task(_kept(lease, writer, terms), name=f"lease of {lease.lane}")
    try:
        done, _ = await asyncio.wait([handling, keeping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        handling.cancel()
        keeping.cancel()
        await asyncio.wait([handling, keeping], timeout=_LAST_WORDS_S)
    if handling not in done:
        log.warning(
            "the lease of %s was lost: its handler was stopped, and whoever holds the lane now does the work",
            lease.lane,
        )
        return
    error = asyncio.CancelledError("the handler cancelled itself") if handling.cancelled() else handling.exception()
    await (_completed(lease, writer) if error is None else _failed(lease, writer, terms, error))


async def _handled(handler: Handler, lease: Lease) -> None:
    await handler(lease.lane, lease.deliveries)


async def _kept(lease: Lease, writer: Writer, terms: Terms) -> None:
    """Renew the lease three times in its length; return only when it is lost."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + terms.lease_s
    while loop.time() < ends:
        await asyncio.sleep(terms.lease_s / 3)
        try:
            if not await writer.do(partial(leasing.renew, lease=lease, lease_s=terms.lease_s)):
                return
            ends = loop.time() + terms.lease_s
        except InboxBroken as error:
            log.error("the lease of %s cannot be renewed: %s", lease.lane, error)


async def _completed(lease: Lease, writer: Writer) -> None:
    if not await writer.do(partial(leasing.complete, lease=lease)):
        log.warning("%s was handled after its lease was lost: it will be handled again", lease.lane)


async def _failed(lease: Lease, writer: Writer, terms: Terms, error: BaseException) -> None:
    why = f"{type(error).__name__}: {error}"[:1_000]
    act = partial(leasing.fail, lease=lease, error=why, pause_s=terms.backoff_s, max_attempts=terms.max_attempts)
    ours, given_up = await writer.do(act)
    if given_up:
        _mourn(lease, lease.deliveries[0], why)
    elif ours:
        tries = lease.deliveries[0].attempts + 1
        log.warning("try %d of %s failed (%d deliveries): %s", tries, lease.lane, len(lease.seqs), why, exc_info=error)


def _mourn(lease: Lease, gone: Delivery, why: str) -> None:
    log.error(
        "delivery %s (%s) of %s is given up after %d tries: %s",
        gone.guid,
        gone.event,
        lease.lane,
        gone.attempts + 1,
        why,
    )
