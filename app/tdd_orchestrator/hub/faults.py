"""What a test can make go wrong: webhooks that vanish, double, tarry or wait; requests refused, lost or hanging."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

WebhookFault = Literal["drop", "double", "delay", "hold"]
RequestFault = Literal["respond", "lose_answer", "hang"]


@dataclass(slots=True)
class WebhookRule:
    """A fault of webhooks of one event (and action); `times` None means until it is taken away."""

    kind: WebhookFault
    event: str
    action: str | None = None
    times: int | None = 1
    seconds: float = 0.0
    hits: int = 0
    held: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def release(self) -> None:
        """Send what was held back, in order, and hold nothing more."""
        self.times = self.hits
        held, self.held = self.held, []
        for send in held:
            send()

    def matches(self, event: str, action: str | None) -> bool:
        """Whether the rule is still alive and meant for this webhook."""
        alive = self.times is None or self.hits < self.times
        return alive and self.event in (event, "*") and self.action in (None, action)


@dataclass(slots=True)
class RequestRule:
    """A fault of requests whose method and path match; the path is matched from its start, without `/api/v3`."""

    kind: RequestFault
    method: str
    path: re.Pattern[str]
    times: int | None = 1
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule is still alive and meant for this request."""
        alive = self.times is None or self.hits < self.times
        return alive and self.method in (method, "*") and self.path.match(path) is not None


class Faults:
    """The rules in force, the oldest first; each counts its hits."""

    def __init__(self) -> None:
        self.webhooks: list[WebhookRule] = []
        self.requests: list[RequestRule] = []

    def drop(self, event: str, action: str | None = None, times: int | None = 1) -> WebhookRule:
        """The next webhooks of this kind fail to connect; the deliveries API lists them as failed."""
        return self._webhook(WebhookRule("drop", event, action, times))

    def double(self, event: str, action: str | None = None, times: int | None = 1) -> WebhookRule:
        """They arrive twice, with the same GUID."""
        return self._webhook(WebhookRule("double", event, action, times))

    def delay(self, event: str, seconds: float, action: str | None = None, times: int | None = 1) -> WebhookRule:
        """They are sent later; others overtake them."""
        return self._webhook(WebhookRule("delay", event, action, times, seconds))

    def hold(self, event: str, action: str | None = None) -> WebhookRule:
        """They wait until the rule's `release()`."""
        return self._webhook(WebhookRule("hold", event, action, None))

    def respond(
        self,
        method: str,
        path: str,
        status: int,
        *,
        times: int | None = 1,
        retry_after: int | None = None,
        message: str | None = None,
    ) -> RequestRule:
        """Requests are answered with an error and nothing is done. 403 and 429 speak of the secondary rate limit;
        `retry_after` (seconds) adds the header."""
        limited = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        text = message or (limited if status in (403, 429) else "Server Error")
        headers = {"retry-after": str(retry_after)} if retry_after is not None else {}
        return self._request(RequestRule("respond", method, re.compile(path), times, status, headers, text))

    def lose_answer(self, method: str, path: str, times: int | None = 1) -> RequestRule:
        """The request is obeyed, but the connection closes before the answer."""
        return self._request(RequestRule("lose_answer", method, re.compile(path), times))

    def hang(self, method: str, path: str, times: int | None = 1) -> RequestRule:
        """The request is read, nothing is done and nothing is answered."""
        return self._request(RequestRule("hang", method, re.compile(path), times))

    def clear(self) -> None:
        """Take all rules away, sending what was held."""
        for rule in self.webhooks:
            rule.release()
        self.webhooks.clear()
        self.requests.clear()

    def for_webhook(self, event: str, action: str | None) -> WebhookRule | None:
        """The rule that meets a webhook, counted as hit."""
        for rule in self.webhooks:
            if rule.matches(event, action):
                rule.hits += 1
                return rule
        return None

    def for_request(self, method: str, path: str) -> RequestRule | None:
        """The rule that meets a request, counted as hit."""
        for rule in self.requests:
            if rule.matches(method, path):
                rule.hits += 1
                return rule
        return None

    def _webhook(self, rule: WebhookRule) -> WebhookRule:
        self.webhooks.append(rule)
        return rule

    def _request(self, rule: RequestRule) -> RequestRule:
        self.requests.append(rule)
        return rule
