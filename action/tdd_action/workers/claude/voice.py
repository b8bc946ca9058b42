"""One call of the model's API: bad weather is waited out, and what somebody must mend is said in a sentence.

The SDK's own retries are off, because it obeys a Retry-After of any length.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import anthropic
from anthropic.types import Message
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from tdd_orchestrator.core.errors import TddError

TRIES = 6
LONGEST_WAIT_S = 60.0
LONGEST_CALL_S = 600.0
CONNECT_S = 5.0
SAID_AT_MOST = 300

BACKOFF = wait_random_exponential(multiplier=1, max=30)


class NoAccess(TddError):
    """The model's API refuses the key, the account or the model."""


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer, and why, in a sentence. `fault` is what somebody must mend, where that is the cause."""

    sentence: str
    fault: TddError | None = None


@dataclass(frozen=True)
class Voice:
    """A way to ask the API. `sleep` and `clock` (seconds that only rise) are given, so that tests need not wait."""

    client: anthropic.Anthropic
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def ask(self, request: MessageCreateParamsNonStreaming, deadline: float) -> Message | Silence:
        """The answer, or why there is none before the deadline (of `clock`)."""

        tried = stop_after_attempt(TRIES)

        def enough(state: RetryCallState) -> bool:
            return tried(state) or self.clock() + state.upcoming_sleep >= deadline

        trying = Retrying(
            sleep=self.sleep,
            retry=retry_if_exception(is_weather),
            wait=wait_for,
            stop=enough,
            reraise=True,
        )
        try:
            answer: object = trying(self._once, request, deadline)
        except anthropic.APIStatusError as refused:
            return silence(refused, str(request["model"]))
        except anthropic.APIConnectionError as lost:
            late = self.clock() >= deadline
            return Silence("The time was over before the model answered." if late else _unreached(lost))
        except anthropic.APIError as other:
            return Silence(f"The model's API gave an answer that cannot be read: {other.message[:SAID_AT_MOST]}")
        except UnicodeEncodeError:  # half a surrogate pair, which a model can write in JSON and nobody can send back
            return Silence("The model wrote characters that are no text and cannot be sent back to it.")
        if not isinstance(answer, Message):  # the SDK hands through whatever a proxy says with status 200
            return Silence("The model's API gave an answer that is no message: check ANTHROPIC_BASE_URL.")
        return answer

    def _once(self, request: MessageCreateParamsNonStreaming, deadline: float) -> object:
        seconds = min(max(deadline - self.clock(), 1.0), LONGEST_CALL_S)
        patience = anthropic.Timeout(seconds, connect=min(CONNECT_S, seconds))
        return self.client.messages.create(**request, timeout=patience)


def is_weather(fault: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(fault, anthropic.APIStatusError):
        return fault.status_code in (408, 409, 429) or fault.status_code >= 500
    return isinstance(fault, anthropic.APIConnectionError)


def wait_for(state: RetryCallState) -> float:
    """Seconds before the next try: what Retry-After asks for, up to a minute, or else longer each time."""
    fault = state.outcome.exception() if state.outcome else None
    if isinstance(fault, anthropic.APIStatusError):
        try:
            asked = float(fault.response.headers.get("retry-after", ""))
        except ValueError:
            asked = -1.0
        if asked >= 0:
            return min(asked, LONGEST_WAIT_S)
    return BACKOFF(state)


def silence(refused: anthropic.APIStatusError, model: str) -> Silence:
    """What a refusal of the API means, and who can do something about it."""
    status, said = refused.status_code, _said(refused)
    if is_weather(refused):
        return Silence(f"The model's API did not answer: {status} {said}")
    if status == 413 or "prompt is too long" in said:
        return Silence(f"The conversation became too long for {model} ({status}).")
    message, remedy = _explained(status, said, model)
    fault = NoAccess(message, remedy=remedy)
    return Silence(str(fault), fault)


def _explained(status: int, said: str, model: str) -> tuple[str, str]:
    if status == 401:
        remedy = "Put a valid one into the Actions secret ANTHROPIC_API_KEY."
        return "The model's API does not accept the key (401).", remedy
    if status == 402 or "credit" in said.lower():
        remedy = "Add credit in the Claude Console, then comment `/tdd retry`."
        return f"The account of the key ANTHROPIC_API_KEY has no credit ({status}): {said}", remedy
    if status == 403:
        return (
            f"The key may not use {model} (403): {said}",
            "Allow it in the Claude Console, or use another key or model.",
        )
    if status == 404:
        remedy = "Name another in [models] of .tdd/config.toml; check ANTHROPIC_BASE_URL if it is set."
        return f"The model's API does not know {model} (404): {said}", remedy
    return f"The model's API refuses the request ({status}): {said}", "Check [models] of .tdd/config.toml."


def _said(refused: anthropic.APIStatusError) -> str:
    body = refused.body
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    told = " ".join(str(message or "no reason given").split())[:SAID_AT_MOST].rstrip(".")
    number = f" (request {refused.request_id})" if refused.request_id else ""
    return f"{told}{number}."


def _unreached(lost: anthropic.APIConnectionError) -> str:
    cause = type(lost.__cause__ or lost).__name__
    return f"The model's API could not be reached after {TRIES} tries ({cause}): check the network of the runner."
