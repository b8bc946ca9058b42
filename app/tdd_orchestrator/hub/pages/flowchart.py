"""Mermaid flowcharts of the simple kind, read into nodes and edges."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_HEAD = re.compile(r"(?:graph|flowchart)\s+(TD|TB|LR)\s*;?")
_NODE = re.compile(
    r"\s*(?P<id>[A-Za-z0-9_][\w.]*(?:-[\w.]+)*)"
    r"(?:\[\"(?P<q>[^\"]*)\"\]|\[(?P<s>[^\]\"]*)\]|\(\[?\"?(?P<r>[^\"\])]*)\"?\]?\)|\{\"?(?P<d>[^\"}]*)\"?\})?"
    r"(?::::(?P<class>[\w-]+))?"
)
_EDGE = re.compile(r"\s*(?P<arrow>-->|---|-\.->|==>)\s*(?:\|\"?(?P<label>[^|\"]*)\"?\|)?")
_SKIPPED = re.compile(r"%%.*|classDef\s.*|style\s.*|linkStyle\s.*")
_CLASS = re.compile(r"class\s+([\w,.-]+)\s+([\w-]+)\s*;?")


@dataclass(slots=True)
class Node:
    """A box; `kind` is its class, which decides its colour."""

    key: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two boxes."""

    start: str
    end: str
    label: str = ""
    dashed: bool = False


@dataclass(slots=True)
class Flowchart:
    """A chart; it runs across where `across` is set, else down."""

    across: bool
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def read(source: str) -> Flowchart | None:
    """The chart that a Mermaid text draws; None for anything but a simple flowchart."""
    lines = [line.strip() for line in source.strip().splitlines()]
    head = _HEAD.fullmatch(lines[0]) if lines else None
    if not head:
        return None
    chart = Flowchart(head[1] == "LR")
    for line in lines[1:]:
        if line and not _SKIPPED.fullmatch(line) and not _statement(chart, line.removesuffix(";")):
            return None
    return chart if chart.nodes else None


def _statement(chart: Flowchart, line: str) -> bool:
    """Read one line into the chart; False if it cannot be read."""
    if found := _CLASS.fullmatch(line):
        for key in found[1].split(","):
            _node(chart, key, None).kind = found[2]
        return True
    at, before, arrow = 0, list[Node](), None
    while True:
        group, at = _group(chart, line, at)
        if not group:
            return False
        if arrow:
            dashed, label = arrow["arrow"] == "-.->", (arrow["label"] or "").strip()
            chart.edges += [Edge(one.key, two.key, label, dashed) for one in before for two in group]
        before = group
        if at >= len(line.rstrip()):
            return True
        arrow = _EDGE.match(line, at)
        if not arrow:
            return False
        at = arrow.end()


def _group(chart: Flowchart, line: str, at: int) -> tuple[list[Node], int]:
    """`A`, or `A & B`."""
    found: list[Node] = []
    while match := _NODE.match(line, at):
        label = next((match[name] for name in "qsrd" if match[name] is not None), None)
        node = _node(chart, match["id"], label)
        node.kind = match["class"] or node.kind
        found.append(node)
        at = match.end()
        more = re.compile(r"\s*&").match(line, at)
        if not more:
            break
        at = more.end()
    return found, at


def _node(chart: Flowchart, key: str, label: str | None) -> Node:
    node = chart.nodes.setdefault(key, Node(key, key))
    if label is not None:
        node.label = html.unescape(label.replace("#quot;", '"').replace("#35;", "#"))
    return node
