"""`run.sqlite`: bytes to `Memory` and back, in memory. Only what changed is written, so most pages stay the same."""

import sqlite3
from functools import cache
from itertools import groupby
from typing import TypeVar, get_args

from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.result import StageReport
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.core.task import Attempt, Task
from tdd_orchestrator.core.wire import MalformedWire, from_wire
from tdd_orchestrator.store import rows
from tdd_orchestrator.store.memory import Applied, Memory
from tdd_orchestrator.store.schema import TABLES, VERSION, VIEWS
from tdd_orchestrator.store.sqlite_bytes import believed, opened
from tdd_orchestrator.store.update import update

V = TypeVar("V")
SHOWN = ("id", "digest", "node")
EFFECTS: dict[str, type[Effect]] = {kind.__name__: kind for kind in get_args(Effect)}


def read(database: bytes | None) -> Memory:
    """All that the database says; `Damaged` where a page, a table or a value is wrong, `StateNewer` for a newer app."""
    newer = "The state of this run was written by a newer version of the app."
    return believed(database, _blank(), newer, _memory, MalformedWire, KeyError)


def written(database: bytes, before: Memory, after: Memory) -> bytes:
    """The database (a new one where it is empty) that said `before` and now says `after`, by one SQLite transaction."""
    if not database:
        database, before = _blank(), Memory()
    with opened(database) as connection:
        with connection:
            update(connection, before, after)
        return connection.serialize()


@cache
def _blank() -> bytes:
    with opened(b"") as connection:
        connection.executescript(f"PRAGMA page_size = 4096; {TABLES} {VIEWS} PRAGMA user_version = {VERSION};")
        return connection.serialize()


def _memory(connection: sqlite3.Connection) -> Memory:
    effects = connection.execute("SELECT kind, doc FROM outbox ORDER BY seq")
    shown = connection.execute("SELECT key, id, digest, node FROM shown")
    applied = connection.execute("SELECT txn, at FROM applied ORDER BY seq")
    return Memory(
        run=_read_run(connection),
        outbox=tuple(rows.from_doc(EFFECTS[kind], doc) for kind, doc in effects),
        shown={from_wire(str, key): from_wire(Shown, dict(zip(SHOWN, told, strict=True))) for key, *told in shown},
        applied=tuple(from_wire(Applied, {"txn": txn, "at": at}) for txn, at in applied),
    )


def _read_run(connection: sqlite3.Connection) -> Run | None:
    found = connection.execute("SELECT doc FROM run").fetchall()
    if not found:
        return None
    stages = _grouped(connection, "SELECT task, attempt, doc FROM stage ORDER BY task, attempt, seq", StageReport, 2)
    tries = connection.execute("SELECT task, seq, doc FROM attempt ORDER BY task, seq")
    attempts: dict[str, dict[int, Attempt]] = {}
    for task, seq, doc in tries:
        attempts.setdefault(task, {})[seq] = rows.with_stages(rows.from_doc(Attempt, doc), stages.get((task, seq), ()))
    tasks = {
        key: rows.with_attempts(rows.from_doc(Task, doc), attempts.get(key, {}))
        for key, doc in connection.execute("SELECT key, doc FROM task ORDER BY seq")
    }
    jobs = tuple(rows.from_doc(Job, doc) for (doc,) in connection.execute("SELECT doc FROM job ORDER BY seq"))
    return rows.run_from(found[0][0], tasks, jobs)


def _grouped(
    connection: sqlite3.Connection, query: str, kind: type[V], width: int
) -> dict[tuple[object, ...], tuple[V, ...]]:
    found = groupby(connection.execute(query), key=lambda row: row[:width])
    return {key: tuple(rows.from_doc(kind, row[width]) for row in group) for key, group in found}
