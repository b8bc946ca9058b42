"""What an unfinished run leaves in `.git/tdd`: enough to go on where it was."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.wire import from_wire, to_wire
from tdd_orchestrator.local.git import git
from tdd_orchestrator.local.staging import Staged


@dataclass(frozen=True, slots=True)
class Kept:
    """A run's own settings: the copy it works on, its worker, its script and the Python that runs the tests."""

    staged: Staged
    worker: str
    script: str
    python: str


class RunInTheWay(TddError):
    """A run of this repository is unfinished."""


@dataclass(frozen=True, slots=True)
class Room:
    """The folder `.git/tdd` of a repository; git itself never looks at it, and a clone does not take it along."""

    directory: Path

    @classmethod
    def of(cls, top: Path) -> Self:
        """The room of the repository at `top`, work trees of one repository share it."""
        common = Path(git(top, "rev-parse", "--git-common-dir"))
        return cls((common if common.is_absolute() else top / common).resolve() / "tdd")

    def must_be_free(self) -> None:
        """Raise `RunInTheWay` where a run is unfinished; sweep away what a failed start has left."""
        if self._file.exists():
            raise RunInTheWay(remedy="`tdd run --resume` goes on with it, `tdd run --discard` drops it.")
        self.empty()

    def keep(self, kept: Kept) -> None:
        """Write down what a later `--resume` needs."""
        self._file.write_text(json.dumps(to_wire(kept), indent=1))

    def kept(self) -> Kept:
        """What was written down."""
        try:
            return from_wire(Kept, json.loads(self._file.read_text()))
        except FileNotFoundError:
            raise TddError("There is no unfinished run here.", remedy="`tdd run PRD.md` begins one.") from None

    def put_back(self, worked_on: str, copy: str) -> None:
        """Make the repository that was worked on the copy to begin with; where there is none, the copy stays."""
        bare, target = self.directory / worked_on, self.directory / copy
        if bare.exists():
            shutil.rmtree(target)
            bare.rename(target)
        shutil.rmtree(self.directory / "hub", ignore_errors=True)

    def empty(self) -> bool:
        """Remove everything; whether there was an unfinished run."""
        there = self._file.exists()
        shutil.rmtree(self.directory, ignore_errors=True)
        return there

    @property
    def _file(self) -> Path:
        return self.directory / "run.json"
