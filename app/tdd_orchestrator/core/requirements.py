"""A requirement: what a PRD asks for, with the lines it stands on and a digest that changes when it is edited."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass

KINDS = ("behaviour", "bugfix", "refactor", "plumbing", "docs")
"""The kinds of work a requirement may ask for; each is proven in its own way."""


@dataclass(frozen=True)
class Requirement:
    """One requirement of one PRD; `line` and `end_line` are 1-based and inclusive."""

    id: str
    title: str
    text: str
    path: str
    line: int
    end_line: int
    acceptance: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    kind: str | None = None
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """12 hex digits that stay the same under a new place or new spacing, and change with any word."""
        words = [self.title, self.text, *self.acceptance]
        keys = [*self.depends_on], self.kind, [*self.files], [*self.tests]
        told = json.dumps([[normalised(word) for word in words], keys], ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class PlanHints:
    """What a PRD says outside its requirements: the planner reads it, nothing is proven by it."""

    context: str = ""
    out_of_scope: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A requirement as it was found, with the lines that a lint may have to point at: of its keys, of its sentences."""

    requirement: Requirement
    key_lines: tuple[tuple[str, int], ...] = ()
    prose: tuple[tuple[int, str], ...] = ()

    def line_of(self, key: str) -> int:
        """The line of `depends_on`, `kind`...; the requirement's own where the key has none."""
        return dict(self.key_lines).get(key, self.requirement.line)


def normalised(text: str) -> str:
    """Text without the differences that do not matter: Unicode composition and white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def derived_id(title: str) -> str:
    """The id of a requirement whose author gave none: from its title alone, so that edits elsewhere do not move it."""
    bare = re.sub(r"[\W_]+", " ", normalised(title).casefold()).strip()
    return "R-" + hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()[:6]
