"""JSON as a tree that knows its lines: checked by the standard parser first, then walked once for the places."""

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.located import Located

DEEPEST = 40
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = json.JSONDecoder()


class _TooDeep(Exception):
    """The text is nested deeper than anybody writes."""


@dataclass
class _Walker:
    """A cursor over text that is known to be valid JSON."""

    text: str
    at: int = 0
    twice: tuple[str, int] | None = None
    breaks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaks = [found.start() for found in re.finditer("\n", self.text)]

    def _line(self, at: int) -> int:
        return bisect_right(self.breaks, at - 1) + 1

    def _skip(self) -> str:
        """The next character that says something."""
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at]

    def value(self, depth: int, line: int | None = None) -> Located:
        if depth > DEEPEST:
            raise _TooDeep
        mark = self._skip()
        here = line or self._line(self.at)
        if mark == "{":
            entries = self._entries(depth)
            return Located({key: node.value for key, node in entries.items()}, here, entries=tuple(entries.items()))
        if mark == "[":
            items = tuple(self._items(depth))
            return Located([item.value for item in items], here, items=items)
        start = self.at
        value, self.at = _SCALAR.raw_decode(self.text, start)
        return Located(value, here, value if mark == '"' else self.text[start : self.at])

    def _entries(self, depth: int) -> dict[str, Located]:
        entries: dict[str, Located] = {}
        self.at += 1
        while self._skip() != "}":
            line = self._line(self.at)
            key, self.at = _SCALAR.raw_decode(self.text, self.at)
            if key in entries:
                self.twice = self.twice or (key, line)
            self._skip()
            self.at += 1
            entries[key] = self.value(depth + 1, line)
            if self._skip() == ",":
                self.at += 1
        self.at += 1
        return entries

    def _items(self, depth: int) -> list[Located]:
        items: list[Located] = []
        self.at += 1
        while self._skip() != "]":
            items.append(self.value(depth + 1))
            if self._skip() == ",":
                self.at += 1
        self.at += 1
        return items


def json_tree(path: str, text: str) -> Located | Fault | None:
    """Read one JSON text; None where it says nothing."""
    if not text.strip():
        return None
    try:
        json.loads(text)
        walker = _Walker(text)
        root = walker.value(0)
    except json.JSONDecodeError as error:
        message = f"This is not JSON: {error.msg[:1].lower()}{error.msg[1:]}, column {error.colno}."
        return Fault(path, error.lineno, message, "Check commas, quotes and brackets here and before.", code="json")
    except (_TooDeep, RecursionError):
        return Fault(path, 1, f"This is nested more than {DEEPEST} deep.", "Write it flatter.", code="json")
    except ValueError:  # a number of thousands of digits
        return Fault(path, 1, "This holds a number that is too long.", "Write it as text.", code="json")
    if walker.twice:
        key, line = walker.twice
        return Fault(path, line, f"`{key[:60]}` is there twice.", "Leave one of them.", code="json")
    return root
