"""Fingerprints of what was posted, so that equal content is not sent again and annotations are only ever appended.

A check's digest has three parts, `content.count.annotations`: GitHub appends annotations and never removes one, so what
was sent before must be told apart from the rest. They are sha256 sums (hex), the count is a number.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.wire import to_wire


def digest(value: object) -> str:
    """The sha256 of a value's JSON."""
    return sha256(json.dumps(to_wire(value), sort_keys=True).encode()).hexdigest()


def check_digest(content: CheckContent) -> str:
    """The digest of a check as it should stand."""
    notes = content.annotations
    return f"{digest(replace(content, annotations=()))}.{len(notes)}.{digest(notes)}"


def unsent(known: str, annotations: Sequence[Remark]) -> tuple[Remark, ...] | None:
    """The annotations that the check with digest `known` lacks; `None` where it holds some that should not be there."""
    parts = known.split(".")
    if len(parts) != 3 or not parts[1].isdecimal():
        return None
    sent = int(parts[1])
    same = len(annotations) >= sent and digest(tuple(annotations[:sent])) == parts[2]
    return tuple(annotations[sent:]) if same else None
