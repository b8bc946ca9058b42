"""How the inbox's database is opened: pragmas for SQLite, the schema, and whose clock counts.

A 202 is a promise, so SQLite runs with synchronous=FULL. Python's own transaction handling is switched off: it would
begin transactions as readers, and a reader that turns into a writer may meet SQLITE_BUSY.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.inbox.tables import metadata

Now = Callable[[Connection], float]
_SCHEMA_KEY = 0x7DD_1B0  # any number that no other user of the same PostgreSQL locks


class InboxUnusable(TddError):
    """The inbox's database cannot be used."""


def parsed(url: str) -> URL:
    """Refuse what is neither an SQLite file nor PostgreSQL, in words."""
    try:
        answer = make_url(url)
    except ArgumentError as error:
        raise InboxUnusable(
            "TDD_DATABASE_URL is not a database URL.",
            remedy="Write sqlite:////path/inbox.sqlite or postgresql+psycopg://…",
        ) from error
    if answer.get_backend_name() not in ("sqlite", "postgresql") or (is_sqlite(answer) and not answer.database):
        raise InboxUnusable(
            f"The inbox cannot live in {answer.render_as_string(hide_password=True)}.",
            remedy="Write sqlite:////path/inbox.sqlite or postgresql+psycopg://…",
        )
    return answer


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def connected(url: URL) -> Engine:
    """An engine with one connection and the schema in place."""
    try:
        engine = _sqlite(url) if is_sqlite(url) else _postgresql(url)
        with engine.begin() as connection:
            if not is_sqlite(url):  # replicas that start together must not both create the tables
                connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_KEY)))
            metadata.create_all(connection)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise InboxUnusable(
            f"{error}.", remedy="Install the driver, for example: pip install 'psycopg[binary]'"
        ) from error
    except (SQLAlchemyError, OSError) as error:
        where = url.render_as_string(hide_password=True)
        raise InboxUnusable(f"The inbox at {where} cannot be opened: {error.__cause__ or error}".rstrip()) from error
    return engine


def clock_of(url: URL, clock: Callable[[], float] | None) -> Now:
    """Leases go by the database's clock, so that replicas need not agree on the time; SQLite's clock is its host's."""
    if clock is not None:
        return lambda _: clock()
    if is_sqlite(url):
        return lambda _: time.time()
    asked = text("SELECT extract(epoch FROM clock_timestamp())::double precision")
    return lambda connection: float(connection.execute(asked).scalar_one())


def _sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _postgresql(url: URL) -> Engine:
    return create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, isolation_level="READ COMMITTED")
