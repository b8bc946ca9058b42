"""What a forged report says of money, time and lines: refused by name, however it is nested."""

import json
from dataclasses import replace

import pytest

from tdd_orchestrator.core.event import JobLost, WorkReported
from tdd_orchestrator.core.plausible import implausible
from tdd_orchestrator.core.result import Question, Remark, Stage, StageReport, StageState, Step, Usage, WorkResult
from tdd_orchestrator.core.run import Job
from tdd_orchestrator.core.wire import to_wire
from tdd_orchestrator.github.views import WorkflowRunView
from tdd_orchestrator.intake.results import result_event

HONEST = StageReport(
    Stage.RED, StageState.ACCEPTED, "Fails.", 3.5, "a" * 40, usage=(Usage("m", 3, 10, 10, 0, 0, 0.25),), suite_runs=2
)
FORGED = [
    *(replace(HONEST, usage=(Usage(usd=usd),)) for usd in (-5.0, float("nan"), float("inf"), 1e308, 10_001.0)),
    *(replace(HONEST, usage=(Usage(calls=calls),)) for calls in (-1, 10**400)),
    replace(HONEST, usage=(Usage(input_tokens=2**63),)),
    replace(HONEST, seconds=float("nan")),
    replace(HONEST, remarks=(Remark("a.py", 10**30, "notice", "x"),)),
]


def reported(stage: StageReport) -> object:
    work = WorkResult("f00", "TASK-1", 1, "b" * 40, None, (HONEST, stage), reason="No.")
    seen = WorkflowRunView(7, "completed", "success", "tdd pr-1 TASK-1 work f00", "https://ci.test/7", 1)
    raw = json.dumps(to_wire(work)).encode()
    return result_event(Job("f00", Step.WORK, 0.0, "TASK-1"), seen, {"result.json": raw}, 9.0)


@pytest.mark.parametrize("stage", FORGED, ids=lambda stage: str(stage.usage or stage.seconds)[:60])
def test_a_report_with_figures_that_cannot_be_is_a_lost_job(stage: StageReport) -> None:
    event = reported(stage)
    assert isinstance(event, JobLost)
    assert "stages[1]." in event.reason


def test_an_honest_report_is_read() -> None:
    assert isinstance(reported(HONEST), WorkReported)


def test_the_place_of_the_figure_is_named() -> None:
    asked = Question("Which?", confidence=float("nan"))
    work = WorkResult("f00", "TASK-1", 1, "b" * 40, None, (), question=asked)
    assert implausible(work) == "WorkResult.question.confidence is no number from 0 to 1,000,000,000,000"
    assert implausible(replace(work, question=None)) == ""
