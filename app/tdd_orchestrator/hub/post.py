"""The post: signs webhooks, delivers them in order to each app, and keeps the record that the deliveries API shows.

Nothing is sent again by itself, as on GitHub: who missed a webhook must ask for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import httpx

from tdd_orchestrator.hub.faults import Faults
from tdd_orchestrator.hub.identity import App
from tdd_orchestrator.hub.state import Json, World

TIME_OUT: Final = 10.0
"""Seconds that an app has to answer a webhook."""


@dataclass(slots=True)
class Delivery:
    """One webhook to one app, and what came of it."""

    id: int
    guid: str
    app: App
    event: str
    action: str | None
    body: bytes = field(repr=False)
    installation_id: int | None
    repository_id: int | None
    delivered_at: datetime
    redelivery: bool = False
    duration: float = 0.0
    status: str = "pending"
    status_code: int = 0
    answer: str = field(default="", repr=False)

    @property
    def payload(self) -> Json:
        """The body, read back."""
        parsed: Json = json.loads(self.body)
        return parsed

    def headers(self) -> dict[str, str]:
        """The request headers, signature included."""
        digest = hmac.new(self.app.webhook_secret.encode(), self.body, hashlib.sha256).hexdigest()
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/0000000",
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Event": self.event,
            "X-GitHub-Hook-ID": str(self.app.hook_id),
            "X-GitHub-Hook-Installation-Target-ID": str(self.app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature-256": f"sha256={digest}",
        }


class Post:
    """One queue and one carrier for each app."""

    def __init__(self, world: World, faults: Faults, time_out: float = TIME_OUT) -> None:
        self.deliveries: list[Delivery] = []
        self._world = world
        self._faults = faults
        self._time_out = time_out
        self._queues: dict[int, asyncio.Queue[Delivery]] = {}
        self._carriers: dict[int, asyncio.Task[None]] = {}
        self._tarrying: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self._underway = 0

    def send(
        self,
        app: App,
        event: str,
        action: str | None,
        payload: Json,
        installation_id: int | None,
        repository_id: int | None,
    ) -> Delivery:
        """Write a webhook down and queue it, subject to the faults in force."""
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        number, now = self._world.new_id("delivery"), self._world.now()
        delivery = Delivery(number, str(uuid.uuid4()), app, event, action, body, installation_id, repository_id, now)
        self._submit(delivery)
        return delivery

    def redeliver(self, delivery: Delivery) -> Delivery:
        """Send a webhook again: a new delivery with the same GUID and body."""
        again = replace(
            delivery,
            id=self._world.new_id("delivery"),
            redelivery=True,
            status="pending",
            status_code=0,
            delivered_at=self._world.now(),
        )
        self._submit(again)
        return again

    async def open(self) -> None:
        """Start carrying."""
        without_roots = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading all roots takes longer than starting the hub
        self._client = httpx.AsyncClient(timeout=self._time_out, trust_env=False, verify=without_roots)
        for app_id in self._queues:
            self._carry(app_id)

    async def close(self) -> None:
        """Stop carrying; what is queued stays queued."""
        tasks = [*self._carriers.values(), *self._tarrying]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._carriers.clear()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def settled(self) -> None:
        """Wait until every queued webhook is answered or has failed. What a fault holds back does not count."""
        await asyncio.gather(*self._tarrying)
        await asyncio.gather(*(queue.join() for queue in self._queues.values()))

    @property
    def busy(self) -> bool:
        """Whether something is still on its way."""
        return bool(self._tarrying) or bool(self._underway)

    def _submit(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        rule = self._faults.for_webhook(delivery.event, delivery.action)
        match rule.kind if rule else None:
            case None:
                self._queue(delivery)
            case "drop":
                delivery.status, delivery.status_code = "failed to connect to host", 502
            case "double":
                self._queue(delivery)
                self._queue(delivery)
            case "delay":
                task = asyncio.get_running_loop().create_task(self._later(delivery, rule.seconds if rule else 0.0))
                self._tarrying.add(task)
                task.add_done_callback(self._tarrying.discard)
            case "hold":
                if rule:
                    rule.held.append(lambda: self._queue(delivery))

    async def _later(self, delivery: Delivery, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._queue(delivery)

    def _queue(self, delivery: Delivery) -> None:
        self._underway += 1
        self._queues.setdefault(delivery.app.id, asyncio.Queue()).put_nowait(delivery)
        if self._client is not None:
            self._carry(delivery.app.id)

    def _carry(self, app_id: int) -> None:
        if app_id not in self._carriers:
            carrying = self._carrier(self._queues[app_id])
            self._carriers[app_id] = asyncio.get_running_loop().create_task(carrying, name=f"webhooks of app {app_id}")

    async def _carrier(self, queue: asyncio.Queue[Delivery]) -> None:
        while True:
            delivery = await queue.get()
            try:
                await self._deliver(delivery)
            finally:
                self._underway -= 1
                queue.task_done()

    async def _deliver(self, delivery: Delivery) -> None:
        client, began = self._client, time.monotonic()
        if client is None:
            return
        delivery.delivered_at = self._world.now()
        try:
            answer = await client.post(delivery.app.webhook_url, content=delivery.body, headers=delivery.headers())
        except httpx.TimeoutException:
            delivery.status, delivery.status_code = "timed out", 504
        except (httpx.HTTPError, httpx.InvalidURL):
            delivery.status, delivery.status_code = "failed to connect to host", 502
        else:
            good = answer.is_success
            delivery.status = "OK" if good else f"Invalid HTTP Response: {answer.status_code}"
            delivery.status_code, delivery.answer = answer.status_code, answer.text
        delivery.duration = round(time.monotonic() - began, 2)
