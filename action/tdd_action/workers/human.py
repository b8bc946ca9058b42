"""The worker that hands in what a person wrote: the tests of their branch as RED, the rest as GREEN.

Nothing is believed of it: the same gates judge it as any other worker's. The change is taken relative to where the
person's branch left the pull request's, so a branch that is behind is no worse than one that is not.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from tdd_action.confine import way_out
from tdd_action.git import BOT_EMAIL, Git
from tdd_action.workers import PlanDraft, PlanRequest, StageRequest, StageWork, WorkerSettings
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.policy import ABSENT, LINK
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.within import MIXED, Within, within

SUBMODULE, EXECUTABLE = "160000", "100755"
MOST_NAMED = 10


class NothingHandedIn(TddError):
    """The worker `human` needs the commit of a person: it is what `/tdd take` leads to, and no setting."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One path of the person's change: its mode in the merged tree (`000000`: gone) and its blobs before and after."""

    path: str
    mode: str
    before: str
    after: str


@dataclass
class HumanWorker:
    """Hands in the change from `head` to the merge with `source`. `given` are the paths that RED has had already.

    `what` is what the source is called when it cannot be handed in.
    """

    git: Git
    head: str
    source: str
    name: str = "human"
    given: set[str] = field(default_factory=set)
    what: str = "Your branch"

    def plan(self, request: PlanRequest) -> PlanDraft:
        """A person plans in the PRD."""
        return PlanDraft(None, f"{self.name} does not plan: write the PRD, and let another worker plan it.")

    def work(self, stage: StageRequest) -> StageWork:
        """The part of the person's change that belongs to the stage."""
        if stage.stage is Stage.REFACTOR and stage.task.kind is not TaskKind.REFACTOR:
            return StageWork()
        pieces = self._pieces()
        if isinstance(pieces, str):
            return StageWork(gave_up=pieces)
        if not pieces:
            return StageWork(gave_up=f"{self.source[:10]} holds nothing that the pull request's branch lacks.")
        mine = [each for each in pieces if each.path not in self.given]
        if stage.stage is Stage.RED:
            mine = [each for each in mine if self._is_test(stage, each)]
            self.given |= {each.path for each in mine}
        stopped = next((said for each in mine if (said := self._written(stage.workspace, each))), None)
        return StageWork(f"{len(mine)} files of {self.source[:10]}.", gave_up=stopped, credit=self._authors())

    def _pieces(self) -> tuple[_Piece, ...] | str:
        """What a merge would change at the head, or why there can be none, in a sentence for the person."""
        if self.git.attempt("cat-file", "-e", f"{self.source}^{{commit}}").returncode:
            return f"{self.what} is not at {self.source[:10]} any more: somebody pushed over it. Push again."
        merged = self.git.attempt(
            "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", self.head, self.source
        )
        tree, *files = [part for part in merged.stdout.decode("utf-8", "surrogateescape").split("\0") if part] or [""]
        if merged.returncode == 1:
            named = ", ".join(dict.fromkeys(files[:MOST_NAMED]))
            return f"{self.what} conflicts with what landed meanwhile in {named}: merge the pull request's branch."
        if merged.returncode:
            return f"{self.what} cannot be merged: {merged.stderr.decode('utf-8', 'replace').strip()[-300:]}"
        raw = self.git.raw("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", self.head, tree)
        fields = raw.decode("utf-8", "surrogateescape").split("\0")
        pairs = zip(fields[0::2], fields[1::2], strict=False)
        return tuple(_Piece(path, *_split(heading)) for heading, path in pairs)

    def _is_test(self, stage: StageRequest, piece: _Piece) -> bool:
        if not stage.may_touch(piece.path):
            return False
        if not piece.path.endswith(MIXED) or matches(piece.path, stage.globs):
            return True
        return within(piece.path, self._text(piece.before), self._text(piece.after)) is not Within.CODE

    def _text(self, blob: str) -> str:
        return "" if not blob.strip("0") else self.git.raw("cat-file", "blob", blob).decode("utf-8", "replace")

    def _written(self, root: Path, piece: _Piece) -> str | None:
        """Put one path into the work tree as the merge has it, byte for byte; why not, or `None`."""
        if said := way_out(root, piece.path, follow=False):
            return said
        if piece.mode == SUBMODULE:
            return f"{piece.path} is a submodule: no task may bring one."
        place = root / piece.path
        if place.is_symlink() or place.is_file():
            place.unlink()
        if piece.mode == ABSENT:
            return None
        content = self.git.raw("cat-file", "blob", piece.after)
        place.parent.mkdir(parents=True, exist_ok=True)
        if piece.mode == LINK:
            place.symlink_to(os.fsdecode(content))
            return None
        place.write_bytes(content)
        place.chmod(0o755 if piece.mode == EXECUTABLE else 0o644)
        return None

    def _authors(self) -> tuple[str, ...]:
        """Who wrote the commits that the pull request's branch lacks, and with whom: `Name <address>`, people only."""
        form = "%an <%ae>%n%(trailers:key=Co-authored-by,valueonly)"
        told = self.git("log", "--reverse", "--no-merges", f"--format={form}", f"{self.head}..{self.source}")
        people = (line.strip() for line in told.splitlines() if BOT_EMAIL not in line)
        return tuple(dict.fromkeys(line for line in people if line))


def _split(heading: str) -> tuple[str, str, str]:
    """Mode after, and blobs before and after, of a line such as `:100644 100755 SHA SHA M`."""
    _, mode, before, after = heading.lstrip(":").split()[:4]
    return mode, before, after


def connect(settings: WorkerSettings) -> HumanWorker:
    """The worker that hands in the commit of these settings. Raises `NothingHandedIn`."""
    if not settings.source:
        raise NothingHandedIn
    return HumanWorker(Git(settings.repository), settings.head, settings.source)
