"""The log of a job: masked, capped, and handed on as it grows."""

from __future__ import annotations

import json
from collections.abc import Callable

CAP = 10 * 1024 * 1024  # characters per job
_LINE_CAP = 64 * 1024


class Masks:
    """What must never be readable in a log."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def add(self, secret: str) -> None:
        """Mask a value: each of its lines, and its form within JSON."""
        lines = [line.strip() for line in secret.splitlines()] + [secret, json.dumps(secret)[1:-1]]
        self._values = sorted({*self._values, *(line for line in lines if line)}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with `***` for every masked value."""
        for value in self._values:
            text = text.replace(value, "***")
        return text

    def found_in(self, text: str) -> bool:
        """Whether a masked value occurs in the text."""
        return any(value in text for value in self._values)


class JobLog:
    """Lines of one job on their way to the hub. After CAP characters it says once that it was cut."""

    def __init__(self, write: Callable[[str], None], masks: Masks) -> None:
        self._write, self._masks, self._left, self._pending = write, masks, CAP, ""

    def line(self, text: str) -> None:
        """Add one line."""
        if self._left <= 0:
            return
        text = self._masks.hide(text)[:_LINE_CAP] + "\n"
        self._left -= len(text)
        self._pending += text
        if self._left <= 0:
            self._pending += f"##[warning]The log was cut here: it has more than {CAP // 1024 // 1024} MB.\n"

    def flush(self) -> None:
        """Hand on what has gathered; called once for each piece of output, not for each line."""
        if self._pending:
            self._write(self._pending)
            self._pending = ""

    def say(self, text: str) -> None:
        """Add lines and hand them on at once."""
        for line in text.splitlines() or [""]:
            self.line(line)
        self.flush()
