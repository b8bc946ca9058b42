"""A conversation with a model that uses tools: one call after another until it is done, gives up, or must stop.

What was said is only ever added to, never changed: the API caches the beginning of a conversation byte by byte, and
thinking must come back exactly as it was given.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from anthropic.types import (
    AssistantMessageParam,
    Message,
    MessageParam,
    TextBlockParam,
    ToolResultBlockParam,
    ToolUseBlock,
)
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

from tdd_action.planner.fence import revealed
from tdd_action.workers.claude.spending import Spending
from tdd_action.workers.claude.tools import Told, Tool
from tdd_action.workers.claude.voice import Silence, Voice

MAX_TOKENS = 16_000
"""Of one answer, thinking included; the SDK refuses more than 21,333 without streaming."""
MOST_CALLS = 80
CUT_OFF = "Your answer was cut off at its longest. Go on in smaller steps: one tool call with less text at a time."
NOT_DONE = "Not finished: another call of the same answer went wrong."


@dataclass(frozen=True, slots=True)
class Finished:
    """The model says that it is done."""

    said: str


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The conversation is over without a result, and why, in a sentence for people."""

    reason: str


Ending = Finished | GaveUp


@dataclass
class Conversation:
    """One conversation. `nudge` is what a model is told, once, that stops without calling a tool that ends."""

    voice: Voice
    spending: Spending
    system: str
    tools: tuple[Tool, ...]
    nudge: str = ""
    messages: list[MessageParam] = field(default_factory=list)
    waiting: tuple[str, list[ToolResultBlockParam]] | None = None
    heard: int = 0
    cut: bool = False
    nudged: bool = False

    def say(self, *texts: str, cached: int | None = None) -> None:
        """Add a turn of ours; `cached` is the text up to which the API should remember the conversation."""
        blocks: list[TextBlockParam | ToolResultBlockParam] = []
        if self.waiting is not None:  # the tool call that ended the talk gets its answer only now
            call, others = self.waiting
            blocks += [*others, _result(call, Told("\n".join(texts), wrong=True))]
            self.waiting, texts = None, ()
        for number, text in enumerate(texts):
            block: TextBlockParam = {"type": "text", "text": text}
            if number == cached:
                block["cache_control"] = {"type": "ephemeral"}
            blocks.append(block)
        self.messages.append({"role": "user", "content": blocks})

    def run(self, deadline: float) -> Ending:
        """Talk until there is an ending. Raises `TddError` where the first call shows what somebody must mend."""
        for _ in range(MOST_CALLS):
            request = self.request()
            letters = len(json.dumps(request, ensure_ascii=False))
            if self.voice.clock() >= deadline:
                return GaveUp("The time was over before the model was done.")
            if reason := self.spending.refusal(letters, MAX_TOKENS):
                return GaveUp(reason)
            answer = self.voice.ask(request, deadline)
            if isinstance(answer, Silence):
                if answer.fault and not self.heard:
                    raise answer.fault
                return GaveUp(answer.sentence)
            self.heard += 1
            self.spending.record(answer.usage, letters)
            if ending := self._heard(answer):
                return ending
        return GaveUp(f"The model was not done after {MOST_CALLS} calls.")

    def request(self) -> MessageCreateParamsNonStreaming:
        """What is sent next. The last mark of the cache moves by itself, so no message of the past is changed by it."""
        system: TextBlockParam = {"type": "text", "text": self.system, "cache_control": {"type": "ephemeral"}}
        return {
            "model": self.spending.model,
            "max_tokens": MAX_TOKENS,
            "system": [system],
            "tools": [tool.shown for tool in self.tools],
            "messages": self.messages,
            "cache_control": {"type": "ephemeral"},
        }

    def _heard(self, answer: Message) -> Ending | None:
        was_cut, self.cut = self.cut, answer.stop_reason == "max_tokens"
        match answer.stop_reason:
            case "tool_use":
                self._keep(answer)
                return self._use(answer)
            case "end_turn" | "stop_sequence":
                self._keep(answer)
                return self._stopped(answer)
            case "pause_turn":
                self._keep(answer)
                return None
            case "max_tokens":
                if was_cut:
                    return GaveUp("The model's answer was too long twice in a row.")
                self._go_on(answer)
                return None
            case "refusal":
                return GaveUp(_refusal(answer))
            case "model_context_window_exceeded":
                return GaveUp(f"The conversation became too long for {self.spending.model}.")
            case _:
                return GaveUp(f"The model stopped for a reason that is not known: {answer.stop_reason}.")

    def _keep(self, answer: Message) -> None:
        """Add the model's turn as it came, blocks of kinds unknown to us included."""
        content: list[Any] = [block.to_dict(mode="json") for block in answer.content]
        if content:  # the API takes no empty turn
            self.messages.append(AssistantMessageParam(role="assistant", content=content))

    def _use(self, answer: Message) -> Ending | None:
        calls = [block for block in answer.content if isinstance(block, ToolUseBlock)]
        told = [(call, self._told(call)) for call in calls]
        ends = [(call.id, each.text) for call, each in told if each.ends]
        results = [_result(call.id, each) for call, each in told if not each.ends]
        if len(ends) == 1 and not any(each.wrong for _, each in told):
            self.waiting = (ends[0][0], results)
            return Finished(ends[0][1])
        results += [_result(call, Told(NOT_DONE, wrong=True)) for call, _ in ends]
        if not results:
            return GaveUp("The model announced a tool call and made none.")
        self.messages.append({"role": "user", "content": results})
        return None

    def _told(self, call: ToolUseBlock) -> Told:
        tool = next((each for each in self.tools if each.name == call.name), None)
        if tool is None:
            return Told(f"There is no tool {call.name!r}.", wrong=True)
        return tool.use(call.input)

    def _stopped(self, answer: Message) -> Ending | None:
        """Without a nudge, words alone are an ending too."""
        said = "\n".join(block.text for block in answer.content if block.type == "text").strip()
        if not self.nudge:
            return Finished(said)
        if self.nudged:
            return GaveUp(f"The model stopped without a result: {said[:300] or 'it said nothing'}")
        self.nudged = True
        self.say(self.nudge)
        return None

    def _go_on(self, answer: Message) -> None:
        """A turn cut in the middle of thinking is dropped; calls that may be incomplete are not carried out."""
        if any(block.type in ("text", "tool_use") for block in answer.content):
            self._keep(answer)
        calls = [block for block in answer.content if isinstance(block, ToolUseBlock)]
        hint: TextBlockParam = {"type": "text", "text": CUT_OFF}
        results = [_result(call.id, Told("Not done: the call may be incomplete.", wrong=True)) for call in calls]
        self.messages.append({"role": "user", "content": [*results, hint]})


def _result(call: str, told: Told) -> ToolResultBlockParam:
    content = revealed(told.text) or "(nothing)"
    return {"type": "tool_result", "tool_use_id": call, "content": content, "is_error": told.wrong}


def _refusal(answer: Message) -> str:
    details = answer.stop_details
    why = (details.explanation or details.category) if details else None
    return f"The model refused the task: {' '.join(why.split())[:300]}" if why else "The model refused the task."
