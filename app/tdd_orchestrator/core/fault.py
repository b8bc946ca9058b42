"""A finding in a file that a person wrote: where it is, what is wrong, and what to write instead."""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

Level = Literal["failure", "warning"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding at one line (1-based) of one file.

    `code` names the kind of finding ("unknown-dependency", "cycle"...) and `about` the id it speaks of: both are for
    programs that sort findings, and empty where nobody asks.
    """

    path: str
    line: int
    message: str
    remedy: str
    level: Level = "failure"
    code: str = ""
    about: str = ""


def on_a_line_of(text: str, fault: Fault) -> Fault:
    """The fault on a line that the text has: a reader that misses something at the end points behind the last one."""
    last = max(1, len(text.splitlines()))
    return fault if fault.line <= last else replace(fault, line=last)


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word a misspelt one was most likely meant to be, or None where nothing is close."""
    lowered = {name.lower(): name for name in known}
    found = get_close_matches(word[:80].lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def listed(names: tuple[str, ...]) -> str:
    """Names as a sentence has them: `a`, `b` or `c`."""
    ticked = [f"`{name}`" for name in names]
    return " or ".join(filter(None, [", ".join(ticked[:-1]), *ticked[-1:]]))
