"""What the lines of one requirement say: its text, its acceptance criteria and its keys (`Depends on:`, `Kind:`...)."""

import re
from dataclasses import dataclass, field

from tdd_orchestrator.core.markdown import Block, Code, Heading, Item, Prose, plain
from tdd_orchestrator.core.names import acceptance_label, ids_in, title_and_rest
from tdd_orchestrator.core.outline import Found
from tdd_orchestrator.core.requirements import Requirement, Sketch, derived_id

_KEY = re.compile(
    r"(?:\*\*|__)?(depends?[ _-]?on|dependencies|kind|files?|tests?)(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*", re.I
)
_STEP = re.compile(r"(?:\*\*|__)?(given|when|then|and|but)\b", re.I)
_THEN = re.compile(r"\bthen\b", re.I)
_DELIMITER = re.compile(r"\s*(?:[-*+]\s+)?(?:`{3,}|~{3,})")
_NONE = ("", "-", "—", "none", "n/a", "nothing")
_TEXT_COLUMNS = ("", "requirement", "description", "text", "story", "user story", "summary", "details")
_COLUMNS = {
    "title": "title",
    "name": "title",
    "depends on": "depends_on",
    "depends_on": "depends_on",
    "dependencies": "depends_on",
    "kind": "kind",
    "files": "files",
    "tests": "tests",
    "acceptance": "acceptance",
    "acceptance criteria": "acceptance",
}


@dataclass
class _Body:
    """The parts of a requirement while its lines are read."""

    text: list[str] = field(default_factory=list)
    criteria: list[str] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    prose: list[tuple[int, str]] = field(default_factory=list)
    key: str | None = None  # a key whose values follow as a list
    indent: int = -1  # of the criterion last read, -1 where it was no item
    last: int = 0  # its line

    def read(self, blocks: list[tuple[Block, bool]]) -> None:
        at = barren = 0
        while at < len(blocks):
            run, concluded = _steps(blocks, at) if at >= barren else (0, False)
            if concluded:
                self._criterion(" ".join(_said(block) for block, _ in blocks[at : at + run]), blocks[at][0])
                at += run
                continue
            barren = max(barren, at + run)  # steps without an end have none from their middle on either
            self._line(*blocks[at])
            at += 1

    def _line(self, block: Block, accepting: bool) -> None:
        match block:
            case Prose() | Item():
                self.prose.append((block.line, block.text))
                self._words(block, accepting)
            case Code() if accepting and _delimiter(block.text):
                pass
            case Code() if accepting and self.criteria:
                self.criteria[-1] += "\n" + block.text
            case Code():
                self.text.append(block.text)
            case Heading() if acceptance_label(block.text + ":") is None:
                self.text.append(block.text)
            case _:
                self.text.append("")

    def _words(self, block: Prose | Item, accepting: bool) -> None:
        if self._takes_key(block):
            return
        boxed = isinstance(block, Item) and block.box is not None
        if not (accepting or boxed):
            self.text.append(("- " if isinstance(block, Item) else "") + block.text)
        elif self.criteria and not boxed and self._continues(block):
            self.criteria[-1] += " " + block.text
            self.last = block.line
        else:
            self._criterion(block.text, block)

    def _criterion(self, text: str, block: Block) -> None:
        if text.strip():
            self.criteria.append(text.strip())
            self.indent = block.indent if isinstance(block, Item) else -1
            self.last = block.line

    def _continues(self, block: Prose | Item) -> bool:
        """Whether a line goes on with the criterion before it: its paragraph, text below its item, a list within it."""
        if isinstance(block, Prose):
            return self.indent >= 0 or block.line == self.last + 1
        return block.indent > self.indent >= 0

    def _takes_key(self, block: Prose | Item) -> bool:
        """Whether the line is a key, or one of the values listed under a key."""
        if found := _KEY.match(block.text):
            name = _key_name(found[1])
            self.key_lines.setdefault(name, block.line)
            values = _values(name, block.text[found.end() :])
            self.keys.setdefault(name, []).extend(values)
            self.key = None if values else name
            return True
        if self.key and isinstance(block, Item) and block.box is None:
            self.keys[self.key] += _values(self.key, block.text)
            return True
        self.key = None
        return False


def sketch(found: Found, path: str) -> Sketch:
    """Read one requirement from its lines."""
    body = _Body()
    title, opening = _opening(found, body)
    body.prose.append((found.start.line, f"{title} {opening}"))
    body.read(found.body)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join([opening, *body.text]).strip())
    title = title or title_and_rest(text.partition("\n")[0])[0]
    if not text and (body.criteria or found.has_children):
        text = title
    requirement = Requirement(
        id=found.id or derived_id(title),
        title=title,
        text=text,
        path=path,
        line=found.start.line,
        end_line=found.end_line,
        acceptance=tuple(body.criteria),
        depends_on=tuple(dict.fromkeys(body.keys.get("depends_on", ()))),
        kind=next(iter(body.keys.get("kind", ())), None),
        files=tuple(body.keys.get("files", ())),
        tests=tuple(body.keys.get("tests", ())),
    )
    return Sketch(requirement, tuple(body.key_lines.items()), tuple(body.prose))


def _opening(found: Found, body: _Body) -> tuple[str, str]:
    """Title and text of the line that begins a requirement; a table's row puts its other cells into the body."""
    if isinstance(found.start, Item | Prose):
        return _title_of_item(found)
    title, opening = found.title, ""
    for name, cell in found.cells:
        opening, title = _cell(body, name, cell, found.start.line, opening, title)
    return title_and_rest(opening) if found.cells and not title else (title, opening)


def _title_of_item(found: Found) -> tuple[str, str]:
    """Title and text of `- REQ-1: words`; where the words stand on the lines below, the first of them."""
    first = found.title
    below = found.body[0][0] if found.body else None
    if not first and isinstance(below, Prose) and not _KEY.match(below.text):
        first = below.text
        del found.body[0]
    return title_and_rest(first)


def _cell(body: _Body, name: str, cell: str, line: int, opening: str, title: str) -> tuple[str, str]:
    """Put one cell of a table's row where its column says; without a known column it is text."""
    match _COLUMNS.get(name):
        case "title":
            return opening, plain(cell)
        case "acceptance":
            body.criteria += [part.strip() for part in re.split(r"<br\s*/?>|;", cell) if part.strip()]
        case None if name in _TEXT_COLUMNS:
            return f"{opening}\n{cell}".strip(), title
        case None:
            body.text.append(f"{name.capitalize()}: {cell}")
        case key:
            body.keys[key] = list(_values(key, cell))
            body.key_lines[key] = line
    return opening, title


def _key_name(written: str) -> str:
    word = written.lower()
    return "depends_on" if word.startswith("depend") else word if word == "kind" else word.rstrip("s") + "s"


def _values(key: str, text: str) -> list[str]:
    """The values of a key; words that are no id stay as they are, for the lint to name."""
    parts = [part.strip().strip("`*[]\"'").strip() for part in text.rstrip(".").split(",")]
    parts = [part for part in parts if part.lower() not in _NONE]
    if key != "depends_on":
        return [part.lower() for part in parts] if key == "kind" else parts
    return [name for part in parts for name in (ids_in(part) or (part.removeprefix("#"),))]


def _said(block: Block) -> str:
    return block.text.strip() if isinstance(block, Prose | Item | Code) else ""


def _step(block: Block, accepting: bool) -> str | None:
    """The word a Given/When/Then line begins with; in a fence it counts only under an acceptance heading."""
    if not isinstance(block, Prose | Item) and not (isinstance(block, Code) and accepting):
        return None
    found = _STEP.match(_said(block))
    return found[1].lower() if found else None


def _steps(blocks: list[tuple[Block, bool]], at: int) -> tuple[int, bool]:
    """How many blocks from here on are the steps of one scenario, and whether it ever says `then`."""
    if _step(*blocks[at]) not in ("given", "when"):
        return 0, False
    length, concluded = 0, False
    while at + length < len(blocks):
        word = _step(*blocks[at + length])
        if word is None or (length and word == "given") or (word == "when" and concluded):
            break
        concluded = concluded or word == "then" or _THEN.search(_said(blocks[at + length][0])) is not None
        length += 1
    return length, concluded


def _delimiter(text: str) -> bool:
    """Whether a line of code is only the fence around it."""
    return _DELIMITER.match(text) is not None
