"""What a runner left, as an event: the files of its artifact are read, believed only as far as their form and nonce
agree.
"""

import json
from collections.abc import Mapping
from typing import TypeVar

from tdd_orchestrator.core.event import Event, JobLost, PlanReported, ProofReported, WorkReported
from tdd_orchestrator.core.plausible import implausible
from tdd_orchestrator.core.result import PackResult, PlanResult, ProofResult, Step, WorkResult
from tdd_orchestrator.core.run import Job
from tdd_orchestrator.core.wire import MalformedWire, from_wire
from tdd_orchestrator.github.views import WorkflowRunView

Result = TypeVar("Result", PlanResult, WorkResult, ProofResult, PackResult)
NONE_LEFT = "it left no result"


def result_event(job: Job, seen: WorkflowRunView, files: Mapping[str, bytes], at: float) -> Event:
    """The report of this job, or that it is lost and why, with a link to its log."""
    try:
        event = _report(job, seen, files, at)
    except (MalformedWire, ValueError, RecursionError) as malformed:
        return _lost(job, seen, f"its result cannot be read ({malformed})", at)
    return event or _lost(job, seen, NONE_LEFT, at)


def _report(job: Job, seen: WorkflowRunView, files: Mapping[str, bytes], at: float) -> Event | None:
    match job.step:
        case Step.PLAN:
            plan = _read(PlanResult, files.get("plan.json"), job)
            return PlanReported(at=at, result=plan) if plan else None
        case Step.WORK:
            work = _read(WorkResult, files.get("result.json"), job)
            proof = _read(ProofResult, files.get("proof.json"), job)
            pack = _read(PackResult, files.get("results.json"), job)
            rest = pack.rest if pack else ()
            return WorkReported(at=at, result=work, proof=proof, workflow_run=seen.id, rest=rest) if work else None
        case Step.PROVE:
            proof = _read(ProofResult, files.get("proof.json"), job)
            return ProofReported(at=at, result=proof) if proof else None
        case Step.DRAFT:
            return None  # a draft belongs to an issue, and no run waits for it


def _read(expected: type[Result], raw: bytes | None, job: Job) -> Result | None:
    if raw is None:
        return None
    value = from_wire(expected, json.loads(raw))
    if value.nonce != job.nonce:
        raise ValueError("it answers another dispatch")
    if odd := implausible(value):
        raise ValueError(odd)
    return value


def _lost(job: Job, seen: WorkflowRunView, why: str, at: float) -> JobLost:
    conclusion = seen.conclusion or "no conclusion"
    return JobLost(at=at, nonce=job.nonce, reason=f"The workflow run ended with {conclusion} and {why}: {seen.url}")
