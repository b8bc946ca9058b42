"""A hub with a repository, people in every role and an app, for the tests of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from world.contract import DESCRIPTION, WEBHOOKS
from world.hub_town import Town, open_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as town:
        yield town


@pytest.fixture
def described() -> None:
    """Skips where GitHub's descriptions are not at hand."""
    for path in (DESCRIPTION, WEBHOOKS):
        if not path.exists():
            pytest.skip(f"GitHub's description is not here: {path.name}")
