"""One attempt at one task: its stages in order, each refused or committed, and what is left for the proof."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tdd_action.bench import Bench, suites_of
from tdd_action.stages.desk import Desk, StageEnd, Tell, WorkerBroke, untold
from tdd_action.stages.green import green_stage
from tdd_action.stages.red import red_stage
from tdd_action.stages.refactor import refactor_stage
from tdd_action.workers import Worker
from tdd_action.workspace import Workspace, workspace
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.evidence import PROOFS, Reason
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Assignment, Remark, Stage, StageReport, StageState, WorkResult
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.wire import to_wire

BUNDLE = "work.bundle"
RED_BUNDLE = "red.bundle"
"""The accepted RED alone, for an attempt that begins at GREEN."""
RESULT = "result.json"
RESULTS = "results.json"
"""What became of a pack's tasks after the first."""
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
) -> tuple[WorkResult, ...]:
    """Work the assignment's task on its head commit, and those of its pack one after the other, each on top of the
    former's tip, up to the first that is refused. Leaves `result.json` of the first, and bundles of what was accepted.

    A pack shares the time and the money of one task: another is begun while half of the time is left. `tell` hears of
    it while it goes on. A refusal is in the result; what is raised is the user's to mend (`TddError`) or a bug.
    """
    assert assignment.task is not None
    out.mkdir(parents=True, exist_ok=True)
    allowed = config.tdd.task_minutes * 60.0
    deadline = time.monotonic() + allowed
    results: list[WorkResult] = []
    with workspace(repository, assignment.head, within=within) as place:
        for task in (assignment.task, *assignment.tasks):
            told = _after(assignment, task, results) if results else assignment
            if told is None or (results and time.monotonic() > deadline - allowed / 2):
                break
            place.checkout(told.head)
            bench = Bench(suites_of(config, place.tree), place, float(config.tdd.test_seconds))
            mine = tuple(each for each in requirements if each.id in task.requirements)
            desk = Desk(told, task, worker, config, place, bench, mine, told.head, tell)
            results.append(_result(desk, _stages(desk, deadline)))
        _bundled(place, assignment, results, f"refs/heads/{config.git.branch_prefix}{assignment.number}", out)
    first = json.dumps(to_wire(results[0]), indent=1, ensure_ascii=False)
    (out / RESULT).write_text(f"{first}\n", encoding="utf-8")
    return tuple(results)


def _after(assignment: Assignment, task: PlannedTask, done: list[WorkResult]) -> Assignment | None:
    """What is to be done after these; None where the last of them was refused, or no money is left."""
    spent = sum(usage.usd for result in done for stage in result.stages for usage in stage.usage)
    left, tip = assignment.budget_usd - spent, done[-1].tip
    if tip is None or (spent and left <= 0):
        return None
    told = replace(assignment, task=task, tasks=(), head=tip, budget_usd=max(left, 0.0))
    return replace(told, attempt=1, feedback="", answers=(), source="", red="")


def _bundled(place: Workspace, assignment: Assignment, results: list[WorkResult], under: str, out: Path) -> None:
    """Every tip, and every accepted RED, under the name of its task."""
    tips = {f"{under}/{each.task}": each.tip for each in results if each.tip is not None}
    reds = {
        f"{under}/{each.task}-red": stage.commit
        for each in results
        for stage in each.stages
        if stage.stage is Stage.RED and stage.commit
    }
    for refs, name in ((reds, RED_BUNDLE), (tips, BUNDLE)):
        if refs:
            place.bundle(assignment.head, refs, out / name)


def _stages(desk: Desk, deadline: float) -> tuple[StageReport, ...]:
    """The stages that the task's kind calls for, up to the first that does not stand."""
    reports: list[StageReport] = []
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
