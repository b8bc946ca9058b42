"""`repo.sqlite`: the ledger as tables and back. A column for each field of its values, which are plain ones.

Raise `VERSION` with every change of those: another version, or other tables, is made anew from the runs by the sweep.
"""

import sqlite3
import types
from collections.abc import Iterable
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_type_hints

from tdd_orchestrator.core.breakers import Circuit, Transition
from tdd_orchestrator.core.ledger import Ledger
from tdd_orchestrator.core.ledger_rows import LedgerRow, RunSummary
from tdd_orchestrator.store.rows import cells
from tdd_orchestrator.store.sqlite_bytes import believed, opened

VERSION = 1
TABLES: tuple[tuple[str, type[Any], str], ...] = (
    ("attempt", LedgerRow, "nonce"),
    ("run", RunSummary, "number"),
    ("circuit", Circuit, "name"),
)
STEPS = "transition"
VIEWS = """
CREATE VIEW v_days AS
SELECT date(at, 'unixepoch') AS day, count(*) AS attempts, sum(calls) AS calls, round(total(usd), 4) AS usd
FROM attempt GROUP BY day ORDER BY day DESC;
CREATE VIEW v_workers AS
SELECT worker, model, count(*) AS attempts, sum(accepted) AS accepted, round(total(usd), 4) AS usd,
  round(avg(seconds) / 60, 1) AS minutes
FROM attempt WHERE task <> '' GROUP BY worker, model;
CREATE VIEW v_runs AS
SELECT number AS pr, title, state, landed || ' of ' || tasks AS landed, round(usd, 4) AS usd,
  datetime(opened_at, 'unixepoch') AS opened, datetime(ended_at, 'unixepoch') AS ended
FROM run ORDER BY number DESC;
"""
V = TypeVar("V")


def read(database: bytes | None) -> Ledger:
    """The ledger; `Damaged` where a page, a table or a value is wrong, `StateNewer` for a newer app's."""
    newer = "The repository's ledger was written by a newer version of the app."
    return believed(database, _blank(), newer, _ledger, ValueError, TypeError)


def written(database: bytes, before: Ledger, after: Ledger) -> bytes:
    """The database (a new one where it is empty) that said `before` and now says `after`: only what changed."""
    if not database:
        database, before = _blank(), Ledger()
    with opened(database) as connection:
        with connection:
            for table, old, new in zip(TABLES, _parts(before), _parts(after), strict=True):
                _insert(connection, table[0], [value for key, value in new.items() if old.get(key) != value])
            if before.transitions != after.transitions:
                connection.execute(f"DELETE FROM {STEPS}")  # noqa: S608 names of ours
                _insert(connection, STEPS, after.transitions, numbered=True)
        return connection.serialize()


def _parts(ledger: Ledger) -> tuple[dict[Any, Any], ...]:
    return dict(ledger.rows), dict(ledger.runs), dict(ledger.circuits)


@cache
def _blank() -> bytes:
    tables = [
        f"CREATE TABLE {name} ({_columns(kind)}, PRIMARY KEY ({key})) WITHOUT ROWID;" for name, kind, key in TABLES
    ]
    steps = f"CREATE TABLE {STEPS} (seq INTEGER PRIMARY KEY, {_columns(Transition)});"
    with opened(b"") as connection:
        script = f"PRAGMA page_size = 4096; {' '.join(tables)} {steps} {VIEWS} PRAGMA user_version = {VERSION};"
        connection.executescript(script)
        return connection.serialize()


def _columns(kind: type[Any]) -> str:
    types_of = {str: "TEXT", int: "INTEGER", float: "REAL", bool: "INTEGER"}
    hints = get_type_hints(kind)
    return ", ".join(f"{each.name} {types_of.get(_plain(hints[each.name]), 'TEXT')}" for each in fields(kind))


def _plain(hint: Any) -> type[Any]:
    """The type itself, of `type | None` too."""
    inner = [each for each in getattr(hint, "__args__", ()) if each is not types.NoneType]
    found: type[Any] = inner[0] if inner else hint
    return found


def _ledger(connection: sqlite3.Connection) -> Ledger:
    rows, runs, circuits = (_values(connection, name, kind) for name, kind, _ in TABLES)
    return Ledger(
        rows={row.nonce: row for row in rows},
        runs={run.number: run for run in runs},
        circuits={circuit.name: circuit for circuit in circuits},
        transitions=tuple(_values(connection, f"{STEPS} ORDER BY seq", Transition)),
    )


def _values(connection: sqlite3.Connection, table: str, kind: type[V]) -> list[V]:
    hints = get_type_hints(kind)
    kinds = {each.name: hints[each.name] for each in fields(kind)}  # type: ignore[arg-type]
    found = connection.execute(f"SELECT {', '.join(kinds)} FROM {table}")  # noqa: S608 names of ours
    return [kind(**{name: _value(kinds[name], cell) for name, cell in zip(kinds, row, strict=True)}) for row in found]


def _value(hint: Any, cell: object) -> object:
    if cell is None:
        if hint is not _plain(hint):
            return None
        raise ValueError("a value is missing")
    plain = _plain(hint)
    return plain(cell) if plain in (bool, float) or issubclass(plain, Enum) else _of(plain, cell)


def _of(plain: type[Any], cell: object) -> object:
    if type(cell) is not plain:
        raise ValueError(f"{cell!r} is no {plain.__name__}")
    return cell


def _insert(connection: sqlite3.Connection, table: str, new: Iterable[Any], *, numbered: bool = False) -> None:
    for seq, value in enumerate(new):
        row = cells(*(_cell(getattr(value, each.name)) for each in fields(value)))
        row = (seq, *row) if numbered else row
        connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608


def _cell(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else int(value) if isinstance(value, bool) else value
