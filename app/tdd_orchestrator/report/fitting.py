"""Texts within GitHub's limits: what matters least is left out whole, and it is said so."""

from collections.abc import Iterable

LIMIT = 64_000
"""Of a check's summary, of its text and of a comment; GitHub takes 65,535, and a comment has a marker too."""


def size(text: str) -> int:
    """Length in UTF-16 units, the strictest way to count: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def joined(parts: Iterable[str], *, limit: int = LIMIT, left_out: str = "") -> str:
    """Paragraphs in order, as many as fit; `left_out` takes the place of the others. Empty ones are passed over."""
    kept: list[str] = []
    room = limit - size(left_out) - 2
    for part in filter(None, parts):
        room -= size(part) + 2
        if room < 0:
            return "\n\n".join((*kept, *filter(None, [left_out])))
        kept.append(part)
    return "\n\n".join(kept)


def cut(text: str, limit: int = LIMIT) -> str:
    """As many of a text's lines as fit, and a last one that says so."""
    if size(text) <= limit:
        return text
    left_out = "\n\n… the rest does not fit in one comment."
    kept, room = "", limit - size(left_out)
    for each in text.splitlines(keepends=True):
        if size(kept) + size(each) > room:
            break
        kept += each
    return kept.rstrip() + left_out


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, limit: int = 40_000, left_out: str = "") -> str:
    """A Markdown table of as many rows as fit, and a sentence about the others that ends with `left_out`; every cell is
    made safe by the caller.
    """
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    top = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    shown: list[str] = []
    room = limit
    for line in lines:
        room -= size(line) + 1
        if room < 0:
            rest = len(lines) - len(shown)
            return "\n".join((*top, *shown)) + f"\n\n… and {rest} more, which do not fit here. {left_out}".rstrip()
        shown.append(line)
    return "\n".join((*top, *shown))
