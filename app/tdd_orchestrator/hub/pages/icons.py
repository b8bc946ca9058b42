"""Small drawings: states of checks, and faces of users."""

from __future__ import annotations

import zlib
from html import escape

from markupsafe import Markup

from tdd_orchestrator.hub.identity import User

_CIRCLE = '<circle cx="8" cy="8" r="7"/>'
_MARKS = {
    "success": _CIRCLE + '<path d="M4.8 8.2l2.2 2.2 4.2-4.6"/>',
    "failure": _CIRCLE + '<path d="M5.5 5.5l5 5m0-5l-5 5"/>',
    "timed_out": _CIRCLE + '<path d="M8 4.5V8l2.4 1.6"/>',
    "action_required": _CIRCLE + '<path d="M8 4.4v4.4m0 2.2v.6"/>',
    "cancelled": _CIRCLE + '<path d="M4.6 11.4l6.8-6.8"/>',
    "skipped": _CIRCLE + '<path d="M5 8h6"/>',
    "neutral": _CIRCLE + '<path d="M5.4 8h5.2"/>',
    "queued": '<circle cx="8" cy="8" r="6.2"/><circle class="dot" cx="8" cy="8" r="2.2"/>',
    "in_progress": '<circle cx="8" cy="8" r="6.2"/><path class="arc" d="M8 1.8a6.2 6.2 0 0 1 6.2 6.2"/>',
}
_SAME = {"startup_failure": "failure", "stale": "neutral", "none": "queued", "warning": "action_required"}
_WORDS = {"in_progress": "in progress", "timed_out": "timed out", "action_required": "action required"}


_FACE = '<circle cx="8" cy="8" r="6.2"/><path d="M5.9 6.3v.6m4.2-.6v.6"/>'
_THUMB = (
    '<path d="M5 7.4v6M2.6 7.4H5l2.9-5c1.3.1 1.9 1 1.6 2.3L9 7h3.4c1 0 1.6.8 1.4 1.8l-.9 3.4'
    'c-.2.7-.8 1.2-1.5 1.2H2.6z"/>'
)
_REACTIONS = {
    "+1": _THUMB,
    "-1": f'<g transform="rotate(180 8 8)">{_THUMB}</g>',
    "laugh": _FACE + '<path d="M5.2 9.2h5.6a2.8 2.8 0 0 1-5.6 0z"/>',
    "confused": _FACE + '<path d="M5.6 11l1.6-.9 1.6.9 1.6-.9"/>',
    "hooray": '<path d="M2.5 13.5l3.2-8 4.8 4.8zM9.5 5.5l1-3M11 7l3-2M11.6 9l2.6.6"/>',
    "heart": '<path d="M8 13.4C3.4 10.2 2 8 2 6a3.1 3.1 0 0 1 6-1.1A3.1 3.1 0 0 1 14 6c0 2-1.4 4.2-6 7.4z"/>',
    "rocket": '<path d="M8 1.6c2.6 2.2 3.2 5.2 2.4 8.6H5.6C4.8 6.8 5.4 3.8 8 1.6zM5.4 8.4l-2 2v2.4l2.4-1.4'
    'm4.8-3l2 2v2.4l-2.4-1.4M8 12.2v2.2"/><circle cx="8" cy="6.4" r="1.1"/>',
    "eyes": '<ellipse cx="5" cy="8" rx="2.6" ry="3.6"/><ellipse cx="11" cy="8" rx="2.6" ry="3.6"/>'
    '<path d="M5.6 8.8v.4m6-.4v.4"/>',
}


def reaction(content: str) -> Markup:
    """A reaction as a drawing, for machines without a font of emoji; an unknown one by its name."""
    if content not in _REACTIONS:
        return Markup("{}").format(content)
    return Markup(  # noqa: S704  # made of constants
        f'<svg class="reaction" viewBox="0 0 16 16" width="15" height="15" role="img" aria-label="{content}">'
        f"{_REACTIONS[content]}</svg>"
    )


def word(state: str) -> str:
    """A state as people say it."""
    return _WORDS.get(state, state.replace("_", " "))


def icon(state: str) -> Markup:
    """The mark of a state."""
    name = _SAME.get(state, state if state in _MARKS else "neutral")
    return Markup(  # noqa: S704  # made of constants
        f'<svg class="icon {name}" viewBox="0 0 16 16" width="16" height="16" role="img" '
        f'aria-label="{escape(word(state))}">{_MARKS[name]}</svg>'
    )


def face(user: User | None, name: str = "") -> Markup:
    """A letter on a colour of the user's own; a bot's is square."""
    login = user.login if user else name
    hue = zlib.crc32(login.encode()) % 360
    bot = " bot" if user and user.type == "Bot" else ""
    letter = escape((login[:1] or "?").upper())
    return Markup(f'<span class="face{bot}" style="--hue:{hue}" aria-hidden="true">{letter}</span>')  # noqa: S704
