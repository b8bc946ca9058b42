"""The steps of a runner: each reads its inputs, does one thing, and leaves result files, annotations and a summary."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tdd_action import summary
from tdd_action.draft import draft
from tdd_action.git import parted
from tdd_action.inputs import Inputs, Job
from tdd_action.land import DRAFT, HANDOVER, PLAN, SHA, land, pack_left, tip_left
from tdd_action.outputs import Outputs
from tdd_action.plan import plan
from tdd_action.proof.values import Proof
from tdd_action.prove import PROOF, leave, leave_certificate, prove, result_of
from tdd_action.sources import read_config, read_prds
from tdd_action.work import BUNDLE, RED_BUNDLE, RESULT, RESULTS, work
from tdd_action.workers import Worker, WorkerSettings, connect
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.prd import merge_prds
from tdd_orchestrator.core.result import (
    DraftResult,
    PackResult,
    PlanResult,
    ProofResult,
    Remark,
    Step,
    Worked,
    WorkResult,
)
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
        results = work(
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
        broken = WorkResult(
            assignment.nonce, task.key, assignment.attempt, assignment.head, None, (), reason=str(fault)
        )
        results = (broken,)
    first, *rest = results
    outputs.clear(outputs.taken(BUNDLE, RED_BUNDLE) if first.stages else {})
    outputs.leave(RESULT, first)
    if rest:
        outputs.leave(RESULTS, PackResult(assignment.nonce, tuple(Worked(each) for each in rest)))
    outputs.annotate(remark for result in results for stage in result.stages for remark in stage.remarks)
    _complain(outputs, results[-1].reason)
    return first.tip is not None, "\n".join(summary.of_work(result) for result in results)


def _prove(inputs: Inputs, environ: Mapping[str, str], outputs: Outputs) -> Ran:
    assignment = inputs.assignment
    base, tip, bundle = assignment.since, assignment.head, None
    before = outputs.taken(RESULT, RESULTS, BUNDLE, RED_BUNDLE)
    rest: tuple[Worked, ...] = ()
    try:
        if assignment.step is Step.WORK:
            base, tip, bundle = assignment.head, tip_left(inputs), inputs.out / BUNDLE
            rest = pack_left(inputs)
        elif assignment.task is None and not assignment.tasks and not inputs.alone:
            base = parted(inputs.repository, base, tip)
        config = _config(inputs, environ)
        proof = prove(
            inputs.repository,
            base,
            tip,
            config,
            task=assignment.task,
            tasks=assignment.tasks if assignment.step is Step.PROVE else (),
            bundle=bundle,
            within=inputs.temporary,
        )
        outputs.clear(before)
        proven = _proven_rest(inputs, outputs, config, tip, rest) if proof.holds else {}
        result = leave(proof, assignment.nonce, inputs.out)
    except (TddError, ValueError) as fault:
        proven = {}
        result = ProofResult(assignment.nonce, tip, holds=False, reason=str(fault))
        outputs.clear(before)
        outputs.leave(PROOF, result)
    if rest:
        told = tuple(replace(each, proof=proven.get(each.result.task)) for each in rest)
        outputs.leave(RESULTS, PackResult(assignment.nonce, told))
    results = (result, *proven.values())
    outputs.annotate(remark for each in results for remark in each.remarks)
    _complain(outputs, results[-1].reason)
    return result.holds, "\n".join(summary.of_proof(each) for each in results)


def _proven_rest(
    inputs: Inputs, outputs: Outputs, config: Config, base: str, rest: tuple[Worked, ...]
) -> dict[str, ProofResult]:
    """The proofs of a pack's other tasks, each against the tip before it, up to the first that does not hold."""
    given, kept = inputs.assignment, outputs.taken(RESULT, RESULTS, BUNDLE, RED_BUNDLE)
    proofs: dict[str, ProofResult] = {}
    found: list[tuple[str, Proof]] = []
    for task, worked in zip(given.tasks, rest, strict=False):
        tip = worked.result.tip
        if worked.result.task != task.key or tip is None or not SHA.fullmatch(tip):
            break
        try:
            proof = prove(
                inputs.repository,
                base,
                tip,
                config,
                task=task,
                bundle=inputs.out / BUNDLE,
                within=inputs.temporary,
                start=given.head,
            )
        except TddError as fault:
            proofs[task.key] = ProofResult(given.nonce, tip, holds=False, reason=str(fault))
            break
        finally:
            outputs.clear(kept)  # the next one reads what was left, not what a test made of it
        proofs[task.key] = result_of(proof, given.nonce)
        found.append((task.key, proof))
        if not proof.holds:
            break
        base = tip
    for key, proof in found:
        leave_certificate(proof, inputs.out, key)
    return proofs


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
