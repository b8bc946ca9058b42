"""Landing without an app: the job `land` holds a write token and calls the same engine on the same state.

Loaded by its entry point and only in that job, because the jobs that work and prove do not install what it needs.
"""

import asyncio
import time

from tdd_action.inputs import Inputs
from tdd_action.land import Handover
from tdd_action.sources import read_config
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.event import Event, JobLost, PlanReported, ProofReported, WorkReported
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.engine import Engine, run_id
from tdd_orchestrator.github.connections import TokenConnection
from tdd_orchestrator.github.perform import Performer
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.store import Entry, Pace, StateStore


class NoRun(TddError):
    """There is no run to report to: its state branch is gone."""


def hand_over(handover: Handover, inputs: Inputs) -> None:
    """Fold this result into the run and do what follows: land it, show it, dispatch what comes next."""
    asyncio.run(_handed(handover, inputs))


async def _handed(handover: Handover, inputs: Inputs) -> Run:
    assignment = inputs.assignment
    prefix = read_config(inputs.repository, assignment.base, {}).state.prefix
    async with TokenConnection(assignment.repo, inputs.token, inputs.api_url) as connection:
        reader = RepositoryReader(connection)
        store = StateStore(
            connection.git_url(), connection.git_credentials, prefix=prefix, pace=Pace(inputs.state_interval_s)
        )
        engine = Engine(
            store, lambda number: Performer(connection, assignment.repo, number, reader=reader, lander="workflow")
        )
        try:
            entry = Entry(f"{assignment.nonce}/{inputs.workflow_run}", reported(handover, inputs, time.time()))
            run = await engine.handle(assignment.number, [entry])
            await engine.flush(assignment.number)
        finally:
            store.close()
    if run is None:
        raise NoRun(f"There is no state {prefix}/{run_id(assignment.number)}.", remedy="Say `/tdd plan` once more.")
    return run


def reported(handover: Handover, inputs: Inputs, at: float) -> Event:
    """The handover as an event; what could not be read is a lost job."""
    if handover.plan is not None:
        return PlanReported(at=at, result=handover.plan)
    if handover.work is not None:
        return WorkReported(at=at, result=handover.work, proof=handover.proof, workflow_run=inputs.workflow_run)
    if handover.proof is not None:
        return ProofReported(at=at, result=handover.proof)
    return JobLost(at=at, nonce=handover.nonce, reason=handover.reason or "The jobs before left no result.")
