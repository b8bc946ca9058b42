"""What other apps and workflows say of a head: their checks as values, and the lines of a log that say what failed."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES, MOST_LETTERS = 60, 4_000
"""How much of one failure is kept: lines, and characters of them."""
_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_TELLING = re.compile(
    r"##\[error\]|\berror\b|\bfail(?:ed|ure|s)?\b|\bexception\b|traceback|\bassert|\bpanic|\bfatal\b", re.IGNORECASE
)
_CHANGING = re.compile(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{7,64}\b|(?<![A-Za-z\d])\d+", re.IGNORECASE)
"""Addresses, shas, numbers; not the number of a rule, such as E501."""


class CiState(StrEnum):
    """How a check of somebody else stands. `held` is neither red nor green: cancelled, or a person must let it run."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class CiCheck:
    """One check run, workflow run or commit status that is not ours; `lines` is what it says of its failure."""

    name: str
    state: CiState
    url: str = ""
    lines: str = ""

    @property
    def fingerprint(self) -> str:
        """16 hex digits: the same for the same failure whatever numbers, shas and times its log has this time."""
        lines = (" ".join(_CHANGING.sub("#", line).split()).casefold() for line in self.lines.splitlines())
        told = "\n".join([self.name, *(line for line in lines if line)])
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ci:
    """What a run knows of the repository's own CI.

    `head` is the commit that is waited for since `since` (epoch seconds); `looked` says that `checks` are what GitHub
    showed there. `first` is the head before any work, `known` that others check this pull request at all. `worked` are
    the (fingerprint, head) of failures that became work, and `tasks` counts the tasks: neither ever shrinks. `holding`:
    the run is blocked by its CI and by nothing else. `waived` are checks that a person does not want waited for.
    """

    head: str = ""
    since: float = 0.0
    looked: bool = False
    checks: tuple[CiCheck, ...] = ()
    first: str = ""
    known: bool = False
    worked: tuple[tuple[str, str], ...] = ()
    tasks: int = 0
    holding: bool = False
    waived: tuple[str, ...] = ()


def telling_lines(log: str) -> str:
    """The lines of a job's log that say what failed, with a little around them; its end where none does."""
    lines = [_STAMP.sub("", _ANSI.sub("", line)).rstrip() for line in log.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("##[group]", "##[endgroup]"))]
    marked = [at for at, line in enumerate(lines) if _TELLING.search(line)]
    kept = sorted({near for at in marked for near in range(at - 2, at + 3) if 0 <= near < len(lines)})
    told = [lines[at] for at in kept] if kept else lines[-30:]
    return cut("\n".join(told[-MOST_LINES:]))


def cut(text: str) -> str:
    """The end of a text, where most tools say what went wrong."""
    return text if len(text) <= MOST_LETTERS else f"[…]\n{text[-MOST_LETTERS:]}"
