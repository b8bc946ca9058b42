"""What GitHub could not deliver to us: it never tries again by itself, so we ask and have it sent again.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from urllib.parse import unquote

from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.views import DeliveryView, delivery_view

MOST_PAGES = 50


async def failed_deliveries(app: Connection, since: float) -> tuple[DeliveryView, ...]:
    """Deliveries since `since` (epoch seconds) of which no try arrived, the newest first; one per GUID.

    A time-out counts as failed whatever its code, so the status text is judged and not only GitHub's own filter. `app`
    is `Connections.app`. GitHub keeps deliveries for three days.
    """
    arrived: set[str] = set()
    failed: dict[str, DeliveryView] = {}
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        query = {"per_page": 100, **({"cursor": cursor} if cursor else {})}
        answer = await app.get("/app/hook/deliveries", query=query)
        page = [delivery_view(shown) for shown in answer.json()]
        recent = [delivery for delivery in page if delivery.delivered_at >= since]
        for delivery in recent:
            if delivery.status == "OK":
                arrived.add(delivery.guid)
            else:
                failed.setdefault(delivery.guid, delivery)
        cursor = _next_cursor(answer.headers.get("link", ""))
        if cursor is None or len(recent) < len(page):
            break
    return tuple(delivery for guid, delivery in failed.items() if guid not in arrived)


async def redeliver(app: Connection, delivery: int) -> None:
    """Have GitHub send a delivery again; it comes with the same GUID."""
    await app.write("POST", "/app/hook/deliveries/{delivery}/attempts", delivery=delivery)


def _next_cursor(link: str) -> str | None:
    for part in link.split(","):
        if 'rel="next"' in part and "cursor=" in part:
            return unquote(part.split("cursor=", 1)[1].split("&", 1)[0].split(">", 1)[0])
    return None
