"""The emoji that say a state or a kind, as drawings: for machines without a font of emoji, and of one style."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from tdd_orchestrator.hub.pages.icons import icon

_STATES: Final = {
    "✅": "success",
    "❌": "failure",
    "🟠": "action_required",
    "✋": "action_required",
    "⚠️": "action_required",
    "🔵": "in_progress",
    "🟡": "queued",
    "⏭️": "skipped",
    "⏹️": "cancelled",
}
_KINDS: Final = {
    "⚪": ("not begun", '<circle cx="8" cy="8" r="6.2"/>'),
    "🟢": ("proven", '<circle cx="8" cy="8" r="6.2"/><circle class="dot" cx="8" cy="8" r="3"/>'),
    "👤": ("person", '<circle cx="8" cy="5.2" r="2.7"/><path d="M2.8 13.6a5.2 5.2 0 0 1 10.4 0"/>'),
    "🤖": ("runner", '<path d="M3 5.5h10v7H3zM8 5.5V3M6 8.6v.8m4-.8v.8M1.6 8v2.4m12.8-2.4v2.4"/>'),
    "🔀": ("branch", '<path d="M4 2.6v10.8M4 7.5c5 0 8-.6 8-4.6M10.2 4.4L12 2.6l1.8 1.8"/>'),
    "🧪": (
        "tests",
        '<path d="M6.2 2.2v4L2.9 12a1.4 1.4 0 0 0 1.2 2h7.8a1.4 1.4 0 0 0 1.2-2L9.8 6.2v-4M5 2.2h6M5 9.6h6"/>',
    ),
    "⏳": (
        "waits",
        '<path d="M4 2.2h8M4 13.8h8M5 2.2c0 3.6 6 4 6 5.8s-6 2.2-6 5.8m6-11.6c0 3.6-6 4-6 5.8s6 2.2 6 5.8"/>',
    ),
    "🔁": ("again", '<path d="M3 7.4a5 5 0 0 1 9-2.2m.6-2.6v3h-3M13 8.6a5 5 0 0 1-9 2.2m-.6 2.6v-3h3"/>'),
    "↩️": ("back", '<path d="M6 3.4L3 6.4l3 3M3.4 6.4h6a3.3 3.3 0 0 1 0 6.6H7"/>'),
    "📝": ("planned", '<path d="M3.4 12.6l.6-2.8 6.6-6.6 2.2 2.2-6.6 6.6zM9.4 4.4l2.2 2.2"/>'),
    "⏸️": ("paused", '<path d="M5.6 3.4v9.2m4.8-9.2v9.2"/>'),
}
_KNOWN: Final = re.compile("|".join(sorted(map(re.escape, [*_STATES, *_KINDS]), key=len, reverse=True)))


def drawn(text: str) -> str:
    """HTML of a plain text: escaped, and the emoji that are known are drawings."""
    found, at = "", 0
    for match in _KNOWN.finditer(text):
        found += escape(text[at : match.start()], quote=False) + _drawing(match[0])
        at = match.end()
    return found + escape(text[at:], quote=False)


def _drawing(emoji: str) -> str:
    if emoji in _STATES:
        return str(icon(_STATES[emoji]))
    word, path = _KINDS[emoji]
    size = 'viewBox="0 0 16 16" width="15" height="15"'
    return f'<svg class="icon kind {word}" {size} role="img" aria-label="{word}">{path}</svg>'
