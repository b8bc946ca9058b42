"""A stage that asks ends there; with the answer it goes on, and what is sure enough asks nobody."""

from pathlib import Path
from typing import Any

import pytest

from tdd_action.workers.script_file import ScriptFault, read_script
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Answered, Stage
from world.tdd_project import GREEN, RED, TASK, attempt

ASKS = {"text": "Which tea?", "tried": "README.md", "options": ["green", "black"], "alone": "green", "confidence": 0.4}


@pytest.mark.parametrize(("stages", "ended"), [
    ({"red": {**RED, "question": ASKS}, "green": GREEN}, ["red:asked"]),
    ({"red": RED, "green": {**GREEN, "question": ASKS}}, ["red:accepted", "green:asked"]),
])  # fmt: skip
def test_a_question_ends_the_attempt_and_is_handed_over(
    tmp_path: Path, stages: dict[str, Any], ended: list[str]
) -> None:
    worked = attempt(tmp_path, stages)
    assert worked.states == ended
    assert worked.result.tip is None
    asked = worked.result.question
    assert asked is not None
    assert (asked.text, asked.tried, asked.options, asked.alone, asked.confidence) == (
        "Which tea?", "README.md", ("green", "black"), "green", 0.4,
    )  # fmt: skip
    assert worked.result.feedback == ""


def test_with_the_answer_the_stage_goes_on_and_has_it(tmp_path: Path) -> None:
    stages = {"red": RED, "green": {**GREEN, "question": ASKS, "run": 'test "$TDD_ANSWER" = "green, always"'}}
    worked = attempt(tmp_path, stages, answers=(Answered("Which tea?", "green, always", "writer"),))
    assert worked.result.tip is not None, worked.result.reason
    other = attempt(tmp_path / "other", stages, answers=(Answered("Which coffee?", "none", "writer"),))
    assert other.states == ["red:accepted", "green:asked"]


def test_what_is_sure_enough_asks_nobody(tmp_path: Path) -> None:
    worked = attempt(tmp_path, {"red": {**RED, "question": {**ASKS, "confidence": 0.75}}, "green": GREEN})
    assert worked.result.tip is not None, worked.result.reason
    assert worked.result.question is None


def test_a_question_while_tidying_up_keeps_green(tmp_path: Path) -> None:
    worked = attempt(tmp_path, {"red": RED, "green": GREEN, "refactor": {"question": ASKS}})
    assert worked.stage(Stage.REFACTOR).state == "dropped"
    assert worked.result.tip is not None
    assert TASK.kind is TaskKind.BEHAVIOUR


@pytest.mark.parametrize(("question", "told"), [
    ("{tried: x}", "A question needs a `text`."),
    ("{text: x, sure: 1}", "no key 'sure'"),
    ("{text: x, confidence: 2}", "from 0 to 1"),
])  # fmt: skip
def test_a_question_that_is_written_wrongly_is_refused_with_its_line(question: str, told: str) -> None:
    with pytest.raises(ScriptFault, match=r"^s.yml:4: ") as refused:
        read_script("s.yml", f"version: 1\ntasks:\n  TASK-1:\n    - red: {{question: {question}}}\n")
    assert told in str(refused.value)
