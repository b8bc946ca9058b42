"""Where the branches of people stand who took a task over: a push is a hint, and what it brought is read."""

from tdd_orchestrator.core.event import PushedByHand
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.github.read import RepositoryReader


async def pushed_by_hand(reader: RepositoryReader, run: Run, at: float, ref: str = "") -> tuple[PushedByHand, ...]:
    """Each taken task whose branch (`ref`, or any) is elsewhere than it was last seen; one request a branch."""
    found = []
    for task in run.tasks:
        if task.hand is None or not task.hand.tip or ref not in ("", f"refs/heads/{task.hand.branch}"):
            continue
        tip = await reader.tip(task.hand.branch)
        if tip is not None and tip != task.hand.tip:
            found.append(PushedByHand(at=at, task=task.key, branch=task.hand.branch, tip=tip))
    return tuple(found)
