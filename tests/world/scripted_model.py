"""A model at the wire: answers the real Anthropic SDK over a mock transport, and has the API's manners.

It refuses with 400 what the API refuses: a forced choice of tool, a temperature, more than four cache marks, tool
calls left unanswered, and turns of its own that do not come back as it gave them.
"""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tdd_action.workers import WorkerSettings
from tdd_action.workers.claude.voice import Voice
from tdd_action.workers.claude.worker import ClaudeWorker, connected
from tdd_orchestrator.core.settings import Config

Json = dict[str, Any]
DAY = "2026-11-20"
PRICED = {"input_tokens": 100, "output_tokens": 50, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200}


@dataclass(frozen=True)
class Says:
    """A turn of the model. `calls` are (tool, input) pairs; `thinking` comes first, signed."""

    text: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    thinking: str = ""
    stop: str = ""
    usage: Mapping[str, int] = field(default_factory=lambda: PRICED)
    details: Json | None = None
    extra: tuple[Json, ...] = ()

    def blocks(self, numbers: "itertools.count[int]") -> list[Json]:
        blocks: list[Json] = []
        if self.thinking:
            blocks.append({"type": "thinking", "thinking": self.thinking, "signature": f"sig-{next(numbers)}=="})
        blocks += self.extra
        if self.text:
            blocks.append({"type": "text", "text": self.text})
        return blocks + [
            {"type": "tool_use", "id": f"toolu_{next(numbers)}", "name": name, "input": dict(given)}
            for name, given in self.calls
        ]


@dataclass(frozen=True)
class Fails:
    """An error of the API; status 0 is a connection that breaks."""

    status: int
    message: str = "overloaded"
    kind: str = "api_error"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Babbles:
    """Something that is not the API at all."""

    text: str


Turn = Says | Fails | Babbles


def uses(name: str, thinking: str = "", **given: Any) -> Says:
    """One call of one tool."""
    return Says(calls=((name, given),), thinking=thinking)


def done(summary: str = "Done.") -> Says:
    return uses("done", summary=summary)


class ScriptedModel:
    """Answers in order; what it was asked is in `requests`, how long it was waited for in `slept` (seconds)."""

    def __init__(self, *turns: Turn) -> None:
        self.turns = list(turns)
        self.requests: list[Json] = []
        self.bodies: list[bytes] = []
        self.urls: list[str] = []
        self.slept: list[float] = []
        self.now = 0.0
        self.given: list[list[Json]] = []
        self._numbers = itertools.count(1)

    def worker(self, config: Config | None = None, **settings: Any) -> ClaudeWorker:
        """The real worker with the real SDK, talking to this model; time passes only where it sleeps."""
        given = WorkerSettings(
            **{"repository": "", "base": "", "api_key": "key-of-a-test"} | settings, config=config or Config()
        )
        made = connected(
            given,
            httpx2.Client(transport=httpx2.MockTransport(self.answer)),
            lambda client: Voice(client, sleep=self.sleep, clock=lambda: self.now),
        )
        made.today = lambda: DAY
        return made

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        assert request.headers["authorization"] == "Bearer key-of-a-test"
        self.bodies.append(request.content)
        self.requests.append(body)
        self.urls.append(str(request.url))
        if fault := self._fault(body):
            return _error(Fails(400, fault, "invalid_request_error"))
        assert self.turns, f"an unexpected request: {body['messages'][-1]}"
        match self.turns.pop(0):
            case Says() as says:
                message = json.dumps(self._message(says, body["model"])).encode()
                return httpx2.Response(200, content=message, headers={"content-type": "application/json"})
            case Fails(status=0) as lost:
                raise httpx2.ConnectError(lost.message)
            case Fails() as fails:
                return _error(fails)
            case Babbles(text):
                return httpx2.Response(200, text=text)

    def told(self, request: int = -1) -> list[Json]:
        """The blocks of the last turn that the model was given in a request."""
        return list(self.requests[request]["messages"][-1]["content"])

    def results(self, request: int = -1) -> list[tuple[str, bool]]:
        """The tool results in that turn: text, and whether it was an error."""
        return [(each["content"], each["is_error"]) for each in self.told(request) if each["type"] == "tool_result"]

    def finish(self) -> None:
        """Nothing of the script is left."""
        assert not self.turns, f"{len(self.turns)} turns were never asked for: {self.turns}"

    def _message(self, says: Says, model: str) -> Json:
        content = says.blocks(self._numbers)
        self.given.append(content)
        return {
            "id": f"msg_{next(self._numbers)}",
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": content,
            "stop_reason": says.stop or ("tool_use" if says.calls else "end_turn"),
            "stop_sequence": None,
            "stop_details": says.details,
            "usage": dict(says.usage),
        }

    def _fault(self, body: Json) -> str:
        if body.get("tool_choice", {}).get("type") in ("any", "tool"):
            return "forced tool_choice is not supported by this model"
        if {"temperature", "top_p", "top_k"} & set(body):
            return "sampling parameters are not supported by this model"
        if json.dumps(body).count('"cache_control"') > 4:
            return "at most 4 cache breakpoints"
        return self._misquoted(body["messages"]) or _unanswered(body["messages"])

    def _misquoted(self, messages: list[Json]) -> str:
        own = [turn["content"] for turn in messages if turn["role"] == "assistant"]
        strangers = [content for content in own if content not in self.given]
        return f"thinking blocks cannot be modified: {strangers[0]}" if strangers else ""


def _unanswered(messages: list[Json]) -> str:
    """Every tool call must be answered in the turn that follows it, and by that turn alone."""
    for turn, after in itertools.pairwise(messages):
        called = {block["id"] for block in turn["content"] if block["type"] == "tool_use"}
        answered = {block["tool_use_id"] for block in after["content"] if block["type"] == "tool_result"}
        if called != answered:
            return "tool_use ids were found without tool_result blocks immediately after"
    return ""


def _error(fails: Fails) -> httpx2.Response:
    body = {"type": "error", "error": {"type": fails.kind, "message": fails.message}}
    return httpx2.Response(fails.status, json=body, headers={"request-id": "req_7", **fails.headers})
