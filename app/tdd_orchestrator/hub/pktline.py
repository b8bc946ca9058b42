"""git's packet lines, as far as needed to give a push's refusal GitHub's own words.

A hook can only decline; the reason beside the ref is then git's. GitHub puts its reason there, and clients show it.
"""

from __future__ import annotations

_REPORT = b"\x01"  # the side band of the report
_LARGEST = 65_515


def packets(raw: bytes) -> list[bytes | None]:
    """The payloads; None for a flush packet."""
    found: list[bytes | None] = []
    at = 0
    while at + 4 <= len(raw):
        length = int(raw[at : at + 4], 16)
        found.append(raw[at + 4 : at + length] if length >= 4 else None)
        at += max(length, 4)
    return found


def packed(payload: bytes | None) -> bytes:
    """A packet line."""
    return b"0000" if payload is None else b"%04x" % (len(payload) + 4) + payload


def reworded(raw: bytes, old: bytes, new: bytes) -> bytes:
    """A receive-pack answer whose report says `new` where it said `old`."""
    outer = packets(raw)
    if not any(one is not None and one.startswith(_REPORT) for one in outer):
        return b"".join(packed(_changed(one, old, new)) for one in outer)
    report = b"".join(one[1:] for one in outer if one is not None and one.startswith(_REPORT))
    inner = b"".join(packed(_changed(one, old, new)) for one in packets(report))
    others = [one for one in outer if one is not None and not one.startswith(_REPORT)]
    pieces = [_REPORT + inner[at : at + _LARGEST] for at in range(0, len(inner), _LARGEST)]
    return b"".join(packed(one) for one in [*others, *pieces]) + packed(None)


def _changed(payload: bytes | None, old: bytes, new: bytes) -> bytes | None:
    return payload.replace(old, new) if payload is not None and payload.startswith(b"ng ") else payload
