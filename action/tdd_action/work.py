"""One attempt at one task: its stages in order, each refused or committed, and what is left for the proof."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tdd_action.bench import Bench, suites_of
from tdd_action.stages.desk import Desk, StageEnd, Tell, WorkerBroke, untold
from tdd_action.stages.green import green_stage
from tdd_action.stages.red import red_stage
from tdd_action.stages.refactor import refactor_stage
from tdd_action.workers import Worker
from tdd_action.workspace import workspace
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.evidence import PROOFS, Reason
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Assignment, Remark, Stage, StageReport, StageState, WorkResult
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.wire import to_wire

BUNDLE = "work.bundle"
RED_BUNDLE = "red.bundle"
"""The accepted RED alone, for an attempt that begins at GREEN."""
RESULT = "result.json"
MOST_FEEDBACK = 6000
GOES_ON = (StageState.ACCEPTED, StageState.DROPPED, StageState.SKIPPED)

STAGES: Mapping[Stage, Callable[[Desk], StageEnd]] = {
    Stage.RED: red_stage,
    Stage.GREEN: green_stage,
    Stage.REFACTOR: refactor_stage,
}


def work(
    assignment: Assignment,
    repository: Path,
    worker: Worker,
    config: Config,
    out: Path,
    *,
    requirements: tuple[Requirement, ...] = (),
    within: Path | None = None,
    tell: Tell = untold,
) -> WorkResult:
    """Work the assignment's task on its head commit; leaves `result.json`, and bundles of what was accepted.

    `tell` hears of it while it goes on. A refusal is in the result; what is raised is the user's
    to mend (`TddError`) or a bug.
    """
    assert assignment.task is not None
    out.mkdir(parents=True, exist_ok=True)
    with workspace(repository, assignment.head, within=within) as place:
        bench = Bench(suites_of(config, place.tree), place, float(config.tdd.test_seconds))
        mine = tuple(each for each in requirements if each.id in assignment.task.requirements)
        desk = Desk(assignment, assignment.task, worker, config, place, bench, mine, assignment.head, tell)
        result = _result(desk, _stages(desk))
        ref = f"refs/heads/{config.git.branch_prefix}{assignment.number}/{assignment.task.key}"
        if red := next((each.commit for each in result.stages if each.stage is Stage.RED and each.commit), None):
            place.bundle(assignment.head, red, f"{ref}-red", out / RED_BUNDLE)
        if result.tip is not None:
            place.bundle(assignment.head, result.tip, ref, out / BUNDLE)
    (out / RESULT).write_text(json.dumps(to_wire(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return result


def _stages(desk: Desk) -> tuple[StageReport, ...]:
    """The stages that the task's kind calls for, up to the first that does not stand."""
    reports: list[StageReport] = []
    deadline = time.monotonic() + desk.config.tdd.task_minutes * 60
    for stage in PROOFS[desk.task.kind].stages:
        if time.monotonic() > deadline:
            late = f"The task was not done after {desk.config.tdd.task_minutes} minutes."
            reports.append(StageReport(stage, StageState.REFUSED, late))
            break
        reports.append(_reported(desk, stage))
        if reports[-1].state not in GOES_ON:
            break
    return tuple(reports)


def _reported(desk: Desk, stage: Stage) -> StageReport:
    started, runs, spent = time.monotonic(), len(desk.bench.runs), len(desk.usage)
    desk.prompts = ""
    try:
        end = STAGES[stage](desk)
    except WorkerBroke as broke:
        end = StageEnd(StageState.ERROR, f"The worker broke: {broke}")
    except TddError as fault:  # what was spent before it is reported all the same
        end = StageEnd(StageState.ERROR, str(fault))
    desk.tell(f"{desk.task.key} {stage.upper()}: {end.state}", end.sentence)
    return StageReport(
        stage=stage,
        state=end.state,
        sentence=end.sentence,
        seconds=round(time.monotonic() - started, 3),
        commit=end.commit,
        remarks=(*remarks(desk.task.key, stage, end.reasons), *remarks(desk.task.key, stage, end.notes, "notice")),
        usage=tuple(desk.usage[spent:]),
        suite_runs=desk.bench.since(runs),
        tests=end.tests,
        prompts=desk.prompts,
    )


def remarks(task: str, stage: Stage, reasons: Iterable[Reason], level: str = "failure") -> tuple[Remark, ...]:
    """Reasons as annotations; a reason without a line is shown at the first."""
    title = f"{task} {stage.upper()}"
    return tuple(Remark(each.path, max(each.line, 1), level, each.sentence, title) for each in reasons if each.path)


def _result(desk: Desk, stages: tuple[StageReport, ...]) -> WorkResult:
    last = stages[-1]
    stands = last.state in GOES_ON
    return WorkResult(
        nonce=desk.assignment.nonce,
        task=desk.task.key,
        attempt=desk.assignment.attempt,
        base=desk.base,
        tip=desk.commit if stands else None,
        stages=stages,
        reason="" if stands else f"{last.stage.upper()}: {last.sentence}",
        feedback="" if stands or last.state is StageState.ASKED else _feedback(last),
        question=desk.question if last.state is StageState.ASKED else None,
    )


def _feedback(last: StageReport) -> str:
    """What the next attempt is told: every reason, one line each."""
    ended = "was refused" if last.state is StageState.REFUSED else "ended with an error"
    lines = [f"{last.stage.upper()} {ended}: {last.sentence}"]
    lines += [f"- {each.path}:{each.line}: {each.message}" for each in last.remarks if each.message != last.sentence]
    return "\n".join(lines)[:MOST_FEEDBACK]
