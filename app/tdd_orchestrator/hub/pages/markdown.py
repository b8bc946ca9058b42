"""Markdown as the hub's pages show it: no HTML but a few harmless tags, hidden markers hidden, flowcharts drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from tdd_orchestrator.hub.pages import flowchart
from tdd_orchestrator.hub.pages.drawing import draw
from tdd_orchestrator.hub.pages.emoji import drawn

_TAG = re.compile(r"<!--.*?-->|<(/?)(details|summary|br|sub|sup|kbd)(?: open)?\s*/?>", re.DOTALL)
_TASK = re.compile(r"\[([ xX])\]\s")


def render(source: str | None) -> Markup:
    """The HTML of a Markdown text; the empty string of none."""
    return Markup(_PARSER.render(source or ""))  # noqa: S704  # the parser escapes, see _html


def _html(content: str) -> str:
    """Keep the harmless tags, drop comments, escape everything else."""
    found, at = "", 0
    for tag in _TAG.finditer(content):
        found += escape(content[at : tag.start()])
        found += "" if tag[0].startswith("<!--") else tag[0]
        at = tag.end()
    return found + escape(content[at:])


def _fence(tokens: Sequence[Token], index: int) -> str:
    token = tokens[index]
    language = token.info.strip().partition(" ")[0]
    chart = flowchart.read(token.content) if language == "mermaid" else None
    if chart is not None:
        return f'<div class="chart">{draw(chart)}</div>\n'
    if language in ("diff", "patch"):
        return (
            f'<pre class="code diff-code"><code>{"".join(map(_diff_line, token.content.splitlines()))}</code></pre>\n'
        )
    return f'<pre class="code"><code>{escape(token.content)}</code></pre>\n'


def _diff_line(line: str) -> str:
    kind = {"+": "add", "-": "del", "@": "hunk"}.get(line[:1], "")
    return f'<span class="{kind}">{escape(line)}\n</span>' if kind else f"{escape(line)}\n"


def _tasks(state: StateCore) -> None:
    """`- [x] text` becomes a box."""
    for number, token in enumerate(state.tokens):
        if token.type != "inline" or number < 2 or state.tokens[number - 2].type != "list_item_open":
            continue
        first = token.children[0] if token.children else None
        mark = _TASK.match(first.content) if first and first.type == "text" else None
        if first and mark and token.children is not None:
            first.content = first.content[mark.end() :]
            box = Token("html_inline", "", 0)
            box.meta = {"box": "task done" if mark[1] != " " else "task"}
            token.children.insert(0, box)
            state.tokens[number - 2].attrSet("class", "task-item")


def _inline(tokens: Sequence[Token], index: int) -> str:
    token = tokens[index]
    if box := token.meta.get("box"):
        return f'<span class="{box}" role="img" aria-label="{"done" if "done" in box else "to do"}"></span>'
    return _html(token.content)


def _image(tokens: Sequence[Token], index: int) -> str:
    """Nothing is fetched from elsewhere: an image is a link."""
    token = tokens[index]
    address = str(token.attrGet("src") or "")
    return f'<a href="{escape(address)}" rel="noreferrer">{escape(token.content or address)}</a>'


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True, "breaks": False}).enable(["table", "strikethrough"])
    made.core.ruler.push("tasks", _tasks)
    rules: dict[str, Any] = made.renderer.rules  # type: ignore[attr-defined]
    rules["html_block"] = lambda tokens, index, *_: _html(tokens[index].content)
    rules["html_inline"] = lambda tokens, index, *_: _inline(tokens, index)
    rules["text"] = lambda tokens, index, *_: drawn(tokens[index].content)
    rules["fence"] = lambda tokens, index, *_: _fence(tokens, index)
    rules["image"] = lambda tokens, index, *_: _image(tokens, index)
    return made


_PARSER = _parser()
