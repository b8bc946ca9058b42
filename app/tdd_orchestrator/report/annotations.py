"""Findings at lines of files, as GitHub takes them: a path, a line, one of three levels, a message."""

from collections.abc import Iterable
from dataclasses import replace

from tdd_orchestrator.core.inert import line
from tdd_orchestrator.core.result import Remark

MOST = 150
LEVELS = {"notice": "notice", "warning": "warning", "failure": "failure", "error": "failure"}
MESSAGE_LIMIT, TITLE_LIMIT = 16_000, 255


def annotations(remarks: Iterable[Remark], *, most: int = MOST) -> tuple[Remark, ...]:
    """Each remark once, and only those that GitHub would take; of many the first `most`."""
    taken = (_taken(remark) for remark in remarks if remark.path.strip() and remark.message.strip())
    return tuple(dict.fromkeys(taken))[:most]


def _taken(remark: Remark) -> Remark:
    message = remark.message.replace("\0", "")
    return replace(
        remark,
        line=max(1, remark.line),
        level=LEVELS.get(remark.level, "warning"),
        message=message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + "…",
        title=line(remark.title, TITLE_LIMIT),
    )
