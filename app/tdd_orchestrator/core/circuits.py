"""What keeps new work from starting: money, calls, and workers or a system that keep failing. Derived from the run's
values, and from what it has seen of the repository's ledger.

A task's own attempts are counted in `working`; this is about all tasks together. Nothing of the run is a counter that
could be reset by oscillation: attempts are never forgotten, and `/tdd reset` only says from when on they count.
"""

from dataclasses import dataclass

from tdd_orchestrator.core.breakers import SYSTEM, Circuit, CircuitState, resets, worker_circuit
from tdd_orchestrator.core.ledger_view import utc
from tdd_orchestrator.core.result import StageState, Step
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.spending import Cap, caps, is_free
from tdd_orchestrator.core.task import Attempt

CALLS, WORKER = "calls", "worker"


@dataclass(frozen=True, slots=True)
class Trip:
    """Why nothing new may start: `by` is the cap or circuit, `reason` says how much, and what to do."""

    by: str
    reason: str


def calls(run: Run) -> int:
    """Calls of models so far, planning included."""
    return sum(usage.calls for usage in run.usage)


def failures_in_a_row(run: Run) -> int:
    """How many attempts in a row were refused, newest first, whatever their task; lost runners are not the worker's."""
    since = max(run.reset_at, _forgiven(run))
    ended = [a for task in run.tasks for a in task.attempts if _counts(a) and (a.ended_at or 0.0) > since]
    row = 0
    for attempt in sorted(ended, key=lambda attempt: -(attempt.ended_at or 0.0)):
        if attempt.accepted:
            break
        row += 1
    return row


def tripped(run: Run, at: float) -> Trip | None:
    """Why nothing new may start in this run at all, the worker of single tasks aside; None where it may."""
    for each in caps(run, at):
        if each.spent >= each.limit:
            return Trip(each.name, _spent(each))
        if each.left <= 0 and not run.open_jobs() and _pays(run):
            return Trip(each.name, _reserved(each))
    if calls(run) >= run.rules.max_invocations:
        told = f"The run has called models {calls(run)} times, which is its limit."
        return Trip(CALLS, f"{told} Raise `budget.max_invocations` on the base branch, and it goes on.")
    system = _refused(run, SYSTEM, at)
    if system is not None:
        return Trip(SYSTEM, _held_back(system, at))
    row = failures_in_a_row(run)
    if row >= run.rules.worker_max_consecutive and _refused(run, worker_circuit(run.rules.worker), at) is None:
        told = f"The worker {run.rules.worker} has failed {row} times in a row, over all tasks."
        return Trip(
            WORKER, f"{told} Look at what it was told, then `/tdd reset worker:{run.rules.worker}` lets it go on."
        )
    return None


def refused(run: Run, worker: str, at: float) -> Trip | None:
    """Why this worker gets no new task now; None where it may have one."""
    circuit = _refused(run, worker_circuit(worker), at)
    return None if circuit is None else Trip(circuit.name, _held_back(circuit, at))


def holding(run: Run, at: float) -> tuple[str, ...]:
    """The circuits that keep a blocked run from going on, if all of them may be probed now; else nothing."""
    names = (SYSTEM, *(worker_circuit(worker) for worker in workers(run)))
    shut = [circuit for name in names if (circuit := _refused(run, name, at)) is not None]
    if run.held not in (*names, WORKER) or not shut:
        return ()
    return tuple(circuit.name for circuit in shut) if all(at >= circuit.until for circuit in shut) else ()


def _pays(run: Run) -> bool:
    return not all(is_free(worker) for worker in workers(run))


def workers(run: Run) -> tuple[str, ...]:
    """Everybody who works in this run, the configured worker first."""
    return tuple(dict.fromkeys((run.rules.worker, *(task.worker for task in run.tasks if task.worker))))


def _spent(cap: Cap) -> str:
    much = f"${cap.spent:.2f} of its ${cap.limit:.2f}"
    match cap.name:
        case "run":
            spent = f"The run has spent {much}."
            return f"{spent} `/tdd budget +5` allows five dollars more and goes on; `/tdd cancel` ends it."
        case "day":
            spent = f"Today the repository has spent {much} (all pull requests)."
            return f"{spent} It goes on tomorrow at 00:00 UTC, or when `budget.per_day` on the base branch is raised."
        case _:
            spent = f"The repository has spent {much} (all pull requests)."
            return f"{spent} Raise `budget.per_repo` on the base branch, and it goes on."


def _reserved(cap: Cap) -> str:
    told = f"${cap.spent:.2f} of the {cap.name}'s ${cap.limit:.2f} is spent"
    return f"{told}, and jobs of other pull requests may take the other ${cap.reserved:.2f}: it goes on when they end."


def _held_back(circuit: Circuit, at: float) -> str:
    helps = f"`/tdd reset {circuit.name}` lets it go on now."
    if circuit.state is CircuitState.HALF_OPEN:
        return f"{circuit.reason} Pull request #{circuit.probe} tries it with one job, and then all go on. {helps}"
    when = f"at {utc(circuit.until)}" if circuit.until > at else "soon"
    return f"{circuit.reason} One job tries it again {when}; {helps}"


def _refused(run: Run, name: str, at: float) -> Circuit | None:
    """The circuit of that name, if it lets this run start nothing now."""
    circuit = run.ledger.circuit(name)
    if circuit is None or circuit.state is CircuitState.CLOSED:
        return None
    if any(reset.at >= circuit.since and resets(reset.what, name) for reset in run.resets):
        return None
    if circuit.state is CircuitState.HALF_OPEN and circuit.probe == run.number and _may_probe(run, circuit):
        return None
    return circuit


def _may_probe(run: Run, circuit: Circuit) -> bool:
    """A probe is one job: the next starts when it ended well."""
    jobs = [job for job in run.jobs if job.step is not Step.PROVE and job.asked_at >= circuit.since]
    ended = [a for task in run.tasks for a in task.attempts if a.accepted and a.started_at >= circuit.since]
    return not jobs or bool(ended) or any(job.accepted for job in jobs)


def _forgiven(run: Run) -> float:
    """When the circuit of the run's worker was last closed, or this run became its probe: what was before is over."""
    circuit = run.ledger.circuit(worker_circuit(run.rules.worker))
    if circuit is None or circuit.state is CircuitState.OPEN:
        return 0.0
    ours = circuit.state is CircuitState.CLOSED or circuit.probe == run.number
    return circuit.since if ours else 0.0


def _counts(attempt: Attempt) -> bool:
    """Refusals of what a person wrote, and questions, say nothing against the worker."""
    asked = bool(attempt.stages) and attempt.stages[-1].state is StageState.ASKED
    return attempt.accepted is not None and bool(attempt.stages) and not attempt.by and not asked
