"""A PRD: text -> requirements with their lines, and the faults to mend before any money is spent."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from tdd_orchestrator.core.fault import Fault, Level
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.core.requirements import KINDS, PlanHints, Requirement

__all__ = ["KINDS", "Fault", "Level", "PlanHints", "Prd", "Requirement", "Structured", "merge_prds", "parse_prd"]


NO_HINTS = PlanHints()


@dataclass(frozen=True, slots=True)
class Structured:
    """What a YAML or JSON reader found in a PRD: the whole file, or the front matter of a Markdown file.

    `root` is None where it could not be read; `faults` then say why. `body_line` is the 1-based line where Markdown
    begins after front matter; None says that the whole file is the structured form.
    """

    root: Located | None
    faults: tuple[Fault, ...] = ()
    body_line: int | None = None


@dataclass(frozen=True, slots=True)
class Prd:
    """One PRD file, read and linted; `faults` are in the order of their lines."""

    path: str
    title: str
    requirements: tuple[Requirement, ...] = ()
    faults: tuple[Fault, ...] = ()
    hints: PlanHints = NO_HINTS

    @property
    def refused(self) -> bool:
        """Whether planning must wait until a failure is mended; warnings do not hold it up."""
        return any(fault.level == "failure" for fault in self.faults)


def parse_prd(path: str, text: str, *, structured: Structured | None = None) -> Prd:
    """Read a PRD. Total: any text gives a `Prd`, what is wrong with it stands in `faults`."""
    return Prd(path, PurePosixPath(path).stem)


def merge_prds(prds: tuple[Prd, ...]) -> tuple[tuple[Requirement, ...], tuple[Fault, ...]]:
    """All requirements and all faults of one pull request's PRDs, with what only shows across files.

    A dependency may point into another file. An id that is in two files is a fault in the later one.
    """
    return tuple(req for prd in prds for req in prd.requirements), tuple(fault for prd in prds for fault in prd.faults)
