"""GET /health for whoever restarts us, GET /metrics for whoever watches us."""

import asyncio
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tdd_orchestrator import __version__
from tdd_orchestrator.inbox import Inbox, InboxBroken, InboxStats
from tdd_orchestrator.server.meter import Meter
from tdd_orchestrator.server.rounds import Round
from tdd_orchestrator.server.webhook import Endpoint

OLDEST_S = 1_800.0  # a delivery that waits longer than this means that nothing moves
PATIENCE_S = 2.0


def health(
    *, inbox: Callable[[], Inbox], working: Callable[[], bool], sweep: Round | None, oldest_s: float = OLDEST_S
) -> Endpoint:
    """200 while deliveries are stored and handled; 503 with the reason when they are not."""

    async def report(_: Request) -> Response:
        stats = await _stats(inbox())
        fault = _fault(stats, oldest_s) if working() else "A part of the server has stopped working."
        facts = {
            "status": "ok" if fault is None else "failing",
            "reason": fault,
            "version": __version__,
            "inbox": None if isinstance(stats, str) else _figures(stats),
            "last_sweep_age_s": None if sweep is None or sweep.age_s is None else round(sweep.age_s, 1),
        }
        return JSONResponse(facts, 200 if fault is None else 503)

    return report


def metrics(*, inbox: Callable[[], Inbox], meter: Meter) -> Endpoint:
    """Prometheus' text format; 503 when the inbox cannot be counted, so that the scrape is seen to fail."""

    async def expose(_: Request) -> Response:
        stats = await _stats(inbox())
        if isinstance(stats, str):
            return Response(stats, 503, media_type="text/plain")
        return Response(meter.text(stats), media_type=CONTENT_TYPE_LATEST)

    return expose


async def _stats(inbox: Inbox) -> InboxStats | str:
    """The figures, or why there are none: they come from the writer, so they prove that it lives."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await inbox.stats()
    except TimeoutError:
        return f"The inbox has not answered for {PATIENCE_S:g} seconds."
    except InboxBroken as error:
        return str(error)


def _fault(stats: InboxStats | str, oldest_s: float) -> str | None:
    if isinstance(stats, str):
        return stats
    if stats.oldest_age_s > oldest_s:
        return f"A delivery has waited for {stats.oldest_age_s:.0f} seconds; more than {oldest_s:.0f} is a standstill."
    return None


def _figures(stats: InboxStats) -> dict[str, float]:
    return {
        "waiting": stats.waiting,
        "leased": stats.leased,
        "dead": stats.dead,
        "oldest_age_s": round(stats.oldest_age_s, 1),
    }
