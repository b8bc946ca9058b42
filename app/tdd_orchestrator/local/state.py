"""The state of a run, read from a repository on this machine."""

import asyncio
from pathlib import Path

from tdd_orchestrator.core.run import Run
from tdd_orchestrator.store import StateStore


def read_run(repository: Path, number: int, prefix: str = "refs/heads/tdd-state") -> Run | None:
    """The run of a pull request, or `None` where the repository has none."""
    return asyncio.run(_read(repository, number, prefix))


async def _read(repository: Path, number: int, prefix: str) -> Run | None:
    async def nobody() -> None:
        return None

    store = StateStore(str(repository), nobody, prefix=prefix)
    try:
        return (await store.load(f"pr-{number}")).run
    finally:
        store.close()
