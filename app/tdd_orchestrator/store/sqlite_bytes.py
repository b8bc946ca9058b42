"""A SQLite database as bytes: opened in memory, and believed only where its pages, version and tables are ours."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

from tdd_orchestrator.core.errors import TddError

V = TypeVar("V")


class Damaged(Exception):
    """A database that cannot be trusted; the text says why, in one clause."""


class StateNewer(TddError):
    """This was written by a newer version of the app."""


@contextmanager
def opened(database: bytes) -> Iterator[sqlite3.Connection]:
    """A connection to these bytes, or to a new database where there are none."""
    with closing(sqlite3.connect(":memory:")) as connection:
        if database:
            connection.deserialize(database)
        connection.execute("PRAGMA trusted_schema = OFF")
        yield connection


def believed(
    database: bytes | None,
    blank: bytes,
    newer: str,
    values: Callable[[sqlite3.Connection], V],
    *broken: type[Exception],
) -> V:
    """What `values` reads of the database, which must be made as `blank` is.

    `Damaged` where a page, a table or a value is wrong (`broken` are the errors of reading one), `StateNewer`, which
    says `newer`, where a newer app wrote it.
    """
    if not database:
        raise Damaged("it is missing" if database is None else "it is empty")
    faults: tuple[type[Exception], ...] = (sqlite3.Error, OverflowError, *broken)
    try:
        with opened(database) as connection, opened(blank) as expected:
            _trust(connection, expected, newer)
            return values(connection)
    except faults as wrong:
        raise Damaged(str(wrong).rstrip(".")) from wrong


def _trust(connection: sqlite3.Connection, expected: sqlite3.Connection, newer: str) -> None:
    """Bit rot inside a page passes `deserialize`; triggers and tables that are not ours would pass everything else."""
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise Damaged(str(verdict).splitlines()[-1])
    version, known = (each.execute("PRAGMA user_version").fetchone()[0] for each in (connection, expected))
    if version > known:
        remedy = f"Update the app: it knows versions up to {known}, and this is version {version}."
        raise StateNewer(newer, remedy=remedy)
    if version < known:
        raise Damaged(f"its version is {version} and not {known}")
    if _schema(connection) != _schema(expected):
        raise Damaged("its tables are not the ones that the app makes")


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return list(connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name"))
