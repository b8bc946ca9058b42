"""Circuit breakers that outlive a run: a worker that keeps failing, and a system in which too many jobs are lost. Pure.

Closed lets work start, open does not, half-open lets one probe start after a while: the probe closes it or opens it
anew. `failures` and `opened` only ever grow; what is reset is the row of failures, by success or by a person.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

SYSTEM = "system"
HUMAN = "human"
PEOPLE = frozenset({HUMAN})
"""Workers that are no machines: nobody stops giving a person work because of a row of failures."""


class CircuitState(StrEnum):
    """How a circuit stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


S = CircuitState
NEXT_CIRCUIT: dict[CircuitState, frozenset[CircuitState]] = {
    S.CLOSED: frozenset({S.OPEN}),
    S.OPEN: frozenset({S.HALF_OPEN, S.CLOSED}),
    S.HALF_OPEN: frozenset({S.OPEN, S.CLOSED}),
}


@dataclass(frozen=True, slots=True)
class Circuit:
    """One circuit: `system` or `worker:claude`. Times are epoch seconds; `since` is when it came into this state.

    `in_a_row` counts failures without a success between them, up to the outcome at `counted_to`. `probe` is the pull
    request that may try while it is half-open. `pause_s` is how long it stays open before that.
    """

    name: str
    state: CircuitState = CircuitState.CLOSED
    since: float = 0.0
    in_a_row: int = 0
    failures: int = 0
    opened: int = 0
    counted_to: float = 0.0
    probe: int = 0
    pause_s: float = 1800.0
    reason: str = ""

    @property
    def until(self) -> float:
        """When an open circuit may be probed, and when a probe that never ended may be repeated."""
        return self.since + self.pause_s


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a circuit from state to state; `why` is one sentence for people."""

    circuit: str
    before: CircuitState
    after: CircuitState
    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended, as circuits see it. `good` is None where the runner or GitHub is to blame and not the worker."""

    number: int
    started_at: float
    at: float
    good: bool | None
    is_task: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """After how many in a row a circuit opens, and for how many seconds before a probe."""

    worker: int = 5
    system: int = 10
    pause_s: float = 1800.0


def worker_circuit(worker: str) -> str:
    """The name of a worker's circuit."""
    return f"worker:{worker}"


def resets(what: str, name: str) -> bool:
    """Whether a reset of `all`, `system`, or `worker:claude` (its models included) is one of this circuit."""
    return what in ("all", name) or name.startswith(f"{what}/")


def worker_counted(circuit: Circuit, outcome: Outcome, limits: Limits) -> Circuit:
    """After one more outcome of this worker: lost jobs say nothing about it, and a plan only decides a probe."""
    if outcome.at < circuit.counted_to or (outcome.good is None and not _is_probe(circuit, outcome)):
        return circuit
    if not outcome.is_task and not _is_probe(circuit, outcome):
        return circuit
    worker = circuit.name.removeprefix("worker:")
    told = f"The worker {worker} has failed {circuit.in_a_row + 1} times in a row, over all pull requests."
    return _counted(circuit, outcome, outcome.good, limits.worker, limits.pause_s, told)


def system_counted(circuit: Circuit, outcome: Outcome, limits: Limits) -> Circuit:
    """After one more job of any worker: what was lost counts, what came to an end shows that the system works."""
    if outcome.at < circuit.counted_to:
        return circuit
    told = f"{circuit.in_a_row + 1} jobs in a row were lost, whatever the pull request and the worker."
    return _counted(circuit, outcome, outcome.good is not None, limits.system, limits.pause_s, told)


def opened(circuit: Circuit, at: float, why: str, pause_s: float) -> Circuit:
    """The circuit open since now."""
    return replace(
        circuit, state=S.OPEN, since=at, opened=circuit.opened + 1, probe=0, reason=why, pause_s=max(pause_s, 0.0)
    )


def closed(circuit: Circuit, at: float) -> Circuit:
    """The circuit closed since now; nothing counts in a row any more."""
    return replace(circuit, state=S.CLOSED, since=at, in_a_row=0, probe=0, reason="")


def probed(circuit: Circuit, number: int, at: float) -> Circuit | None:
    """The circuit half-open with this pull request as its probe; None where it is not time, or another's turn."""
    if circuit.state is S.CLOSED or at < circuit.until:
        return circuit if circuit.state is S.HALF_OPEN and circuit.probe == number else None
    return replace(circuit, state=S.HALF_OPEN, since=at, probe=number)


def _is_probe(circuit: Circuit, outcome: Outcome) -> bool:
    ours = circuit.state is S.HALF_OPEN and outcome.number == circuit.probe
    return ours and outcome.started_at >= circuit.since


def _counted(circuit: Circuit, outcome: Outcome, good: bool | None, most: int, pause_s: float, why: str) -> Circuit:
    after = replace(
        circuit,
        counted_to=max(outcome.at, circuit.counted_to),
        in_a_row=0 if good else circuit.in_a_row + 1,
        failures=circuit.failures if good else circuit.failures + 1,
    )
    if circuit.state is S.CLOSED:
        return opened(after, outcome.at, why, pause_s) if after.in_a_row >= most else after
    if not _is_probe(circuit, outcome):
        return replace(after, in_a_row=max(after.in_a_row, circuit.in_a_row))  # only a probe closes
    if good:
        return closed(after, outcome.at)
    return opened(after, outcome.at, f"{circuit.reason} So did the one that tried it again.", pause_s)
