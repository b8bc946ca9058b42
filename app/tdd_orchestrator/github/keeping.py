"""An accepted RED out of what its workflow run left, onto a branch of ours: judged first, as it would be to land.

A branch starts workflows of the repository, so what a runner hands over is pushed nowhere before its paths are judged.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tdd_orchestrator.core.effect import KeepRed
from tdd_orchestrator.core.event import RedGone, RedKept
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.github.bare import Bare, bare_repository
from tdd_orchestrator.github.errors import UnsafeArtifact
from tdd_orchestrator.github.judging import trespass
from tdd_orchestrator.github.landing import Terms
from tdd_orchestrator.github.lineage import Misfit, is_ours, stage_commits
from tdd_orchestrator.github.pushing import Pushed, swap
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.unbundling import Unreadable, unbundle

RED_BUNDLE = "red.bundle"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps the REDs of one repository. `clock` gives epoch seconds."""

    reader: RepositoryReader
    clock: Callable[[], float]

    async def keep(self, effect: KeepRed, terms: Terms) -> RedKept | RedGone:
        """Put the RED on its branch; doing it again finds it there."""
        if await self.reader.tip(effect.branch) != effect.commit:
            reason = await self._put(effect, terms)
            if reason is not None:
                return RedGone(at=self.clock(), task=effect.task, commit=effect.commit, reason=reason)
        return RedKept(at=self.clock(), task=effect.task, commit=effect.commit)

    async def _put(self, effect: KeepRed, terms: Terms) -> str | None:
        """Why it could not be put there, or `None`."""
        try:
            bundle = (await self.reader.result_files(effect.workflow_run)).get(RED_BUNDLE)
        except UnsafeArtifact as unsafe:
            return str(unsafe)
        if bundle is None:
            return "what its workflow run left has expired, or holds no RED."
        connection = self.reader.connection
        async with bare_repository(connection.git_url(), await connection.git_credentials()) as bare:
            onto, there = f"refs/heads/{effect.onto}", f"refs/heads/{effect.branch}"
            heads = await bare.heads(onto, there)
            if onto not in heads:
                return f"the branch {effect.onto} is gone."
            await bare.fetch(f"+{onto}:refs/tdd/branch", *([f"+{there}:refs/tdd/there"] if there in heads else []))
            if there in heads and not await is_ours(bare, heads[there]):
                return f"{effect.branch} holds commits of somebody else's: move them to another branch, and delete it."
            if (reason := await _judged(bare, effect, bundle, terms)) is not None:
                return reason
            outcome = await swap(bare, there, heads.get(there, ""), effect.commit)
            return None if isinstance(outcome, Pushed) else f"GitHub does not take {effect.branch}: {outcome.reason}"


async def _judged(bare: Bare, effect: KeepRed, bundle: bytes, terms: Terms) -> str | None:
    if not await bare.has(effect.base):
        return f"the branch was rewritten: {effect.base[:12]} is no longer part of it."
    unread = await unbundle(bare, bundle, effect.commit)
    if isinstance(unread, Unreadable):
        return unread.reason
    commits = await stage_commits(bare, effect.base, effect.commit, effect.task)
    if isinstance(commits, Misfit):
        return commits.reason
    for commit in commits:
        if commit.stage is not Stage.RED:
            return f"{commit.sha[:12]} is {commit.stage}, not RED."
        if (reason := await trespass(bare, commit, terms.tasks[effect.task], terms.rules)) is not None:
            return reason
    return None
