"""Ruby cut into what is code and what is not: comments, texts, and the blocks that indentation shows.

Ruby's grammar is out of reach here; what cannot be cut ends at its line, so that a fault stays where it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

QUIET = re.compile(
    r"""(?P<remark>^=begin\b.*?^=end\b[^\n]*|\#(?!\{)[^\n]*)
    |(?P<text>"(?:\\.|\#\{[^}\n]*\}|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<pattern>(?<=[(,=~\s])/(?![\s=])(?:\\.|[^/\\\n])+/[imxo]*)""",
    re.DOTALL | re.VERBOSE | re.MULTILINE,
)
CLOSING = re.compile(r"[ \t]*(?:end\b|\}|\]|\))")


@dataclass(frozen=True, slots=True)
class Text:
    """A string or pattern without its quotes, and its 1-based line."""

    said: str
    line: int
    pattern: bool = False


def texts(source: str) -> Iterator[Text]:
    """Every string and pattern."""
    for found in QUIET.finditer(source):
        if found["text"] or found["pattern"]:
            yield Text(found[0][1:-1], source.count("\n", 0, found.start()) + 1, bool(found["pattern"]))


def without_remarks(source: str) -> str:
    """The source with blanks for its comments."""
    return QUIET.sub(lambda found: _blank(found[0]) if found["remark"] else found[0], source)


def plain(source: str) -> str:
    """The source with blanks for comments and for what is in strings and patterns; their quotes stay."""
    return QUIET.sub(lambda found: _blank(found[0]) if found["remark"] else _hollow(found[0]), source)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _hollow(text: str) -> str:
    return f"{text[0]}{_blank(text[1:-1])}{text[-1]}"


def depth_of(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip())


def block_end(lines: list[str], start: int) -> int:
    """The last line of the statement that begins at a line: what is indented below it, and what closes it."""
    depth, end = depth_of(lines[start]), start
    for place in range(start + 1, len(lines)):
        if not lines[place].strip():
            continue
        if depth_of(lines[place]) <= depth:
            goes_on = re.match(r"[ \t]*(?:rescue|ensure|else|elsif|when|in)\b|[ \t]*\.", lines[place])
            if depth_of(lines[place]) == depth and CLOSING.match(lines[place]):
                return place
            if depth_of(lines[place]) < depth or not goes_on:
                return end
        end = place
    return end
