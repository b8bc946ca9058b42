"""The scripted model has the manners of the API: what the API refuses with 400, it refuses too."""

from typing import Any

import httpx2
import pytest

from world.scripted_model import Says, ScriptedModel, uses

USER = {"role": "user", "content": [{"type": "text", "text": "Begin."}]}
MARKED = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_2", "content": "", "is_error": False}


def ask(model: ScriptedModel, *messages: Any, **body: Any) -> httpx2.Response:
    whole = {"model": "claude-opus-5-5", "max_tokens": 10, "messages": [USER, *messages], **body}
    headers = {"authorization": "Bearer key-of-a-test"}
    return model.answer(httpx2.Request("POST", "https://api.example/v1/messages", json=whole, headers=headers))


def heard(model: ScriptedModel) -> dict[str, Any]:
    return {"role": "assistant", "content": ask(model).json()["content"]}


def answer_to(result: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": [result]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"tool_choice": {"type": "any"}}, "forced tool_choice"),
        ({"tool_choice": {"type": "tool", "name": "x"}}, "forced tool_choice"),
        ({"temperature": 0}, "sampling parameters"),
        ({"system": [MARKED] * 5}, "at most 4 cache breakpoints"),
    ],
)
def test_what_these_models_do_not_take_is_refused(body: dict[str, Any], said: str) -> None:
    refused = ask(ScriptedModel(Says("never")), **body)
    assert refused.status_code == 400
    assert said in refused.json()["error"]["message"]


def test_a_turn_that_comes_back_whole_and_answered_is_taken() -> None:
    model = ScriptedModel(uses("look", thinking="hm"), Says("fine"))
    turn = heard(model)
    assert ask(model, turn, answer_to(RESULT)).status_code == 200


def test_thinking_that_was_changed_or_left_out_is_refused() -> None:
    for change in ({"thinking": "other"}, {"signature": ""}, None):
        model = ScriptedModel(uses("look", thinking="hm"), Says("never"))
        turn = heard(model)
        first, *rest = turn["content"]
        changed = {"role": "assistant", "content": [*([first | change] if change else []), *rest]}
        assert "cannot be modified" in ask(model, changed, answer_to(RESULT)).json()["error"]["message"]


def test_a_call_without_its_result_is_refused() -> None:
    model = ScriptedModel(uses("look", thinking="hm"), Says("never"))
    turn = heard(model)
    for result in ({"type": "text", "text": "well?"}, RESULT | {"tool_use_id": "toolu_9"}):
        assert "without tool_result" in ask(model, turn, answer_to(result)).json()["error"]["message"]


def test_a_script_that_was_not_played_to_its_end_is_noticed() -> None:
    with pytest.raises(AssertionError, match="1 turns were never asked for"):
        ScriptedModel(Says("never")).finish()
    with pytest.raises(AssertionError, match="an unexpected request"):
        ask(ScriptedModel())
