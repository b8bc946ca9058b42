"""The repository's ledger on its ref: written by several at once, damaged, read back, looked at by people."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.breakers import Circuit, Transition
from tdd_orchestrator.core.ledger import Ledger, noted
from tdd_orchestrator.core.ledger_rows import LedgerRow, RunSummary
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.store import Conflict, ledger_database
from tdd_orchestrator.store.ledger import LedgerStore
from tdd_orchestrator.store.sqlite_bytes import Damaged, StateNewer
from tdd_orchestrator.store.state import StateStore
from world.arbitrary import anything
from world.git_server import GitServer
from world.runs import spent
from world.state_world import files_of, put, put_files

NewStore = Callable[[], StateStore]
REF = "refs/heads/tdd-state/repo"


def ledger_of(store: StateStore) -> LedgerStore:
    return LedgerStore(store.refs, store.prefix)


async def note(ledger: LedgerStore, *runs: Run) -> Ledger:
    def changed(book: Ledger) -> Ledger:
        for each in runs:
            book = noted(book, each)
        return book

    return (await ledger.change(changed)).ledger


async def test_what_was_noted_is_there_for_another_process_beside_the_runs(
    store: StateStore, new_store: NewStore, server: GitServer
) -> None:
    await put(store, "first")
    first = await note(ledger_of(store), spent(1), spent(2), spent(3))
    found = await ledger_of(new_store()).load()
    assert found.ledger == first
    assert found.ledger.usd() == 0.75
    assert [t.circuit for t in found.ledger.transitions] == ["worker:claude"]
    assert await store.runs() == ("pr-42",)
    assert server.git("rev-list", "--count", REF) == "1"
    assert sorted(files_of(server.url, REF)[1]) == ["README.md", "repo.sqlite"]
    assert b"git fetch origin tdd-state/repo" in files_of(server.url, REF)[1]["README.md"]


async def test_what_is_noted_again_is_not_pushed(store: StateStore, server: GitServer) -> None:
    ledger = ledger_of(store)
    await note(ledger, spent(1))
    before = files_of(server.url, REF)[0]
    await note(ledger, spent(1))
    assert files_of(server.url, REF)[0] == before


async def test_several_writers_lose_nothing_and_count_nothing_twice(new_store: NewStore) -> None:
    async def write(store: StateStore, numbers: range) -> None:
        ledger = ledger_of(store)
        for number in numbers:
            while True:  # who is turned away comes again, as the bookkeeping does
                try:
                    await note(ledger, spent(number))
                except Conflict:
                    continue
                break

    await asyncio.gather(*(write(new_store(), range(start, start + 5)) for start in (1, 4, 7, 10)))
    found = (await ledger_of(new_store()).load()).ledger
    assert sorted(found.runs) == list(range(1, 15))
    assert found.usd() == pytest.approx(0.25 * 14)
    assert found.circuits["worker:claude"].opened == 1


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, None], ids=["empty", "garbage", "missing"])
async def test_a_damaged_ledger_is_told_and_filled_again(
    store: StateStore, new_store: NewStore, server: GitServer, content: bytes | None
) -> None:
    await note(ledger_of(store), spent(1), spent(2))
    put_files(server.url, {"repo.sqlite": content}, REF)
    ledger = ledger_of(new_store())
    found = await ledger.load()
    assert "made anew from the runs" in found.damage
    assert (await note(ledger, spent(1), spent(2))).usd() == 0.5
    assert (await ledger_of(new_store()).load()).damage == ""


def test_a_newer_apps_ledger_is_left_alone() -> None:
    database = ledger_database.written(b"", Ledger(), Ledger())
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database)
        connection.execute("PRAGMA user_version = 99")
        with pytest.raises(StateNewer, match="Update the app"):
            ledger_database.read(connection.serialize())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attempt SET usd = NULL",
        "UPDATE attempt SET stage = 3",
        "UPDATE circuit SET state = 'ajar'",
        "DROP TABLE run",
        "PRAGMA user_version = 0",
    ],
)
def test_a_value_without_sense_is_damage(statement: str) -> None:
    database = ledger_database.written(b"", Ledger(), noted(Ledger(), spent(1)))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database)
        connection.executescript(statement.replace("stage = 3", "stage = x'00ff'"))
        with pytest.raises(Damaged):
            ledger_database.read(connection.serialize())


LEDGERS = st.builds(
    Ledger,
    rows=st.lists(anything(LedgerRow), max_size=3).map(lambda rows: {row.nonce: row for row in rows}),
    runs=st.lists(anything(RunSummary), max_size=3).map(lambda runs: {run.number: run for run in runs}),
    circuits=st.lists(anything(Circuit), max_size=3).map(lambda found: {one.name: one for one in found}),
    transitions=st.lists(anything(Transition), max_size=3).map(tuple),
)


def is_storable(ledger: Ledger) -> bool:
    """Numbers of 64 bits: what pull requests, tokens and calls come to."""
    values: tuple[LedgerRow | RunSummary | Circuit, ...] = (
        *ledger.rows.values(),
        *ledger.runs.values(),
        *ledger.circuits.values(),
    )
    numbers = (getattr(value, each.name) for value in values for each in fields(value))
    return all(abs(number) < 2**63 for number in numbers if isinstance(number, int))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(LEDGERS.filter(is_storable), LEDGERS.filter(is_storable))
def test_every_ledger_is_read_back_as_it_was_written(first: Ledger, second: Ledger) -> None:
    database = ledger_database.written(b"", Ledger(), first)
    assert ledger_database.read(database) == first
    grown = replace(second, rows={**first.rows, **second.rows}, runs={**first.runs, **second.runs})
    grown = replace(grown, circuits={**first.circuits, **second.circuits})
    assert ledger_database.read(ledger_database.written(database, first, grown)) == grown


def test_people_can_read_it() -> None:
    book = Ledger()
    for number in (1, 2):
        book = noted(book, spent(number))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(ledger_database.written(b"", Ledger(), book))
        assert connection.execute("SELECT * FROM v_days").fetchall() == [("1970-01-01", 2, 4, 0.5)]
        assert connection.execute("SELECT worker, attempts, accepted, usd FROM v_workers").fetchall() == [
            ("claude", 2, 0, 0.5)
        ]
        assert [row[0] for row in connection.execute("SELECT pr FROM v_runs")] == [2, 1]
