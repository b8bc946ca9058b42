"""Fingerprints of what was posted, so that equal content is not sent again and annotations are only ever appended.

A check's digest has four parts, `content.count.annotations.status`: GitHub appends annotations and never removes one,
so what was sent before must be told apart from the rest; and a check run that is completed is not opened again, a new
one takes its place. The first and third are sha256 sums (hex), the second is a number, the last `completed` or `open`.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.wire import to_wire

COMPLETED = "completed"


def digest(value: object) -> str:
    """The sha256 of a value's JSON."""
    return sha256(json.dumps(to_wire(value), sort_keys=True).encode()).hexdigest()


def check_digest(content: CheckContent) -> str:
    """The digest of a check as it should stand."""
    notes, status = content.annotations, COMPLETED if content.conclusion else "open"
    return f"{digest(replace(content, annotations=()))}.{len(notes)}.{digest(notes)}.{status}"


def reopens(known: str, content: CheckContent) -> bool:
    """Whether the check with digest `known` is completed, and `content` is not."""
    return known.endswith(f".{COMPLETED}") and not content.conclusion


def unsent(known: str, annotations: Sequence[Remark]) -> tuple[Remark, ...] | None:
    """The annotations that the check with digest `known` lacks; `None` where it holds some that should not be there."""
    parts = known.split(".")
    if len(parts) < 3 or not parts[1].isdecimal():
        return None
    sent = int(parts[1])
    same = len(annotations) >= sent and digest(tuple(annotations[:sent])) == parts[2]
    return tuple(annotations[sent:]) if same else None
