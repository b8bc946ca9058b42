"""POST /webhook: 202 means that the delivery is on disk, or that we never want it.

GitHub waits 10 seconds and does not send again by itself, so nothing happens here but to check and to store.
Source: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

import structlog
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from tdd_orchestrator.inbox import Accepted, Duplicate, Full, Inbox, InboxBroken
from tdd_orchestrator.intake.webhooks import lane_of
from tdd_orchestrator.server.meter import Meter

LARGEST = 25 * 1024 * 1024  # GitHub's own cap: larger payloads are not sent
LARGEST_UNSIGNED = 1024 * 1024
SIGNATURE = "x-hub-signature-256"
RETRY_AFTER_S = 30
_CLOSE = {"Connection": "close"}
_WORD = re.compile(r"[\x21-\x7e]{1,200}")
Endpoint = Callable[[Request], Awaitable[Response]]

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitHub is told: a status, a word for the metrics, a sentence for whoever reads the delivery's page."""

    status: int
    outcome: str
    message: str


def webhook(*, inbox: Callable[[], Inbox], secrets: Sequence[str], meter: Meter) -> Endpoint:
    """The endpoint. Any of `secrets` may have signed, so that a secret can be replaced without a gap."""
    keys = tuple(secret.encode() for secret in secrets)

    async def receive(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        answer = body if isinstance(body, Answer) else await _answer(request, body, keys, inbox())
        signed = isinstance(body, bytes) and answer is not FORGED
        event = request.headers.get("x-github-event", "") if signed else ""
        meter.answered(event, answer.outcome, len(body) if isinstance(body, bytes) and signed else 0)
        log.info("webhook", outcome=answer.outcome, github_event=event, delivery=_guid(request) if signed else None)
        return _response(answer)

    return receive


TOO_LARGE = Answer(413, "too_large", "The body is larger than 25 MB.")
UNSIGNED = Answer(401, "unsigned", "X-Hub-Signature-256 is missing. Give the webhook the secret in TDD_WEBHOOK_SECRET.")
FORGED = Answer(401, "forged", "The signature does not match. Give the webhook the secret in TDD_WEBHOOK_SECRET.")
NO_HEADERS = Answer(400, "malformed", "X-GitHub-Delivery or X-GitHub-Event is missing or malformed.")
NO_OBJECT = Answer(400, "malformed", "The body is no JSON object. Set the webhook's content type to application/json.")
DROPPED = Answer(202, "dropped", "Nothing for us to do.")
STORED = Answer(202, "accepted", "Accepted.")
KNOWN = Answer(202, "duplicate", "Accepted before.")
FULL = Answer(503, "full", "Too much waits already. Redeliver later; we ask for what was missed by ourselves, too.")
BROKEN = Answer(503, "broken", "The inbox cannot store anything now. We ask for what was missed by ourselves.")


async def bounded(request: Request, largest: int) -> bytes | None:
    """The raw body, or None as soon as it is known to be larger than `largest` bytes, announced or not."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > largest:
        return None
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > largest:
            return None
    return bytes(chunks)


def is_signed(body: bytes, signature: str, keys: Sequence[bytes]) -> bool:
    """Whether one of the keys made this `sha256=…`. Every key is tried, in constant time each."""
    given = signature.encode("latin-1", "replace")
    made = [b"sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest().encode() for key in keys]
    return any([hmac.compare_digest(given, each) for each in made])  # noqa: C419 - no short cut: it would tell which


async def _body(request: Request) -> bytes | Answer:
    """The body, or why it is refused unread.

    A little is read even without a signature: a webhook that lacks its secret gets an answer, not a broken connection.
    """
    if SIGNATURE not in request.headers:
        await bounded(request, LARGEST_UNSIGNED)
        return UNSIGNED
    body = await bounded(request, LARGEST)
    return TOO_LARGE if body is None else body


async def _answer(request: Request, body: bytes, keys: Sequence[bytes], inbox: Inbox) -> Answer:
    if not is_signed(body, request.headers[SIGNATURE], keys):
        return FORGED
    guid, event = _guid(request), request.headers.get("x-github-event", "")
    if not (_WORD.fullmatch(guid) and _WORD.fullmatch(event)):
        return NO_HEADERS
    try:
        payload = from_json(body)
    except ValueError:
        return NO_OBJECT
    if not isinstance(payload, dict):
        return NO_OBJECT
    lane = lane_of(event, payload)
    return DROPPED if lane is None else await _store(inbox, guid, event, lane, body)


async def _store(inbox: Inbox, guid: str, event: str, lane: str, body: bytes) -> Answer:
    try:
        admission = await inbox.accept(guid, event, lane, body)
    except InboxBroken as error:
        log.error("a delivery could not be stored", delivery=guid, reason=str(error))
        return BROKEN
    match admission:
        case Accepted():
            return STORED
        case Duplicate():
            return KNOWN
        case Full():
            return FULL
        case _:
            assert_never(admission)


def _guid(request: Request) -> str:
    return request.headers.get("x-github-delivery", "")


def _response(answer: Answer) -> Response:
    """Where the body may not have been read to its end the connection is closed, or it would be read for nothing."""
    headers = {503: {"Retry-After": str(RETRY_AFTER_S)}, 401: _CLOSE, 413: _CLOSE}.get(answer.status)
    return JSONResponse({"outcome": answer.outcome, "message": answer.message}, answer.status, headers)
