"""The repository's ledger: what every ended attempt took, which runs there were, and the circuits. Values, and pure.

All of it follows from runs: `noted` adds what a run says, and adding it twice is adding it once. So a write that was
lost is made good by noting the run again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tdd_orchestrator.core import breakers
from tdd_orchestrator.core.breakers import PEOPLE, SYSTEM, Circuit, CircuitState, Limits, Outcome, Transition
from tdd_orchestrator.core.figures import figures
from tdd_orchestrator.core.ledger_rows import ASIDE, DRAFT_S, LedgerRow, RunSummary, joined, rows, summary
from tdd_orchestrator.core.ledger_view import LedgerView, day
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Reset, Run

MOST_WORKERS = "Most workers keep failing."
KEPT_TRANSITIONS = 1_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """What outlives runs. `rows` are by nonce, `runs` by number, `circuits` by name; `transitions` oldest first."""

    rows: Mapping[str, LedgerRow] = field(default_factory=dict)
    runs: Mapping[int, RunSummary] = field(default_factory=dict)
    circuits: Mapping[str, Circuit] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()

    def usd(self, *, without: int = 0, on: int | None = None) -> float:
        """US dollars of all rows, without those of a pull request, or of one day (since the epoch, UTC) alone."""
        spent = (r for r in self.rows.values() if r.stage != ASIDE)
        return sum(r.usd for r in spent if r.number != without and (on is None or day(r.at) == on))

    def aside(self, at: float, *, without: str = "") -> float:
        """US dollars that drafts in progress may still spend, without that of one nonce."""
        waiting = (r for r in self.rows.values() if r.stage == ASIDE and at <= r.at + DRAFT_S)
        return sum(r.usd for r in waiting if r.nonce != without)


def noted(ledger: Ledger, run: Run) -> Ledger:
    """The ledger with all that this run says; what it says already is not counted twice."""
    said = rows(run)
    fresh = [row for row in said if row.nonce not in ledger.rows]
    merged = {row.nonce: joined(ledger.rows[row.nonce], row) if row.nonce in ledger.rows else row for row in said}
    ledger = replace(ledger, rows={**ledger.rows, **merged}, runs={**ledger.runs, run.number: _summary(ledger, run)})
    for row in sorted((row for row in fresh if row.accepted is not None or row.lost), key=lambda row: row.at):
        ledger = _counted(ledger, row, limits(run.rules))
    for reset in run.resets:
        ledger = _reset(ledger, reset)
    return ledger


def added(ledger: Ledger, row: LedgerRow) -> Ledger:
    """The ledger with what was spent, or is set aside, outside of any run, such as a draft for an issue; it moves no
    circuit.
    """
    old = ledger.rows.get(row.nonce)
    if old is not None and row.stage == ASIDE:
        return ledger
    fresh = old is None or old.stage == ASIDE
    return replace(ledger, rows={**ledger.rows, row.nonce: row if fresh or old is None else joined(old, row)})


def probed(ledger: Ledger, names: tuple[str, ...], number: int, at: float) -> Ledger:
    """The ledger with this pull request as the probe of all these circuits, or unchanged where it may not be."""
    changed = ledger
    for name in names:
        circuit = changed.circuits.get(name)
        if circuit is None or circuit.state is CircuitState.CLOSED:
            continue
        half_open = breakers.probed(circuit, number, at)
        if half_open is None:
            return ledger
        changed = _with(changed, half_open, at, f"Pull request #{number} may try it with one job.")
    return changed


def view(ledger: Ledger, number: int, at: float, *, with_figures: bool = False) -> LedgerView:
    """What the run of this pull request has to know of all the others."""
    others = (run.reserved_usd for run in ledger.runs.values() if run.number != number and at <= run.reserved_until)
    return LedgerView(
        at=at,
        day_usd=round(ledger.usd(without=number, on=day(at)), 6),
        repo_usd=round(ledger.usd(without=number), 6),
        reserved_usd=round(sum(others) + ledger.aside(at), 6),
        circuits=tuple(circuit for _, circuit in sorted(ledger.circuits.items()) if circuit.opened),
        figures=figures(ledger.rows.values()) if with_figures else (),
    )


def limits(rules: Rules) -> Limits:
    """The circuits' thresholds, from the configuration."""
    return Limits(rules.worker_max_consecutive, rules.system_max_consecutive, rules.pause_minutes * 60.0)


def _summary(ledger: Ledger, run: Run) -> RunSummary:
    """A run begun anew after its state was deleted keeps its number: the newer one stands."""
    known, new = ledger.runs.get(run.number), summary(run)
    return known if known is not None and known.opened_at > new.opened_at else new


def _counted(ledger: Ledger, row: LedgerRow, limits: Limits) -> Ledger:
    outcome = Outcome(row.number, row.at - row.seconds, row.at, row.accepted, is_task=bool(row.task))
    if row.worker and row.worker not in PEOPLE:
        worker = _circuit(ledger, breakers.worker_circuit(row.worker))
        ledger = _with(ledger, breakers.worker_counted(worker, outcome, limits), row.at)
    ledger = _with(ledger, breakers.system_counted(_circuit(ledger, SYSTEM), outcome, limits), row.at)
    return _weighed(ledger, row.at, limits)


def _weighed(ledger: Ledger, at: float, limits: Limits) -> Ledger:
    """The system is open while most of several workers are, and no longer."""
    workers = [circuit for name, circuit in ledger.circuits.items() if name != SYSTEM]
    failing = [circuit for circuit in workers if circuit.state is not CircuitState.CLOSED]
    most = len(workers) > 1 and 2 * len(failing) > len(workers)
    system = _circuit(ledger, SYSTEM)
    if most and system.state is CircuitState.CLOSED:
        return _with(ledger, breakers.opened(system, at, MOST_WORKERS, limits.pause_s), at)
    if not most and system.state is not CircuitState.CLOSED and system.reason.startswith(MOST_WORKERS):
        return _with(ledger, breakers.closed(system, at), at, "Most workers do their work again.")
    return ledger


def _reset(ledger: Ledger, reset: Reset) -> Ledger:
    for name, circuit in ledger.circuits.items():
        if circuit.state is not CircuitState.CLOSED and circuit.since <= reset.at and breakers.resets(reset.what, name):
            ledger = _with(ledger, breakers.closed(circuit, reset.at), reset.at, f"Reset by @{reset.by}.")
    return ledger


def _circuit(ledger: Ledger, name: str) -> Circuit:
    return ledger.circuits.get(name) or Circuit(name)


def _with(ledger: Ledger, circuit: Circuit, at: float, why: str = "") -> Ledger:
    """The ledger with this circuit, and a row where that is a step to another state."""
    before = _circuit(ledger, circuit.name)
    step = Transition(circuit.name, before.state, circuit.state, at, why or circuit.reason or "It works again.")
    moved = (before.state, before.since) != (circuit.state, circuit.since)
    return replace(
        ledger,
        circuits={**ledger.circuits, circuit.name: circuit},
        transitions=(*ledger.transitions, step)[-KEPT_TRANSITIONS:] if moved else ledger.transitions,
    )
