"""A git server and stores on it for the tests of the state branch."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tdd_orchestrator.store.state import StateStore
from world.git_server import GitServer, git_server
from world.state_world import Hurried, state_store

NewStore = Callable[[], StateStore]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with git_server(tmp_path) as running:
        yield running


@pytest.fixture
def hurried() -> Hurried:
    return Hurried()


@pytest.fixture
def new_store(server: GitServer, hurried: Hurried) -> Iterator[NewStore]:
    """Stores like those of other processes: each with a cache and connections of its own."""
    with ExitStack() as stores:
        yield lambda: stores.enter_context(closing(state_store(server.url, timeout=1.0, sleep=hurried)))


@pytest.fixture
def store(new_store: NewStore) -> StateStore:
    return new_store()
