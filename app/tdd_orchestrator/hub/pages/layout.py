"""Where the boxes of a flowchart stand: layers by longest path, order by the mean of the neighbours.

The old recipe of Sugiyama, Tagawa and Toda (1981), small: back edges are turned round, long edges get a place in each
layer they cross, and a few sweeps sort the layers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from tdd_orchestrator.hub.pages.flowchart import Edge, Flowchart

CHARACTER, LINE, PADDING = 7.2, 17.0, 14.0  # pixels of a 12.5 px font
GAP, LAYER_GAP = 26.0, 54.0
_WIDEST = 26  # characters in a line of a label
_SWEEPS = 6


@dataclass(slots=True)
class Box:
    """A box by its middle; a box without lines is the bend of a long edge."""

    key: str
    lines: list[str]
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class Layout:
    """Boxes by key, edges with the keys they pass through, and the size of it all in pixels."""

    boxes: dict[str, Box]
    routes: list[tuple[Edge, list[str]]]
    width: float
    height: float


def lay_out(chart: Flowchart) -> Layout:
    """Give every box a place."""
    boxes = {key: _box(key, node.label) for key, node in chart.nodes.items()}
    turned = _back_edges(chart)
    links = [(e.end, e.start) if (e.start, e.end) in turned else (e.start, e.end) for e in chart.edges]
    depth = _depths(list(boxes), links)
    routes = [(edge, _route(boxes, depth, edge, *link)) for edge, link in zip(chart.edges, links, strict=True)]
    rows = _rows(depth)
    pairs = [pair for _, route in routes for pair in _steps(route, depth)]
    _sort(rows, pairs)
    width, height = _place(rows, boxes, across=chart.across)
    return Layout(boxes, routes, width, height)


def _box(key: str, label: str) -> Box:
    lines: list[str] = []
    for part in re.split(r"<br\s*/?>|\n", label):
        lines += _wrapped(part.strip())
    widest = max(len(line) for line in lines)
    return Box(key, lines, max(widest * CHARACTER + 2 * PADDING, 56), len(lines) * LINE + PADDING)


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= _WIDEST:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _back_edges(chart: Flowchart) -> set[tuple[str, str]]:
    """Edges that close a circle when one walks from the first node on."""
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in chart.nodes:
        path: list[tuple[str, list[str]]] = [(first, _ends(chart, first))] if first not in done else []
        while path:
            here, ends = path[-1]
            if not ends:
                done.add(here)
                path.pop()
                continue
            end = ends.pop()
            if any(end == key for key, _ in path):
                found.add((here, end))
            elif end not in done:
                path.append((end, _ends(chart, end)))
    return found


def _ends(chart: Flowchart, start: str) -> list[str]:
    return [edge.end for edge in chart.edges if edge.start == start]


def _depths(keys: list[str], links: list[tuple[str, str]]) -> dict[str, int]:
    depth = dict.fromkeys(keys, 0)
    for _ in keys:
        for start, end in links:
            if start != end:
                depth[end] = max(depth[end], depth[start] + 1)
    return depth


def _route(boxes: dict[str, Box], depth: dict[str, int], edge: Edge, start: str, end: str) -> list[str]:
    """The keys that an edge passes, with a bend made for each layer in between, in the edge's own direction."""
    bends = []
    for level in range(depth[start] + 1, depth[end]):
        key = f"\0{len(boxes)}"
        boxes[key] = Box(key, [], 12, 12)
        depth[key] = level
        bends.append(key)
    route = [start, *bends, end]
    return route if edge.start == start else route[::-1]


def _rows(depth: dict[str, int]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for key, level in depth.items():
        rows[level].append(key)
    return rows


def _steps(route: list[str], depth: dict[str, int]) -> list[tuple[str, str]]:
    return [(one, two) if depth[one] < depth[two] else (two, one) for one, two in pairwise(route)]


def _sort(rows: list[list[str]], pairs: list[tuple[str, str]]) -> None:
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for level in order:
            beside = rows[level - 1 if down else level + 1]
            place = {key: float(index) for index, key in enumerate(beside)}
            means = {key: _mean(key, pairs, place, float(index)) for index, key in enumerate(rows[level])}
            rows[level].sort(key=means.__getitem__)


def _mean(key: str, pairs: list[tuple[str, str]], place: dict[str, float], otherwise: float) -> float:
    near = [place[one] for pair in pairs if key in pair for one in pair if one != key and one in place]
    return sum(near) / len(near) if near else otherwise


def _place(rows: list[list[str]], boxes: dict[str, Box], *, across: bool) -> tuple[float, float]:
    """Set x and y; each row is centred on the widest. Returns the size of it all."""

    def breadth(key: str) -> float:
        return boxes[key].height if across else boxes[key].width

    def thickness(key: str) -> float:
        return boxes[key].width if across else boxes[key].height

    spans = [sum(breadth(key) for key in row) + GAP * (len(row) - 1) for row in rows]
    widest, far = max(spans), 0.0
    for row, span in zip(rows, spans, strict=True):
        along, thick = (widest - span) / 2, max(thickness(key) for key in row)
        for key in row:
            middle, level = along + breadth(key) / 2, far + thick / 2
            boxes[key].x, boxes[key].y = (level, middle) if across else (middle, level)
            along += breadth(key) + GAP
        far += thick + LAYER_GAP
    return (far - LAYER_GAP, widest) if across else (widest, far - LAYER_GAP)
