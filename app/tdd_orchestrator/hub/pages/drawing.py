"""A flowchart as inline SVG, coloured by the page's own palette."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from tdd_orchestrator.hub.pages.flowchart import Edge, Flowchart
from tdd_orchestrator.hub.pages.layout import LINE, Box, Layout, lay_out

_MARGIN = 6.0
_TONES = {
    "good": ("complete", "completed", "done", "success", "passed", "green", "landed", "accepted"),
    "busy": ("in_progress", "running", "active", "planning", "refactor", "current", "passing", "proving"),
    "bad": ("failed", "failure", "red", "error"),
    "warn": ("blocked", "paused", "awaiting_approval", "waiting", "warning", "critical"),
    "ready": ("ready", "next", "queued"),
    "off": ("skipped", "cancelled", "pending"),
}
_TONE = {name: tone for tone, names in _TONES.items() for name in names}


def draw(chart: Flowchart) -> str:
    """The SVG text of a chart."""
    layout = lay_out(chart)
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    edges = "".join(_edge(layout, edge, route, across=chart.across) for edge, route in layout.routes)
    nodes = "".join(_node(layout.boxes[key], node.kind) for key, node in chart.nodes.items())
    return (
        f'<svg class="flow" role="img" aria-label="flowchart" width="{width:.0f}" height="{height:.0f}" '
        f'style="min-width:{0.7 * width:.0f}px" '
        f'viewBox="{-_MARGIN:g} {-_MARGIN:g} {width:.0f} {height:.0f}">{_ARROW}{edges}{nodes}</svg>'
    )


_ARROW = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 0.6 L7.4 4 L0 7.4 z"/></marker></defs>'
)


def tone(kind: str) -> str:
    """The colour family of a Mermaid class, by its name."""
    return _TONE.get(kind.lower().replace("-", "_"), "plain")


def _node(box: Box, kind: str) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    first = box.y - (len(box.lines) - 1) * LINE / 2 + 4.3
    lines = "".join(
        f'<text x="{box.x:.1f}" y="{first + number * LINE:.1f}"{" class=sub" if number else ""}>{escape(line)}</text>'
        for number, line in enumerate(box.lines)
    )
    frame = f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
    return f'<g class="node {tone(kind)}">{frame}{lines}</g>'


def _edge(layout: Layout, edge: Edge, route: list[str], *, across: bool) -> str:
    boxes = [layout.boxes[key] for key in route]
    forward = (boxes[-1].x >= boxes[0].x) if across else (boxes[-1].y >= boxes[0].y)
    points = [
        _port(boxes[0], out=forward, across=across),
        *((box.x, box.y) for box in boxes[1:-1]),
        _port(boxes[-1], out=not forward, across=across),
    ]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for one, two in pairwise(points):
        path += _curve(one, two, across=across)
    dashes = ' stroke-dasharray="4 4"' if edge.dashed else ""
    middle = points[len(points) // 2] if len(points) > 2 else _between(points[0], points[1])
    label = f'<text class="edge-label" x="{middle[0]:.1f}" y="{middle[1]:.1f}">{escape(edge.label)}</text>'
    return f'<path class="edge" d="{path}"{dashes} marker-end="url(#tip)"/>' + (label if edge.label else "")


def _port(box: Box, *, out: bool, across: bool) -> tuple[float, float]:
    sign = 1 if out else -1
    return (box.x + sign * box.width / 2, box.y) if across else (box.x, box.y + sign * box.height / 2)


def _curve(one: tuple[float, float], two: tuple[float, float], *, across: bool) -> str:
    (x1, y1), (x2, y2) = one, two
    if across:
        middle = (x1 + x2) / 2
        return f" C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    middle = (y1 + y2) / 2
    return f" C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"


def _between(one: tuple[float, float], two: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + two[0]) / 2, (one[1] + two[1]) / 2
