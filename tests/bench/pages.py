"""Tables of the documentation that a benchmark renews: rows of what was played now, and the others as they stood."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Cells = tuple[str, ...]


def renewed(path: Path, introduction: str, head: Cells, played: Mapping[Cells, Cells], known: Iterable[Cells]) -> None:
    """Write the page. Keys are the first cells of a row, `known` all of them in order; what is not known is dropped."""
    keys = list(known)
    stood = _rows(path, len(keys[0]) if keys else 1)
    rows = [(*key, *cells) for key in keys if (cells := played.get(key, stood.get(key))) is not None]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([introduction, _line(head), "|" + "---|" * len(head), *map(_line, rows), ""]))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(each.replace("|", "∣") for each in cells) + " |"


def _rows(path: Path, width: int) -> dict[Cells, Cells]:
    """The rows of a page by their first `width` cells."""
    text = path.read_text() if path.exists() else ""
    cells = [tuple(line[2:-2].split(" | ")) for line in text.splitlines() if line.startswith("| ")]
    return {each[:width]: each[width:] for each in cells}
