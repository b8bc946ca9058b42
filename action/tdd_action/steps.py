"""The steps of a runner: each reads its inputs, does one thing, and leaves result files, annotations and a summary."""

from collections.abc import Callable, Mapping

from tdd_action import summary
from tdd_action.draft import draft
from tdd_action.git import parted
from tdd_action.inputs import Inputs, Job
from tdd_action.land import DRAFT, HANDOVER, PLAN, land, tip_left
from tdd_action.outputs import Outputs
from tdd_action.plan import plan
from tdd_action.prove import PROOF, leave, prove
from tdd_action.sources import read_config, read_prds
from tdd_action.work import BUNDLE, RED_BUNDLE, RESULT, work
from tdd_action.workers import Worker, WorkerSettings, connect
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.prd import merge_prds
from tdd_orchestrator.core.result import DraftResult, PlanResult, ProofResult, Remark, Step, WorkResult
from tdd_orchestrator.core.settings import Config

Ran = tuple[bool, str]
"""Whether the step's claim holds, and the summary of it."""


def run(inputs: Inputs, environ: Mapping[str, str], outputs: Outputs) -> bool:
    """Do the step, and say whether its claim holds.

    What the user must mend is reported in the result files like any refusal; the rest is raised.
    """
    accepted, markdown = STEPS[inputs.job](inputs, environ, outputs)
    outputs.set("accepted", "true" if accepted else "false")
    outputs.set("result", str(inputs.out))
    outputs.summarise(markdown)
    return accepted


def _config(inputs: Inputs, environ: Mapping[str, str]) -> Config:
    return read_config(
        inputs.repository, inputs.assignment.base, {k: v for k, v in environ.items() if k.startswith("TDD_")}
    )


def _worker(inputs: Inputs, config: Config) -> Worker:
    told = inputs.assignment
    settings = WorkerSettings(
        inputs.repository, told.base, config, inputs.script, told.head, told.source, api_key=inputs.api_key
    )
    return connect(inputs.profile, settings)


def _plan(inputs: Inputs, environ: Mapping[str, str], outputs: Outputs) -> Ran:
    try:
        config = _config(inputs, environ)
        result = plan(inputs.assignment, inputs.repository, _worker(inputs, config), config, within=inputs.temporary)
    except TddError as fault:
        result = PlanResult(inputs.assignment.nonce, None, str(fault))
    _complain(outputs, result.reason)
    outputs.clear({})
    for name in (PLAN, RESULT):
        outputs.leave(name, result)
    return result.plan is not None, summary.of_plan(result)


def _draft(inputs: Inputs, environ: Mapping[str, str], outputs: Outputs) -> Ran:
    try:
        config = _config(inputs, environ)
        result = draft(inputs.assignment, inputs.repository, _worker(inputs, config), config, within=inputs.temporary)
    except TddError as fault:
        result = DraftResult(inputs.assignment.nonce, reason=str(fault))
    _complain(outputs, result.reason)
    outputs.clear({})
    outputs.leave(DRAFT, result)
    return not result.reason, summary.of_draft(result)


def _work(inputs: Inputs, environ: Mapping[str, str], outputs: Outputs) -> Ran:
    assignment, task = inputs.assignment, _task(inputs)
    try:
        config = _config(inputs, environ)
        requirements, _ = merge_prds(read_prds(inputs.repository, assignment, config))
        worker = _worker(inputs, config)
        result = work(
            assignment,
            inputs.repository,
            worker,
            config,
            inputs.out,
            requirements=requirements,
            within=inputs.temporary,
            tell=lambda heading, text: outputs.quote(text, heading),
        )
    except TddError as fault:
        result = WorkResult(
            assignment.nonce, task.key, assignment.attempt, assignment.head, None, (), reason=str(fault)
        )
    outputs.clear(outputs.taken(BUNDLE, RED_BUNDLE) if result.stages else {})
    outputs.leave(RESULT, result)
    outputs.annotate(remark for stage in result.stages for remark in stage.remarks)
    _complain(outputs, result.reason)
    return result.tip is not None, summary.of_work(result)


def _prove(inputs: Inputs, environ: Mapping[str, str], outputs: Outputs) -> Ran:
    assignment = inputs.assignment
    base, tip, bundle = assignment.since, assignment.head, None
    before = outputs.taken(RESULT, BUNDLE, RED_BUNDLE)
    try:
        if assignment.step is Step.WORK:
            base, tip, bundle = assignment.head, tip_left(inputs), inputs.out / BUNDLE
        elif assignment.task is None and not assignment.tasks and not inputs.alone:
            base = parted(inputs.repository, base, tip)
        config = _config(inputs, environ)
        proof = prove(
            inputs.repository,
            base,
            tip,
            config,
            task=assignment.task,
            tasks=assignment.tasks,
            bundle=bundle,
            within=inputs.temporary,
        )
        outputs.clear(before)
        result = leave(proof, assignment.nonce, inputs.out)
    except TddError as fault:
        result = ProofResult(assignment.nonce, tip, holds=False, reason=str(fault))
        outputs.clear(before)
        outputs.leave(PROOF, result)
    outputs.annotate(result.remarks)
    _complain(outputs, result.reason)
    return result.holds, summary.of_proof(result)


def _land(inputs: Inputs, _: Mapping[str, str], outputs: Outputs) -> Ran:
    handover = land(inputs)
    outputs.leave(HANDOVER, handover)
    _complain(outputs, handover.reason)
    return handover.accepted, summary.of_handover(handover, inputs.lander)


def _task(inputs: Inputs) -> PlannedTask:
    assert inputs.assignment.task is not None
    return inputs.assignment.task


def _complain(outputs: Outputs, reason: str) -> None:
    if reason:
        outputs.annotate([Remark("", 0, "warning", reason)])


STEPS: Mapping[Job, Callable[[Inputs, Mapping[str, str], Outputs], Ran]] = {
    Job.PLAN: _plan,
    Job.WORK: _work,
    Job.PROVE: _prove,
    Job.LAND: _land,
    Job.DRAFT: _draft,
}
