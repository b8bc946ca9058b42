"""One answer of GitHub, and what an answer that refuses means."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from tdd_orchestrator.github.errors import (
    Forbidden,
    GitHubError,
    Gone,
    NotFound,
    RateLimited,
    Unauthorized,
    Unprocessable,
    Weather,
)

STORMS = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and body of an answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON; `None` where there is none.

        Read as it comes: GitHub sends values that its own schema denies.
        """
        return json.loads(self.content) if self.content.strip() else None

    @property
    def message(self) -> str:
        """GitHub's own words about a refusal, in one line."""
        try:
            body = self.json()
        except ValueError:
            return ""
        if not isinstance(body, dict):
            return ""
        details = [_detail(error) for error in body.get("errors") or () if error]
        return " ".join([str(body.get("message", "")), *details]).strip()


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    said = error.get("message") or " ".join(str(error[key]) for key in ("resource", "field", "code") if error.get(key))
    return str(said)


def is_rate_limit(answer: Answer) -> bool:
    """Whether a refusal only says "not now". A 403 says so by Retry-After, by an empty purse, or in words.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    return "retry-after" in answer.headers or spent or "rate limit" in answer.message.lower()


def limited_until(answer: Answer, now: float, times: int) -> float:
    """When to ask again, in epoch seconds; `times` is how often in a row GitHub gave no time itself."""
    after = answer.headers.get("retry-after", "")
    if after.isdecimal():
        return now + int(after)
    if after:
        with suppress(ValueError):
            return float(parsedate_to_datetime(after).timestamp())
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(now, float(reset))
    return now + 60.0 * (1 << min(times, 6))


def refusal(answer: Answer, asked: str, now: float, times: int = 0) -> GitHubError:
    """The exception that an answer of 400 and above stands for; `asked` is the method and route."""
    said = answer.message or f"status {answer.status}"
    what = f"GitHub answered {answer.status} to {asked}: {said}"
    if is_rate_limit(answer):
        until = limited_until(answer, now, times)
        return RateLimited(until, f"{what} We may ask again in {max(0, round(until - now))} s.", status=answer.status)
    match answer.status:
        case 401:
            return Unauthorized(what, remedy="Check the app id and private key, or the token.", status=401)
        case 403:
            needed = answer.headers.get("x-accepted-github-permissions", "")
            named = f" ({needed.replace(';', ', or ')})" if needed else ""
            remedy = (
                f"Grant the app or the token the permission that this takes{named}, and accept it for the installation."
            )
            return Forbidden(what, remedy=remedy, permissions=needed)
        case 404:
            return NotFound(what, remedy="Check the name, and that the app is installed there.", status=404)
        case 410:
            return Gone(what, status=410)
        case status if status in STORMS or status == 408:
            return Weather(what, remedy="Look at https://www.githubstatus.com; it is tried again.", status=status)
        case status:
            return Unprocessable(what, status=status)
