"""A branch that somebody rewrote: which tasks had landed and are on it no more."""

import re

from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.github.errors import NotFound
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import PullView

CLAIM = re.compile(r"^TDD-Task: (\S+)$", re.MULTILINE)


async def dropped(reader: RepositoryReader, run: Run | None, pull: PullView) -> tuple[str, ...]:
    """The landed tasks whose commits are gone; a rebase that keeps their trailers has lost nothing.

    One request where somebody only pushed on top, two where the branch was rewritten.
    """
    landed = [task.key for task in run.tasks_in(TaskState.COMPLETE)] if run is not None else []
    if run is None or not landed or pull.head == run.head or not await _is_rewritten(reader, run.head.sha, pull):
        return ()
    messages = await reader.messages(pull.base.sha, pull.head.sha)
    if messages is None:
        return ()  # too many commits to look through
    claimed = {key for message in messages for key in CLAIM.findall(message)}
    return tuple(key for key in landed if key not in claimed)


async def _is_rewritten(reader: RepositoryReader, before: str, pull: PullView) -> bool:
    try:
        return await reader.ahead(pull.head.sha, before)
    except NotFound:
        return True
