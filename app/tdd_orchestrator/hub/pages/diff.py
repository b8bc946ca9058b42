"""A patch as rows of a table: line numbers of both sides, and what happened to the line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)")


@dataclass(frozen=True, slots=True)
class Row:
    """One line; a number of 0 is none. `kind` is add, del, same, hunk or note."""

    kind: str
    old: int
    new: int
    text: str


def rows(patch: str) -> list[Row]:
    """Read the hunks of one file."""
    found: list[Row] = []
    old = new = 0
    for line in patch.split("\n"):
        if hunk := _HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[2])
            found.append(Row("hunk", 0, 0, line))
        elif line.startswith("+"):
            found.append(Row("add", 0, new, line[1:]))
            new += 1
        elif line.startswith("-"):
            found.append(Row("del", old, 0, line[1:]))
            old += 1
        elif line.startswith("\\"):
            found.append(Row("note", 0, 0, line[2:]))
        else:
            found.append(Row("same", old, new, line[1:]))
            old, new = old + 1, new + 1
    return found
