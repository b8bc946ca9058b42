"""What must never be readable outside: secrets by their value, in whatever common form, and by the look of them.

One function for every mouth: what is written to GitHub, to logs, to the state, and what a runner says and leaves. It is
never applied to the contents of commits: a proof is about the very bytes.
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar

V = TypeVar("V")
STRUCK = "***"
SHORTEST = 8
"""Shorter values are left: striking out a word such as `test` would tell nobody anything and spoil every text."""
LOOKS = (
    r"-----BEGIN(?: |%20|\+)[A-Z0-9 %+]{0,40}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----"
    r"(?:\\+(?:[nr/]|u00[0-9a-fA-F]{2})|%(?:0[AaDd]|20|2[BbFf]|3[AaDd])|[A-Za-z0-9+/=\s:,.])*+"
    r"(?:-----END[A-Z0-9 %+]{0,50}-----)?",
    r"\bgh[pousr]_[A-Za-z0-9_.-]{16,}",
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\bhooks\.slack\.com/services/[A-Za-z0-9/]{20,}",
    r"\beyJ[A-Za-z0-9_-]{8,4000}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}",
    r"(?<=://x-access-token:)[^@\s\"]{8,1000}+(?=@)",
)
"""Texts come from anybody and may be long, so each look reads on for a bounded way and does not go back (`+` after a
quantifier): the time is linear in the text.
"""
_LOOKS = re.compile("|".join(f"(?:{look})" for look in LOOKS))
_HINTS = ("-----BEGIN", "gh", "sk-", "AKIA", "ASIA", "xox", "slack", "eyJ", "x-access-token")


@dataclass(frozen=True)
class Redactor:
    """Strikes out what looks like a secret, and `secrets`: the values that this process holds."""

    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, text: str) -> str:
        """The text with `***` for every secret. Twice is once; a text without any comes back as it is."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, STRUCK)
        return _LOOKS.sub(STRUCK, text) if any(hint in text for hint in _HINTS) else text

    def value(self, value: V) -> V:
        """The same in every text of a frozen value, a mapping or a sequence; what holds none comes back as it is."""
        return self._value(value)  # type: ignore[no-any-return]

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        found = {form for secret in self.secrets for form in _forms(secret) if len(form) >= SHORTEST}
        return tuple(sorted(found, key=len, reverse=True))

    def _value(self, value: Any) -> Any:
        if isinstance(value, Enum) or value is None:
            return value
        if isinstance(value, str):
            return self(value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._of_fields(value)
        if isinstance(value, dict):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(map(self._value, value))
        return value

    def _of_fields(self, value: Any) -> Any:
        told = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        struck = {name: self._value(one) for name, one in told.items()}
        return value if struck == told else type(value)(**struck)


def _forms(secret: str) -> Iterable[str]:
    """The value, its lines, and how they stand in JSON, in a URL and in base64, wherever in a longer text it begins."""
    bare = secret.strip()
    if len(bare) < SHORTEST:
        return
    lines = {line.strip() for line in bare.splitlines() if "-----" not in line}  # by its frame, another key is known
    plain = {bare, *lines}
    yield from plain | {json.dumps(each)[1:-1] for each in plain}
    quoted = {_percent(each) for each in plain}
    yield from quoted | {each.replace("%20", "+") for each in quoted}
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + bare.encode("utf-8", "replace")).decode().rstrip("=")
        inside = coded[(0, 2, 3)[before] : len(coded) - ((before + len(bare.encode("utf-8", "replace"))) % 3 > 0)]
        yield inside
        yield inside.replace("+", "-").replace("/", "_")


def _percent(text: str) -> str:
    """The text as it stands in a query, where all but the unreserved letters of RFC 3986 is written as `%2F`."""
    return "".join(
        chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-._~") else f"%{byte:02X}"
        for byte in text.encode("utf-8", "replace")
    )
