"""Somebody's text made harmless in Markdown: one line, no HTML, no link, no ping, nothing invisible.

Code spans that are closed stay as they are, because GitHub takes them literally; all other punctuation that could
begin something is escaped. The rules are those of https://github.github.com/gfm/.
"""

import re
import unicodedata
from collections.abc import Iterator

_TICKS = re.compile(r"`+")
_PING = re.compile(r"@(?=\S)|#(?=\d)|(?<=\b[Gg][Hh])-(?=\d)")
_ESCAPED = re.compile(r"[\\`*\[~|]|(?<![^\W_])_|_(?![^\W_])")
ZERO = "\u200b"
"""A space of no width: it parts a sign from its word, so that nobody is pinged and no issue is linked."""
_JOINERS = frozenset("\u200c\u200d")
"""Invisible, but parts of words and of emoji."""


def plain(text: str) -> str:
    """One line without control, direction and other invisible characters; nothing is escaped."""
    kept = text if text.isprintable() else "".join(_kept(letter) for letter in text)
    return " ".join(kept.split())


def inert(text: str) -> str:
    """The text as one line of Markdown that shows it and does nothing else."""
    line = "".join(piece if is_code else _escaped(piece) for piece, is_code in _pieces(plain(text)))
    number = re.match(r"\d{1,9}(?=[.)])", line)
    at = number.end() if number else 0
    return f"{line[:at]}\\{line[at:]}" if number or line.startswith(("-", "+", "=", "#", ">")) else line


def cell(text: str) -> str:
    """The same inside a table's cell: no `|` ends it."""
    return "".join(_cell_code(piece) if is_code else _escaped(piece) for piece, is_code in _pieces(plain(text)))


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the last an ellipsis where something was cut; unescaped text, as `plain` gives."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def line(text: str, limit: int) -> str:
    """Somebody's text as one plain line of at most `limit` characters; of a long one only the beginning is read."""
    return shortened(plain(text[: 4 * limit]), limit)


def _kept(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co") and letter not in _JOINERS else letter


def _escaped(text: str) -> str:
    """Entities for what HTML reads, a backslash before what Markdown reads, a gap in what pings."""
    told = _ESCAPED.sub(r"\\\g<0>", text).replace("&", "&amp;").replace("<", "&lt;")
    return _PING.sub(rf"\g<0>{ZERO}", told)


def _cell_code(span: str) -> str:
    """A table is cut at its `|` before code is read: there `\\|` is one, unless other backslashes confuse it."""
    return _escaped(span) if "|" in span and "\\" in span else span.replace("|", "\\|")


def _pieces(line: str) -> Iterator[tuple[str, bool]]:
    """The line's parts in order, and whether each is a closed code span."""
    start = at = 0
    while opening := _TICKS.search(line, at):
        closing = next((end for end in _TICKS.finditer(line, opening.end()) if len(end[0]) == len(opening[0])), None)
        if closing is None:
            at = opening.end()
            continue
        yield line[start : opening.start()], False
        yield line[opening.start() : closing.end()], True
        start = at = closing.end()
    yield line[start:], False
