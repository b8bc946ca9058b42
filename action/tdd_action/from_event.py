"""What to prove where nobody dispatched anything: the pull request or the push that started this workflow run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.result import Assignment, Step

NONCE = "alone"
NO_COMMIT = "0" * 40


class NoEvent(TddError):
    """Without an assignment, `prove` needs the event of a pull request, a merge queue or a push."""


def assignment_of_event(environ: Mapping[str, str]) -> Assignment:
    """A proof of all that the event brings: base of a pull request to its head, before and after of a push.

    The fields are GitHub's (`pull_request`, `merge_group`, `push`). Raises `NoEvent`.
    """
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    base, head, number = _ends(event)
    if not base or not head or base == NO_COMMIT:
        raise NoEvent(remedy="Run it `on: pull_request`, `merge_group` or `push`, or give an assignment.")
    repo = environ.get("GITHUB_REPOSITORY", "")
    return Assignment(Step.PROVE, NONCE, repo, number, head=head, base=base, since=base)


def _event(place: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(place).read_text(encoding="utf-8")) if place else {}
    except (OSError, ValueError) as unreadable:
        raise NoEvent(f"The event cannot be read from GITHUB_EVENT_PATH: {unreadable}") from unreadable
    return found if isinstance(found, dict) else {}


def _ends(event: Mapping[str, Any]) -> tuple[str, str, int]:
    match event:
        case {"pull_request": {"base": {"sha": str(base)}, "head": {"sha": str(head)}, "number": int(number)}}:
            return base, head, number
        case {"merge_group": {"base_sha": str(base), "head_sha": str(head)}}:
            return base, head, 0
        case {"before": str(base), "after": str(head)}:
            return base, head, 0
        case _:
            return "", "", 0
