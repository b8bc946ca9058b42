"""`events.ndjson`: what happened, one line each, and now and then a checkpoint with the whole run.

A line is written once and never changed. The database is quick to read and easy to damage; the log is the other way
round.
"""

import json
from dataclasses import dataclass
from typing import Any

from tdd_orchestrator.core.event import Event
from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.wire import MalformedWire, from_wire, from_wire_union, to_wire
from tdd_orchestrator.store.memory import Applied

REDACT = Redactor()
"""The last wall: what the engine was told is without secrets already."""
LIMIT = 1_000_000
"""Bytes of lines after which a checkpoint takes the place of what came before it."""


@dataclass(frozen=True, slots=True)
class Happening:
    """A line for one event."""

    txn: str
    event: Event


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A line that needs nothing before it; `why` is for people."""

    why: str
    run: Run | None
    applied: tuple[Applied, ...]


Line = Happening | Checkpoint


def happening(txn: str, event: Event) -> bytes:
    """The line of an event, with its end."""
    return _line({"txn": txn, "at": event.at, "event": to_wire(event)})


def checkpoint(why: str, run: Run | None, applied: tuple[Applied, ...]) -> bytes:
    """The line of a checkpoint, with its end."""
    return _line({"checkpoint": why, "run": to_wire(run), "applied": [[one.txn, one.at] for one in applied]})


def whole(log: bytes | None) -> tuple[bytes, str]:
    """The lines up to the first that cannot be read, and what is wrong with the rest ("" where nothing is).

    Only the form is looked at here: most loads never need what the lines say.
    """
    if log is None:
        return b"", "it is missing"
    end = 0
    for number, line in enumerate(log.splitlines(keepends=True), 1):
        if not line.endswith(b"\n"):
            return log[:end], f"its last line ({number}) is cut"
        if not _is_line(line):
            return log[:end], f"line {number} cannot be read"
        end += len(line)
    return log, ""


def lines(log: bytes) -> tuple[tuple[Line, ...], str]:
    """What a log says from its last checkpoint on, up to the first line without meaning; and what is wrong there."""
    found: list[Line] = []
    for number, line in enumerate(log.splitlines(), 1):
        try:
            read = _read(json.loads(line))
        except (MalformedWire, ValueError, KeyError, TypeError) as unknown:
            return tuple(found), f"line {number} has no meaning here ({str(unknown).rstrip('.')})"
        if isinstance(read, Checkpoint):
            found.clear()
        found.append(read)
    return tuple(found), ""


def overlong(log: bytes) -> bool:
    """Whether what follows the last checkpoint has outgrown `LIMIT`. The checkpoint itself may be larger than that."""
    last = log.rfind(b'{"checkpoint":')
    start = log.find(b"\n", last) if last >= 0 else 0
    return len(log) - start > LIMIT


def _line(content: dict[str, Any]) -> bytes:
    text = REDACT(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair: only the escaped form can be written
        return REDACT(json.dumps(content, separators=(",", ":"))).encode() + b"\n"


def _is_line(line: bytes) -> bool:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and ("event" in content or "checkpoint" in content)


def _read(content: dict[str, Any]) -> Line:
    if "checkpoint" not in content:
        return Happening(str(content["txn"]), from_wire_union(Event, content["event"]))
    run = None if content["run"] is None else from_wire(Run, content["run"])
    return Checkpoint(
        str(content["checkpoint"]), run, tuple(Applied(str(t), float(at)) for t, at in content["applied"])
    )
