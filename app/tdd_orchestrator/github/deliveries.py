"""What GitHub could not deliver to us: it never tries again by itself, so we ask and have it sent again.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from typing import Any
from urllib.parse import unquote

from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.views import epoch

MOST_PAGES = 50


async def recent_deliveries(app: Connection, since: float) -> tuple[dict[str, Any], ...]:
    """Every try to deliver since `since` (epoch seconds) as GitHub shows it, the newest first; `app` is
    `Connections.app`. Which of them to repeat is judged in `server/redelivery.py`. GitHub keeps them for three days.
    """
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        query = {"per_page": 100, **({"cursor": cursor} if cursor else {})}
        answer = await app.get("/app/hook/deliveries", query=query)
        page: list[dict[str, Any]] = answer.json()
        recent = [shown for shown in page if epoch(shown.get("delivered_at")) >= since]
        found += recent
        cursor = _next_cursor(answer.headers.get("link", ""))
        if cursor is None or len(recent) < len(page):
            break
    return tuple(found)


async def redeliver(app: Connection, delivery: int) -> None:
    """Have GitHub send a delivery again; it comes with the same GUID."""
    await app.write("POST", "/app/hook/deliveries/{delivery}/attempts", delivery=delivery)


def _next_cursor(link: str) -> str | None:
    for part in link.split(","):
        if 'rel="next"' in part and "cursor=" in part:
            return unquote(part.split("cursor=", 1)[1].split("&", 1)[0].split(">", 1)[0])
    return None
