"""Memory: the run in SQLite on the state branch. The only room that knows dulwich and sqlite3's rows."""

from tdd_orchestrator.store.ledger import LedgerStore
from tdd_orchestrator.store.pace import Pace
from tdd_orchestrator.store.sqlite_bytes import StateNewer
from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import Change, Conflict, Entry, Loaded, StateRefused, StateUnreachable

__all__ = [
    "Change",
    "Conflict",
    "Entry",
    "LedgerStore",
    "Loaded",
    "Pace",
    "StateNewer",
    "StateRefused",
    "StateStore",
    "StateUnreachable",
]
