"""A worker that cannot decide asks; the task waits for the answer and for nothing else."""

from pathlib import Path

from tdd_orchestrator.core.result import Question
from tdd_orchestrator.core.states import TaskState
from world.story import TWO, Story, story, task

ROUNDING = Question(
    "Are prices rounded up or to even?",
    tried="The PRD says nothing of it, and no test does.",
    options=("up", "to even"),
    alone="round up",
    confidence=0.5,
    goes_on="the rule is known",
)


async def asked(told: Story) -> None:
    """The first task asks and waits."""
    told.runner.acts |= {f"TASK-1.{n}": ROUNDING for n in (1, 2, 3, 4)}
    told.open_pull()
    await told.until_state("action_required", "TDD / TASK-1 ·")


async def test_a_question_is_shown_and_its_answer_reaches_the_next_attempt(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await asked(told)
        shown = told.check("TDD / TASK-1 ·").output["summary"]
        for each in ("ESC-1", ROUNDING.text, "to even", "By itself it would: round up", "the rule is known"):
            assert each in shown
            assert each in told.sticky()
        assert "`/tdd answer ESC-1 your words`" in shown
        assert told.state() == "action_required"
        told.says("writer", "/tdd answer esc-1 to even, like the bank does")
        await told.until_state("success")
        (answer,) = told.runner.seen[2].answers
        assert (answer.question, answer.answer, answer.by) == (ROUNDING.text, "to even, like the bank does", "writer")
        first = (await told.run()).tasks[0]
        assert len(first.attempts) == 2
        assert first.chances == 4, "asking uses up none"


async def test_a_question_holds_up_its_own_task_alone(tmp_path: Path) -> None:
    async with story(tmp_path, (task("TASK-1"), task("TASK-2", requirement="REQ-2"))) as told:
        told.runner.acts["TASK-1.1"] = ROUNDING
        told.open_pull()
        await told.until_state("action_required")
        assert [each.state for each in (await told.run()).tasks] == [TaskState.BLOCKED, TaskState.COMPLETE]
        assert "ESC-1" in told.sticky()
        told.says("writer", "/tdd answer ESC-1 up")
        await told.until_state("success")


async def test_answers_are_taken_once_and_unknown_questions_are_told_apart(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        await asked(told)
        told.says("writer", "/tdd explain ESC-1")
        told.says("reader", "/tdd answer ESC-1 never")
        told.says("writer", "/tdd answer ESC-7 up\n/tdd answer ESC-1 up\n/tdd answer ESC-1 down")
        await told.until_state("success")
        explained, denied, unknown, again = told.replies()
        assert ROUNDING.tried in explained
        assert "needs the role write" in denied
        assert "Questions so far: ESC-1" in unknown
        assert "answered by writer: up" in again
        assert [each.answer for each in (await told.run()).escalations] == ["up"]


async def test_a_retry_without_an_answer_lets_the_worker_decide(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        await asked(told)
        told.press("TDD / TASK-1 ·", "retry:TASK-1")
        await told.until_state("success")
        assert "You said: round up" in told.runner.seen[2].answers[0].answer


async def test_a_worker_that_is_sure_is_not_waited_for(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["TASK-1.1"] = Question("May I?", alone="yes", confidence=0.75)
        told.open_pull()
        await told.until_state("success")
        assert not (await told.run()).escalations
