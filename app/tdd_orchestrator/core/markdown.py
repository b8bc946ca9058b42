"""Markdown as far as people's requirements and commands need it: which lines count, and what each of them is.

Not a renderer: one pass over the lines, linear in the text, with the parts of CommonMark that decide whether a line is
meant (fences, comments, quotes) or what it belongs to (headings, list items, tables).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)[ \t]*")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_BOX = re.compile(r"\[([ xX])\](?=\s|$)\s*")
_ANCHOR = re.compile(r"\{#([^\s{}]{1,100})\}\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
_CODE_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)[^`]*\1(?!`)")
_BREAK = re.compile(r"\r\n|\r|\n")
_DEEPEST = 60
_LONGEST = 10_000  # a longer line is no prose; it is not searched for code spans


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `raw` as written, `text` without HTML comments; `code` says that a fence holds it."""

    number: int
    raw: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    line: int
    level: int
    text: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """The first line of a list item. `box` is None without a checkbox, else whether it is ticked."""

    line: int
    indent: int
    text: str
    box: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `ruler` marks the line of dashes under its head."""

    line: int
    cells: tuple[str, ...]
    ruler: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    line: int
    indent: int
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Blank:
    line: int


Block = Heading | Item | Row | Prose | Code | Blank


def visible_lines(text: str, first: int = 1) -> Iterator[Line]:
    """The lines of a text, HTML comments taken out and fenced lines marked; the first line has number `first`."""
    lines = _BREAK.split(text)
    last_close = max((number for number, raw in enumerate(lines, first) if "-->" in raw), default=0)
    fence: tuple[str, int] | None = None
    commented = False
    for number, raw in enumerate(lines, first):
        if fence is None:
            shown, commented = _uncommented(raw, commented, closes_later=last_close > number)
            fence = None if commented else _opened(shown)
            yield Line(number, raw, shown, code=fence is not None)
        elif _outside(raw, fence[1]):
            # The list item that held the fence has ended, and the fence with it.
            fence = _opened(raw)
            yield Line(number, raw, raw, code=fence is not None)
        else:
            yield Line(number, raw, raw, code=True)
            fence = None if _closes(raw, fence[0]) else fence


def _opened(text: str) -> tuple[str, int] | None:
    """The fence that begins on this line and the column its list item begins at (0 outside lists)."""
    text = text.expandtabs(4)
    marker = _MARKER.match(text)
    start = marker.end() if marker else _indent(text)
    if text[start : start + 4].lower() == "<pre" and not marker:
        return None if "</pre" in text.lower() else ("</pre", 0)
    found = _FENCE.match(text, start)
    if found is None or (found[1][0] == "`" and "`" in found[2]):
        return None
    return found[1], start if marker or start > 3 else 0


def _closes(text: str, fence: str) -> bool:
    bare = text.strip()
    if fence == "</pre":
        return fence in text.lower()
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def _outside(text: str, column: int) -> bool:
    return bool(text.strip()) and _indent(text.expandtabs(4)) < min(column, 2)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _uncommented(raw: str, commented: bool, *, closes_later: bool) -> tuple[str, bool]:
    """A line without its HTML comments, and whether a comment is still open at its end."""
    kept: list[str] = []
    at = 0
    while at < len(raw):
        if commented:
            close = raw.find("-->", at)
            if close < 0:
                break
            at, commented = close + 3, False
            continue
        start = _comment_start(raw, at, closes_later)
        kept.append(raw[at:start])
        at, commented = start + 4, start < len(raw)
    return "".join(kept), commented


def _comment_start(raw: str, at: int, closes_later: bool) -> int:
    """Where the next comment opens, or the line's end. In a code span none does, nor in a sentence without an end."""
    start = raw.find("<!--", at)
    if start >= 0 and "`" in raw and len(raw) < _LONGEST:
        spans = [found.span() for found in _CODE_SPAN.finditer(raw)]
        while any(low < start < high for low, high in spans):
            start = raw.find("<!--", start + 4)
    ends = closes_later or raw.find("-->", start) >= 0 or not raw[:start].strip()
    return start if start >= 0 and ends else len(raw)


def blocks(text: str, first: int = 1) -> list[Block]:
    """Every line of a text as what it is, in order; the first line has number `first`."""
    found: list[Block] = []
    listed = False
    for line in visible_lines(text, first):
        previous = found[-1] if found else Blank(0)
        block = _block(line, previous, listed)
        underline = _UNDERLINE.match(line.text)
        if underline and isinstance(block, Prose | Item | Blank) and isinstance(previous, Prose):
            found[-1] = _heading(previous.line, 1 if underline[1][0] == "=" else 2, previous.text)
            block = Blank(line.number)
        match block:
            case Item():
                listed = True
            case Heading() | Row():
                listed = False
            case Prose(indent=0) if isinstance(previous, Blank):
                listed = False
            case _:
                pass
        found.append(block)
    return found


def _block(line: Line, previous: Block, listed: bool) -> Block:
    text = line.text.expandtabs(4)
    bare = text.strip()
    indent = _indent(text)
    if line.code or (bare and indent >= 4 and not listed and not isinstance(previous, Prose)):
        return Code(line.number, line.text)
    if not bare or _is_break(bare):
        return Blank(line.number)
    if found := _HEADING.match(text):
        return _heading(line.number, len(found[1]), found[2] or "")
    if found := _MARKER.match(text):
        return _item(line.number, min(indent, _DEEPEST), text[found.end() :])
    if bare.startswith("|"):
        return _row(line.number, bare)
    return Prose(line.number, min(indent, _DEEPEST), bare)


def _is_break(bare: str) -> bool:
    """A thematic break: three or more of one mark and nothing else."""
    marks = bare.replace(" ", "")
    return len(marks) >= 3 and marks[0] in "-*_" and not marks.strip(marks[0])


def _heading(line: int, level: int, text: str) -> Heading:
    bare = text.strip()
    unhashed = bare.rstrip("#")
    if unhashed != bare and unhashed[-1:] in ("", " ", "\t"):
        bare = unhashed.strip()
    anchor = _ANCHOR.search(bare, max(0, len(bare) - 110))
    return Heading(line, level, bare[: anchor.start()].strip(), anchor[1]) if anchor else Heading(line, level, bare)


def _item(line: int, indent: int, text: str) -> Item:
    boxed = _BOX.match(text)
    box = boxed[1] != " " if boxed else None
    return Item(line, indent, text[boxed.end() :].strip() if boxed else text.strip(), box)


def _row(line: int, bare: str) -> Row:
    inner = bare.replace("\\|", "\x00").removeprefix("|").removesuffix("|")
    cells = tuple(cell.strip().replace("\x00", "|") for cell in inner.split("|"))
    return Row(line, cells, ruler=all(cell and not cell.strip(":-") for cell in cells))


def plain(text: str) -> str:
    """Text without emphasis marks and link targets: what is read aloud."""
    linked = re.sub(r"\[([^\[\]]{1,500})\]\([^()\s]{0,500}\)", r"\1", text) if "](" in text else text
    return re.sub(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`", "", linked).strip()
