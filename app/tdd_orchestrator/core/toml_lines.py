"""Where each key of a TOML text stands: `tomllib` gives values without lines, and a fault needs its line."""

import re
from collections import Counter

_OPAQUE = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'{3}.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*$")
_KEY = re.compile(r"\s*([^=\[\]{},]+?)\s*=")
_INNER = re.compile(r"(?<=[{,])\s*([^=\[\]{},]+?)\s*=")

Name = tuple[str, ...]


def key_lines(text: str) -> dict[Name, int]:
    """The 1-based line of every table and key of a valid TOML text, by its dotted name.

    Keys of a table in braces are found where they stand on the line of its name. The tables of a list, `[[name]]`, are
    numbered: `("name", "0")` is the first.
    """
    lines: dict[Name, int] = {}
    counts: Counter[Name] = Counter()
    table: Name = ()
    depth = 0
    masked = _OPAQUE.sub(lambda found: _mask(found[0]), text.replace("\r\n", "\n"))
    for number, line in enumerate(masked.split("\n"), 1):
        if depth <= 0 and (found := _HEADER.match(line)):
            table = _name(found[2])
            lines.setdefault(table, number)
            if found[1] == "[[":
                table = (*table, str(counts[table]))
                counts[table[:-1]] += 1
                lines[table] = number
            continue
        if depth <= 0 and (found := _KEY.match(line)):
            full = (*table, *_name(found[1]))
            names = [full, *((*full, *_name(inner)) for inner in _INNER.findall(line, found.end()))]
            for name in names:
                lines.setdefault(name, number)
        depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
    return lines


def _mask(opaque: str) -> str:
    """A string or comment as something without marks; a string on one line keeps its words, for it may be a key."""
    if opaque.startswith("#"):
        return ""
    if opaque.startswith(('"""', "'''")) or len(opaque) > 200:
        return "_" + "\n" * opaque.count("\n")
    return re.sub(r"[\[\]{}=,#\n]", "_", opaque)


def _name(dotted: str) -> Name:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\"']+", dotted))
