"""Landing without an app: what the jobs before left is folded into the run by this very job."""

import asyncio
import time

from tdd_action.inputs import Inputs
from tdd_action.land import Handover
from tdd_action.serverless.opening import opened
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.event import Event, JobLost, PlanReported, ProofReported, WorkReported
from tdd_orchestrator.core.jobs import is_open
from tdd_orchestrator.core.result import DraftResult, Step
from tdd_orchestrator.engine import run_id
from tdd_orchestrator.place import UNAWAITED
from tdd_orchestrator.store import Entry


class NoRun(TddError):
    """There is no run to report to: its state branch is gone."""


def hand_over(handover: Handover, inputs: Inputs) -> None:
    """Fold this result into the run and do what follows: land it, show it, dispatch what comes next."""
    asyncio.run(_handed(handover, inputs))


async def _handed(handover: Handover, inputs: Inputs) -> None:
    assignment = inputs.assignment
    key = f"{assignment.nonce}/{inputs.workflow_run}/{inputs.workflow_attempt}"
    entry = Entry(key, reported(handover, inputs, time.time()))
    opening = opened(
        assignment.repo,
        inputs.token,
        inputs.api_url,
        state_interval_s=inputs.state_interval_s,
        write_interval_s=inputs.write_interval_s,
        environ={},
        app=inputs.app,
    )
    async with opening as place:
        if assignment.step is Step.DRAFT:
            draft = handover.draft or DraftResult(assignment.nonce, reason=handover.reason)
            await place.drafting.reported(assignment.number, draft, inputs.log_url)
            return
        before = await place.engine.load(assignment.number)
        if before is not None and not is_open(before, assignment.nonce):
            print(UNAWAITED, flush=True)
        run = await place.fold(assignment.number, [entry])
        await place.engine.flush(assignment.number)
    if run is None:
        raise NoRun(f"There is no state of {run_id(assignment.number)}.", remedy="Say `/tdd plan` once more.")


def reported(handover: Handover, inputs: Inputs, at: float) -> Event:
    """The handover as an event; what could not be read is a lost job."""
    if handover.plan is not None:
        return PlanReported(at=at, result=handover.plan)
    if handover.work is not None:
        work, proof, rest = handover.work, handover.proof, handover.rest
        return WorkReported(at=at, result=work, proof=proof, workflow_run=inputs.workflow_run, rest=rest)
    if handover.proof is not None:
        return ProofReported(at=at, result=handover.proof)
    return JobLost(at=at, nonce=handover.nonce, reason=handover.reason or "The jobs before left no result.")
