"""The log of a job, as lines with a kind and groups that can be folded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SHOWN = 4000  # lines; what is older is left out, and the page says so
_MARK = re.compile(r"##\[(group|endgroup|error|warning|notice)\](.*)")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(slots=True)
class Group:
    """Lines under a title; the title is empty for lines outside every group. Each line is (number, kind, text)."""

    title: str
    number: int
    lines: list[tuple[int, str, str]] = field(default_factory=list)


def groups(log: str) -> tuple[list[Group], int]:
    """The groups of a log, and how many lines at its beginning are left out."""
    lines = log.removesuffix("\n").split("\n") if log else []
    left_out = max(0, len(lines) - SHOWN)
    found = [Group("", 0)]
    for number, line in enumerate(lines[left_out:], left_out + 1):
        mark = _MARK.match(line)
        kind, text = (mark[1], mark[2]) if mark else ("", line)
        text = _ANSI.sub("", text)
        if kind == "group":
            found.append(Group(text, number))
        elif kind == "endgroup":
            found.append(Group("", 0))
        else:
            found[-1].lines.append((number, kind, text))
    return [group for group in found if group.title or group.lines], left_out
