"""What an unfinished run leaves in `.git/tdd`: enough to go on where it was."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.wire import from_wire, to_wire
from tdd_orchestrator.local.git import git
from tdd_orchestrator.local.staging import Staged

REPO = "local/repository"


@dataclass(frozen=True, slots=True)
class Kept:
    """A run's own settings: the copy it works on, its worker, its script and the Python that runs the tests.

    `session` counts how often the run was taken up.
    """

    staged: Staged
    worker: str
    script: str
    python: str
    session: int = 1


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

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other `tdd run` out; raises `RunInTheWay`. The lock is on the folder `.git` and ends with us."""
        folder = os.open(self.directory.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                told = "A `tdd run` is at work on this repository right now."
                raise RunInTheWay(told, remedy="Wait for its end, or stop it with Ctrl-C.") from None
            yield
        finally:
            os.close(folder)

    def must_be_free(self) -> None:
        """Raise `RunInTheWay` where a run is unfinished; sweep away what a failed start has left."""
        if self.unfinished:
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

    def put_back(self) -> None:
        """Make the repository that was worked on the copy to begin with; where there is none, the copy stays."""
        if self.worked_on.exists():
            shutil.rmtree(self.copy, ignore_errors=True)
            self.worked_on.rename(self.copy)
        shutil.rmtree(self.hub, ignore_errors=True)

    @property
    def unfinished(self) -> bool:
        """Whether there is a run to go on with."""
        return self._file.exists()

    def empty(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def hub(self) -> Path:
        """Where the hub and the app keep their things."""
        return self.directory / "hub"

    @property
    def worked_on(self) -> Path:
        """The bare repository that the hub serves."""
        return self.hub / "repositories" / f"{REPO}.git"

    @property
    def copy(self) -> Path:
        """The bare repository that a hub is furnished with."""
        return self.directory / "source"

    @property
    def _file(self) -> Path:
        return self.directory / "run.json"
