"""What the server counts, in a registry of its own so that two servers in one process do not meet."""

import time
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tdd_orchestrator.inbox import Delivery, Handler, InboxStats
from tdd_orchestrator.intake.webhooks import EVENTS

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Meter:
    """Counters and gauges under `tdd_`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._deliveries = Counter(
            "tdd_webhook_deliveries", "Webhook deliveries answered.", ("event", "outcome"), registry=registry
        )
        self._bytes = Counter("tdd_webhook_bytes", "Bytes of signed webhook bodies.", registry=registry)
        self._handling = Histogram(
            "tdd_handling_seconds", "Handling one batch of a lane.", ("outcome",), buckets=_SECONDS, registry=registry
        )
        self._rounds = Counter("tdd_rounds", "Periodic rounds.", ("round", "outcome"), registry=registry)
        self._inbox = Gauge("tdd_inbox_deliveries", "Deliveries in the inbox.", ("state",), registry=registry)
        self._lanes = Gauge("tdd_inbox_lanes_leased", "Lanes in work.", registry=registry)
        self._oldest = Gauge("tdd_inbox_oldest_seconds", "Age of the oldest waiting delivery.", registry=registry)

    def answered(self, event: str, outcome: str, size: int = 0) -> None:
        """Count one answer; `event` is cut down to names we know, since every new label costs memory for good."""
        self._deliveries.labels(event if event in EVENTS or event == "ping" else "other", outcome).inc()
        self._bytes.inc(size)

    def rounded(self, name: str, outcome: str) -> None:
        self._rounds.labels(name, outcome).inc()

    def timed(self, handler: Handler) -> Handler:
        """The handler, with each call's seconds observed."""

        async def handle(lane: str, deliveries: tuple[Delivery, ...]) -> None:
            await self._observe(handler, lane, deliveries)

        return handle

    def text(self, stats: InboxStats) -> bytes:
        """The exposition format, with the inbox as it stands."""
        self._inbox.labels("waiting").set(stats.waiting)
        self._inbox.labels("dead").set(stats.dead)
        self._lanes.set(stats.leased)
        self._oldest.set(stats.oldest_age_s)
        return generate_latest(self.registry)

    async def _observe(self, handler: Callable[..., Awaitable[None]], *arguments: object) -> None:
        begun = time.perf_counter()
        outcome = "failed"
        try:
            await handler(*arguments)
            outcome = "handled"
        finally:
            self._handling.labels(outcome).observe(time.perf_counter() - begun)
