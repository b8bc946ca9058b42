"""Hands a proven result to whoever lands it: checks that proof and result agree, and runs no code of the project."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from tdd_action.inputs import Inputs, Lander
from tdd_action.prove import PROOF
from tdd_action.work import BUNDLE, RESULT, RESULTS
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.plausible import implausible
from tdd_orchestrator.core.result import DraftResult, PackResult, PlanResult, ProofResult, Step, Worked, WorkResult
from tdd_orchestrator.core.wire import MalformedWire, from_wire

PLAN = "plan.json"
DRAFT = "draft.json"
HANDOVER = "handover.json"
SHA = re.compile(r"[0-9a-f]{40,64}")
HEAR = "hear"
SERVERLESS = "tdd_orchestrator.serverless"
Result = TypeVar("Result", PlanResult, WorkResult, ProofResult, DraftResult, PackResult)


class NoLander(TddError):
    """This environment cannot land: `tdd-orchestrator[github]` is not installed in it."""


class NoTip(TddError):
    """The work job left nothing to prove."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What there is to land. `accepted` says that a proof holds for exactly this tip; `reason` why not. `rest` is what
    became of the other tasks of a pack.
    """

    nonce: str
    accepted: bool
    tip: str | None = None
    reason: str = ""
    plan: PlanResult | None = None
    work: WorkResult | None = None
    proof: ProofResult | None = None
    draft: DraftResult | None = None
    rest: tuple[Worked, ...] = ()


HandOver = Callable[[Handover, Inputs], None]


def hand_over(handover: Handover, inputs: Inputs) -> None:
    """Give the handover to the engine, with the workflow's own token. Raises `NoLander` where that is not installed."""
    give: HandOver = _serverless("land")
    give(handover, inputs)


def hear(environ: Mapping[str, str]) -> None:
    """Give the event of this workflow run to the engine. Raises `NoLander` where that is not installed."""
    listen: Callable[[Mapping[str, str]], None] = _serverless(HEAR)
    listen(environ)


def _serverless(name: str) -> Any:
    (found,) = entry_points(group=SERVERLESS, name=name)
    try:
        return found.load()
    except ModuleNotFoundError as missing:
        raise NoLander from missing


def land(inputs: Inputs, give: HandOver = hand_over) -> Handover:
    """Read what the jobs before left and judge whether it belongs together; the app lands by itself."""
    handover = judged(inputs)
    if inputs.lander is Lander.WORKFLOW:
        give(handover, inputs)
    return handover


def judged(inputs: Inputs) -> Handover:
    """The result files of this run as one value; anything that does not fit is not accepted, with the reason."""
    try:
        plan = _read(PlanResult, inputs.out / PLAN, inputs)
        work = _read(WorkResult, inputs.out / RESULT, inputs) if inputs.assignment.step is Step.WORK else None
        proof = _read(ProofResult, inputs.out / PROOF, inputs)
        draft = _read(DraftResult, inputs.out / DRAFT, inputs)
        rest = pack_left(inputs)
    except (MalformedWire, ValueError, RecursionError) as malformed:
        return Handover(inputs.assignment.nonce, accepted=False, reason=f"The result cannot be read: {malformed}")
    tip = work.tip if work else proof.tip if proof else None
    reason = _against(inputs, plan, work, proof, draft)
    return Handover(inputs.assignment.nonce, not reason, tip, reason, plan, work, proof, draft, rest)


def tip_left(inputs: Inputs) -> str:
    """The tip that the work job left. Raises `NoTip`; what the tip is worth is for the proof to say."""
    try:
        work = _read(WorkResult, inputs.out / RESULT, inputs)
    except (MalformedWire, ValueError) as malformed:
        raise NoTip(f"The result cannot be read: {malformed}") from malformed
    if work is None or work.tip is None or not SHA.fullmatch(work.tip):
        raise NoTip
    return work.tip


def pack_left(inputs: Inputs) -> tuple[Worked, ...]:
    """What the jobs before left of the pack's tasks after the first. Raises `MalformedWire` and `ValueError`."""
    pack = _read(PackResult, inputs.out / RESULTS, inputs) if inputs.assignment.step is Step.WORK else None
    return pack.rest if pack else ()


def _read(expected: type[Result], path: Path, inputs: Inputs) -> Result | None:
    if not path.is_file():
        return None
    value = from_wire(expected, json.loads(path.read_text(encoding="utf-8")))
    if value.nonce != inputs.assignment.nonce:
        raise ValueError(f"{path.name} answers another dispatch ({value.nonce}).")
    if odd := implausible(value):
        raise ValueError(f"{odd}.")
    return value


def _against(
    inputs: Inputs,
    plan: PlanResult | None,
    work: WorkResult | None,
    proof: ProofResult | None,
    draft: DraftResult | None,
) -> str:
    match inputs.assignment.step:
        case Step.PLAN:
            return (plan.reason or ("" if plan.plan else "There is no plan.")) if plan else "There is no plan."
        case Step.WORK:
            return _against_work(inputs, work, proof)
        case Step.PROVE:
            return _against_proof(inputs.assignment.head, proof)
        case Step.DRAFT:
            return (draft.reason or ("" if draft.text else "There is no draft.")) if draft else "There is no draft."


def _against_work(inputs: Inputs, work: WorkResult | None, proof: ProofResult | None) -> str:
    task = inputs.assignment.task
    if work is None:
        return "The work left no result."
    if work.tip is None:
        return work.reason or "The attempt was refused."
    if task is None or (work.task, work.base) != (task.key, inputs.assignment.head):
        return f"The result is for {work.task} on {work.base[:12]}, which is not what was asked."
    if not (inputs.out / BUNDLE).is_file():
        return "The result has no bundle."
    return _against_proof(work.tip, proof)


def _against_proof(tip: str, proof: ProofResult | None) -> str:
    if proof is None:
        return "There is no proof."
    if proof.tip != tip:
        return f"The proof is for {proof.tip[:12]}, but the result is {tip[:12]}."
    return "" if proof.holds else proof.reason or "The proof does not hold."
