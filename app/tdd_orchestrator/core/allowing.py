"""Commands that let a run go on which a limit or a circuit holds: more money, a circuit closed."""

from dataclasses import replace

from tdd_orchestrator.core.breakers import SYSTEM, resets, worker_circuit
from tdd_orchestrator.core.choosing import Outcome, word
from tdd_orchestrator.core.circuits import workers
from tdd_orchestrator.core.event import Commanded
from tdd_orchestrator.core.run import Reset, Run
from tdd_orchestrator.core.spending import cap
from tdd_orchestrator.core.states import FINAL, RunState


def budget(run: Run, event: Commanded) -> Outcome:
    """`/tdd budget`: how much there is, or a new limit of the run in US dollars."""
    said = event.command.subject
    if not said:
        return f"The run has spent ${run.usd:.2f} of its ${cap(run):.2f}. `/tdd budget +5` allows five dollars more."
    amount = float(said.removeprefix("+"))
    allowed = round(cap(run) + amount if said.startswith("+") else amount, 2)
    if run.state in FINAL:
        return f"The run is over: it is {word(run.state)}."
    return _let_go(replace(run, budget=allowed)), ()


def reset(run: Run, event: Commanded) -> Outcome:
    """`/tdd reset`: a circuit is closed for all runs; it is kept in this one so that the ledger hears of it."""
    what = event.command.subject or "all"
    known = _known_circuits(run)
    if what != "all" and not any(resets(what, name) for name in known):
        return f"There is no circuit {what} here. `/tdd reset all`, or one of {', '.join(known)}."
    if run.state in FINAL:
        return f"The run is over: it is {word(run.state)}."
    run = replace(run, resets=(*run.resets, Reset(what, event.at, event.author)))
    own = resets(what, worker_circuit(run.rules.worker))
    return _let_go(replace(run, reset_at=event.at) if own else run), ()


def _known_circuits(run: Run) -> tuple[str, ...]:
    return tuple(dict.fromkeys((SYSTEM, *map(worker_circuit, workers(run)), *(c.name for c in run.ledger.circuits))))


def _let_go(run: Run) -> Run:
    """A blocked run with tasks goes on; what held it is asked again before anything starts."""
    blocked = run.state is RunState.BLOCKED and bool(run.tasks)
    return replace(run, state=RunState.RUNNING, reason="") if blocked else run
