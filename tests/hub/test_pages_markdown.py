"""What people and bots write is shown as Markdown, and never as HTML of their own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.hub.pages import diff, flowchart, logtext
from tdd_orchestrator.hub.pages.flowchart import Edge, Flowchart, Node
from tdd_orchestrator.hub.pages.layout import lay_out
from tdd_orchestrator.hub.pages.markdown import render

HARMLESS = re.compile(
    r"</?(p|h[1-6]|ul|ol|li|em|strong|s|code|pre|table|thead|tbody|tr|t[hd]|hr|br|blockquote|details|summary|sub|sup|kbd"
    r"|a|span|div|svg|defs|marker|path|g|rect|text)\b[^<>]*>"
)


@pytest.mark.parametrize(
    ("source", "wanted", "unwanted"),
    [
        ("a <!-- tdd:sticky --> b", "a  b", "sticky"),
        ("<!-- tdd\nmarker -->\n\ntext", "<p>text</p>", "marker"),
        ("`<!-- shown -->`", "&lt;!-- shown --&gt;", "<!--"),
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("<b onclick=x>bold</b>", "&lt;b onclick=x&gt;", "<b "),
        ("<details open><summary>S</summary>\n\n*x*\n\n</details>", "<summary>S</summary>", "&lt;"),
        ("<details ontoggle=x>", "&lt;details ontoggle=x&gt;", "<details"),
        ("[a](javascript:alert(1))", "[a](javascript", "href"),
        ("![alt](http://elsewhere.test/x.png)", '<a href="http://elsewhere.test/x.png"', "<img"),
        ("- [x] one\n- [ ] two", 'class="task done"', "[x]"),
        ("|a|b|\n|-|-|\n|1|~~2~~|", "<td><s>2</s></td>", "|"),
        ("```mermaid\ngraph TD\nA-->B\n```", '<svg class="flow"', "graph TD"),
        ("```mermaid\nsequenceDiagram\nA->>B: x\n```", "sequenceDiagram", "<svg"),
        ("```diff\n-a\n+<b>\n```", '<span class="add">+&lt;b&gt;', "<b>"),
    ],
)
def test_markdown_is_shown_without_html_of_its_own(source: str, wanted: str, unwanted: str) -> None:
    shown = str(render(source))
    assert wanted in shown
    assert unwanted not in shown


def test_emoji_of_states_are_drawings_and_code_is_left_alone() -> None:
    shown = str(render("✅ done, ⏭️ <b>, 👤 you, 🦊 `❌`"))
    assert 'aria-label="success"' in shown
    assert 'aria-label="skipped"' in shown
    assert 'aria-label="person"' in shown
    assert "&lt;b&gt;" in shown
    assert "🦊" in shown
    assert "<code>❌</code>" in shown


@given(st.text(alphabet="<>!-/abdetilsmrypo \"'=`\n[](){}:#|*_&;", max_size=80))
def test_whatever_is_written_no_tag_gets_through_but_the_harmless_ones(source: str) -> None:
    assert "<" not in HARMLESS.sub("", str(render(source)))


def test_a_flowchart_is_read() -> None:
    chart = flowchart.read("""graph LR
        %% a comment
        A["One<br/>#quot;x#quot;"]:::complete --> B(two)
        A -.-> C{three}
        B & C -->|then| D-1
        class B,C failed
        classDef complete fill:#fff
    """)
    assert chart is not None
    assert chart.across
    assert list(chart.nodes.values()) == [
        Node("A", 'One<br/>"x"', "complete"),
        Node("B", "two", "failed"),
        Node("C", "three", "failed"),
        Node("D-1", "D-1"),
    ]
    assert chart.edges == [
        Edge("A", "B"),
        Edge("A", "C", "", True),
        Edge("B", "D-1", "then"),
        Edge("C", "D-1", "then"),
    ]


@pytest.mark.parametrize(
    "source", ["", "pie", "graph TD", "graph TD\nsubgraph x\nend", "graph TD\nA --> ", "graph XY\nA"]
)
def test_other_diagrams_are_left_as_text(source: str) -> None:
    assert flowchart.read(source) is None


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
def test_boxes_never_lie_upon_one_another_and_arrows_point_onward(pairs: set[tuple[int, int]]) -> None:
    keys = {str(key): Node(str(key), "label") for pair in pairs for key in pair} or {"0": Node("0", "label")}
    chart = Flowchart(False, keys, [Edge(str(one), str(two)) for one, two in sorted(pairs)])
    layout = lay_out(chart)
    boxes = list(layout.boxes.values())
    for index, one in enumerate(boxes):
        for two in boxes[index + 1 :]:
            apart_x = abs(one.x - two.x) - (one.width + two.width) / 2
            apart_y = abs(one.y - two.y) - (one.height + two.height) / 2
            assert max(apart_x, apart_y) > 0
    if all(one < two for one, two in pairs):
        assert all(layout.boxes[edge.start].y < layout.boxes[edge.end].y for edge in chart.edges)


def test_a_patch_has_the_line_numbers_of_both_sides() -> None:
    rows = diff.rows("@@ -1,2 +1,2 @@ def f\n same\n-old\n+new\n\\ No newline at end of file")
    assert [(row.kind, row.old, row.new, row.text) for row in rows] == [
        ("hunk", 0, 0, "@@ -1,2 +1,2 @@ def f"),
        ("same", 1, 1, "same"),
        ("del", 2, 0, "old"),
        ("add", 0, 2, "new"),
        ("note", 0, 0, "No newline at end of file"),
    ]


def test_a_log_is_folded_by_its_groups() -> None:
    groups, left_out = logtext.groups("a\n##[group]G\nb\n##[endgroup]\n\x1b[31mred\x1b[0m\n##[error]bad")
    assert [(one.title, one.lines) for one in groups] == [
        ("", [(1, "", "a")]),
        ("G", [(3, "", "b")]),
        ("", [(5, "", "red"), (6, "error", "bad")]),
    ]
    assert left_out == 0
    assert logtext.groups("x\n" * (logtext.SHOWN + 3))[1] == 3
