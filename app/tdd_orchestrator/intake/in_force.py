"""What a pull request changes without effect: configuration and workflow are the base branch's, said at the line."""

from collections.abc import Iterable
from itertools import zip_longest

from tdd_orchestrator.core.config import CONFIG_PATH
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import PullView
from tdd_orchestrator.intake.routing import WORKFLOW_FILE

TOLD = {
    CONFIG_PATH: "This change of the configuration has no effect on this pull request: the base branch's is in force.",
    WORKFLOW_FILE: "This change of the workflow has no effect here: jobs run the default branch's file.",
}
REMEDY = "Merge it first, in a pull request of its own, if it is wanted here."


async def not_in_force(reader: RepositoryReader, pull: PullView, changed: Iterable[str]) -> tuple[Fault, ...]:
    """A warning at the first line that differs, for each of our files that the pull request changes."""
    found = []
    for path in sorted(TOLD.keys() & set(changed)):
        here, there = await _text(reader, path, pull.head.sha), await _text(reader, path, pull.base.sha)
        line = first_difference(here, there)
        found.append(Fault(path, line, TOLD[path], REMEDY, level="warning", code="not-in-force"))
    return tuple(found)


async def _text(reader: RepositoryReader, path: str, sha: str) -> str:
    return (await reader.file(path, sha) or b"").decode("utf-8", "replace")


def first_difference(here: str, there: str) -> int:
    """The first line of `here` that is not in its place `there`; 1-based, and never beyond the last line."""
    pairs = zip_longest(here.splitlines(), there.splitlines())
    line = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), 1)
    return max(1, min(line, len(here.splitlines())))
