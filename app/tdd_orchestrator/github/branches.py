"""Branches beside the pull request's: made for people, never overwritten, and taken away only when nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass

from tdd_orchestrator.core.effect import DropBranch, MakeBranch
from tdd_orchestrator.core.event import BranchReady, BranchRefused
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.bare import Bare, bare_repository
from tdd_orchestrator.github.errors import Forbidden, Unprocessable
from tdd_orchestrator.github.merging import tree_of_merge
from tdd_orchestrator.github.pushing import remove
from tdd_orchestrator.github.read import RepositoryReader


@dataclass(frozen=True, slots=True)
class Branches:
    """The branches of one repository. `clock` gives epoch seconds."""

    reader: RepositoryReader
    clock: Callable[[], float]

    async def make(self, effect: MakeBranch) -> BranchReady | BranchRefused:
        """The branch, new at the commit or as it is; doing it again finds it."""
        tip = await self.reader.tip(effect.branch)
        if tip is None:
            try:
                await self._create(effect)
            except (Unprocessable, Forbidden) as refused:
                return BranchRefused(at=self.clock(), task=effect.task, branch=effect.branch, reason=refused.message)
            tip = effect.at
        ahead = tip != effect.at and await self.reader.ahead(effect.at, tip)
        return BranchReady(at=self.clock(), task=effect.task, branch=effect.branch, tip=tip, ahead=ahead)

    async def _create(self, effect: MakeBranch) -> None:
        async def find() -> Answer | None:
            """One that came to be by a request whose answer was lost, and stands where it was to stand."""
            made = await self.reader.tip(effect.branch) == effect.at
            return Answer(201, {}, b"{}") if made else None

        fields = {"ref": f"refs/heads/{effect.branch}", "sha": effect.at}
        await self.reader.connection.create("/repos/{repo}/git/refs", fields, find=find)

    async def drop(self, effect: DropBranch) -> None:
        """Delete the branch if nothing is lost by it; otherwise, and where it has moved, leave it."""
        connection = self.reader.connection
        async with bare_repository(connection.git_url(), await connection.git_credentials()) as bare:
            name, onto = f"refs/heads/{effect.branch}", f"refs/heads/{effect.onto}"
            heads = await bare.heads(name, onto)
            if heads.get(name) != effect.tip:
                return
            if effect.ours or await _contained(bare, heads.get(onto), effect.tip, name, onto):
                await remove(bare, name, effect.tip)


async def _contained(bare: Bare, head: str | None, tip: str, name: str, onto: str) -> bool:
    """Whether the branch adds nothing: its commits are there, or merging them would change no file."""
    if head is None:
        return False
    await bare.fetch(f"+{name}:refs/tdd/hand", f"+{onto}:refs/tdd/branch")
    if await bare.descends(head, tip):
        return True
    tree = await tree_of_merge(bare, head, tip)
    return isinstance(tree, str) and tree == (await bare.git("rev-parse", f"{head}^{{tree}}")).text
