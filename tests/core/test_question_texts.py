"""A question as people read it: only what was said, harmless, and with the way to answer it."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.people import Escalation
from tdd_orchestrator.core.question_texts import how_it_ends, question_text
from tdd_orchestrator.core.result import Question, Stage

SHORT = Escalation("ESC-1", "TASK-3", Stage.GREEN, Question("Round up or down?"), at=1.0)
LONG = replace(
    SHORT,
    question=Question("Up?", "both", ("up", "down"), "I would round down.", 0.6, "the PRD says which"),
)
ANSWERED = replace(SHORT, answer="Down, @all.\nAlways.", by="maintainer", answered_at=2.0)


@pytest.mark.parametrize(
    ("one", "lines"),
    [
        (
            SHORT,
            [
                "**ESC-1** · TASK-3 asks in GREEN: Round up or down?",
                "- Goes on when: somebody answers it",
                "",
                "`/tdd answer ESC-1 your words` goes on.",
            ],
        ),
        (
            LONG,
            [
                "**ESC-1** · TASK-3 asks in GREEN: Up?",
                "- Tried: both",
                "- Option: up",
                "- Option: down",
                "- By itself it would: I would round down. (60% sure of it; it asks below 75%)",
                "- Goes on when: the PRD says which",
                "",
                "`/tdd answer ESC-1 your words` goes on; `/tdd retry TASK-3` lets it do what it would do by itself.",
            ],
        ),
    ],
    ids=["nothing but the question", "all there is"],
)
def test_a_question_says_what_was_said(one: Escalation, lines: list[str]) -> None:
    assert question_text(one).splitlines() == lines


def test_an_answer_takes_the_place_of_the_way_to_answer() -> None:
    told = how_it_ends(ANSWERED)
    assert told.startswith("Answered by maintainer: Down, ")
    assert "/tdd answer" not in question_text(ANSWERED)
    assert "\n" not in told
    assert "@all" not in told, "nobody is called by what somebody wrote"


def test_a_question_is_cut_and_calls_nobody() -> None:
    told = question_text(replace(SHORT, question=Question("@team " + "x" * 9_000)))
    assert "@team" not in told
    assert len(told) < 2_000
