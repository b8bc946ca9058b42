"""The repository's ledger on a terminal: money against the caps, workers, and circuits that are not closed."""

from collections.abc import Iterator

from tdd_orchestrator.cli.output import visible
from tdd_orchestrator.core.breakers import Circuit, CircuitState
from tdd_orchestrator.core.ledger import Ledger
from tdd_orchestrator.core.ledger_view import day, iso_day, utc
from tdd_orchestrator.core.settings import BudgetSettings
from tdd_orchestrator.report.words import count, usd


def ledger_lines(ledger: Ledger, budget: BudgetSettings, at: float) -> Iterator[str]:
    """The ledger at a moment, in epoch seconds."""
    today = f"{usd(ledger.usd(on=day(at)))} of at most {usd(budget.per_day)} today"
    ever = f"{usd(ledger.usd())} of at most {usd(budget.per_repo)} in all"
    yield f"All pull requests ({count(len(ledger.runs), 'run')}): {today}, {ever}"
    for worker in sorted({row.worker for row in ledger.rows.values() if row.task and row.worker}):
        rows = [row for row in ledger.rows.values() if row.task and row.worker == worker]
        accepted, spent = sum(1 for row in rows if row.accepted), sum(row.usd for row in rows)
        yield f"  {visible(worker)}: {accepted} of {count(len(rows), 'attempt')} accepted, {usd(spent)}"
    yield from (_circuit(circuit) for circuit in ledger.circuits.values() if circuit.state is not CircuitState.CLOSED)


def _circuit(circuit: Circuit) -> str:
    when = f"tried again from {iso_day(circuit.until)} {utc(circuit.until)}"
    when = f"#{circuit.probe} tries it" if circuit.probe else when
    state = circuit.state.value.replace("_", "-")
    return f"  {visible(circuit.name)} is {state}: {visible(circuit.reason)} ({when})"
