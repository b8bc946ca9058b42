"""Inboxes on real databases: SQLite always, PostgreSQL where TDD_TEST_POSTGRESQL_URL names one."""

import importlib.util
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tdd_orchestrator.inbox import Inbox
from world.inbox_work import OpenInbox

SERVER = os.environ.get("TDD_TEST_POSTGRESQL_URL")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'inbox.sqlite'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A schema of its own in the server that the environment names."""
    if not SERVER or importlib.util.find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL: set TDD_TEST_POSTGRESQL_URL=postgresql+psycopg://… and install psycopg")
    schema = f"inbox_{uuid4().hex[:12]}"
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
        url = make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def url(request: pytest.FixtureRequest) -> str:
    answer: str = request.getfixturevalue(f"{request.param}_url")
    return answer


@pytest.fixture
async def open_inbox() -> AsyncIterator[OpenInbox]:
    """Opens inboxes that retry at once, and closes them at the end."""
    async with AsyncExitStack() as stack:

        async def opened(url: str, **terms: Any) -> Inbox:
            inbox = await Inbox.open(url, **{"backoff_s": 0.0, **terms})
            stack.push_async_callback(inbox.close)
            return inbox

        yield opened
