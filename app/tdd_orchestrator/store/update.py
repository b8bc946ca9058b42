"""The rows that differ between two memories, written: what stayed the same is not touched."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.store import rows
from tdd_orchestrator.store.memory import Applied, Memory

V = TypeVar("V")
KEYS = {"task": "key", "job": "nonce", "outbox": "key"}


def update(connection: sqlite3.Connection, before: Memory, after: Memory) -> None:
    """Make a database that says `before` say `after`; the caller has the transaction."""
    _write_run(connection, before.run, after.run)
    _write_list(connection, "outbox", _keyed(before.outbox), _keyed(after.outbox), _effect_row)
    _write_map(connection, "shown", before.shown, after.shown)
    _write_applied(connection, before.applied, after.applied)


def _write_run(connection: sqlite3.Connection, before: Run | None, after: Run | None) -> None:
    if after is None or after == before:
        return
    connection.execute("DELETE FROM run")
    _insert(connection, "run", [rows.run_row(after)])
    tasks_before = {task.key: task for task in before.tasks} if before else {}
    tasks_after = {task.key: task for task in after.tasks}
    for key in [key for key, task in tasks_before.items() if tasks_after.get(key) != task]:
        for table in ("attempt", "stage", "usage"):
            connection.execute(f"DELETE FROM {table} WHERE task = ?", (key,))  # noqa: S608 names of ours
    for task in [task for key, task in tasks_after.items() if tasks_before.get(key) != task]:
        _insert(connection, "attempt", rows.attempt_rows(task))
        _insert(connection, "stage", rows.stage_rows(task))
        _insert(connection, "usage", rows.usage_rows(task))
    _write_list(connection, "task", tasks_before, tasks_after, rows.task_row)
    connection.execute("DELETE FROM usage WHERE task = ''")
    _insert(connection, "usage", rows.plan_usage_rows(after))
    jobs_before = {job.nonce: job for job in before.jobs} if before else {}
    _write_list(connection, "job", jobs_before, {job.nonce: job for job in after.jobs}, rows.job_row)


def _write_list(
    connection: sqlite3.Connection,
    table: str,
    before: Mapping[str, V],
    after: Mapping[str, V],
    row: Callable[[V, int], rows.Row],
) -> None:
    """Values in order. A `seq` only grows along the list, so one that keeps its place keeps its row."""
    key = KEYS[table]
    seqs: dict[str, int] = dict(connection.execute(f"SELECT {key}, seq FROM {table}"))  # noqa: S608 names of ours
    last, newest = 0, max(seqs.values(), default=0)
    for name in before.keys() - after.keys():
        connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (name,))  # noqa: S608 names of ours
    for name, value in after.items():
        seq = seqs.get(name, 0)
        if seq <= last:
            seq = newest = newest + 1
        if seq != seqs.get(name) or before.get(name) != value:
            _insert(connection, table, [row(value, seq)])
        last = seq


def _write_map(
    connection: sqlite3.Connection, table: str, before: Mapping[str, Shown], after: Mapping[str, Shown]
) -> None:
    changed = [(key, shown) for key, shown in after.items() if before.get(key) != shown]
    _insert(connection, table, [rows.cells(key, shown.id, shown.digest, shown.node) for key, shown in changed])


def _write_applied(connection: sqlite3.Connection, before: tuple[Applied, ...], after: tuple[Applied, ...]) -> None:
    known = {one.txn for one in before}
    new = [(None, *rows.cells(one.txn, one.at)) for one in after if one.txn not in known]
    _insert(connection, "applied", new)
    oldest = "SELECT seq FROM applied ORDER BY seq DESC LIMIT 1 OFFSET ?"
    connection.execute(f"DELETE FROM applied WHERE seq <= ({oldest})", (len(after),))  # noqa: S608 text of ours


def _insert(connection: sqlite3.Connection, table: str, new: Iterable[rows.Row]) -> None:
    for row in new:
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608 names of ours


def _effect_row(effect: Effect, seq: int) -> rows.Row:
    return rows.cells(effect.key, seq, type(effect).__name__, rows.doc(effect))


def _keyed(effects: tuple[Effect, ...]) -> dict[str, Effect]:
    return {effect.key: effect for effect in effects}
