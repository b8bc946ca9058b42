"""Whatever people and models write: texts stay within GitHub's limits, break no table, ping nobody, hold no HTML."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tdd_orchestrator.core.content import CheckContent, CommentContent
from tdd_orchestrator.core.inert import cell, inert, plain, shortened
from tdd_orchestrator.core.result import Remark, Stage, Step
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.telling import explained, status_text
from tdd_orchestrator.report.annotations import MOST, annotations
from tdd_orchestrator.report.comment import reply_comment, run_comment
from tdd_orchestrator.report.document import document
from tdd_orchestrator.report.fitting import cut, size, table
from tdd_orchestrator.report.graph import mermaid
from tdd_orchestrator.report.prd_check import prd_check
from tdd_orchestrator.report.run_check import run_check
from tdd_orchestrator.report.task_check import task_check
from world.imagined import HEAD, requirement
from world.runs import attempt, run, stage, task

GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HARD = 65_535
SERVER = "https://github.test"
EVIL = [
    "a | b",
    "`a | b` | c",
    "``` fence",
    "~~~\nfence",
    "`open",
    "a ` b `` c",
    "<script>alert(1)</script>",
    "<!-- hidden -->",
    "<img src=x onerror=y>",
    "</td></table>",
    "@org/team please",
    "x@y @writer @_x @*x",
    "&#64;org/team &lt;b&gt;",
    "see #12 and GH-13",
    "[click](https://evil.test)",
    "![pixel](https://evil.test/x.png)",
    "[ref]: https://evil.test",
    "<https://evil.test>",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "---",
    "===",
    "**bold** _it_ ~~gone~~ __x__",
    "\\| \\` \\@writer",
    "`a \\| b`",
    '"]; end %% x',
    "line\nbreak\r\nand\u2028more",
    "\u202egnp.exe \u2066x\u2069 \u200b \ufeff \u00ad \x1b[31m\x00",
    "$x$ \\href{javascript:x}{y}",
    "tags \U000e0041\U000e0042",
    "&" * 300 + "<" * 300,
]
SIGNS = st.text(alphabet=st.sampled_from('ab1 `|\\<>&@#[]()!*_~-=+.\n\r\t"{}%$:/\u202e\u200b'), max_size=40)


def tokens(text: str) -> list[Token]:
    return [inner for block in GFM.parse(text) for inner in (block, *(block.children or []))]


def pings(text: str) -> list[str]:
    """What GitHub would take for a mention or a reference in the text that people see, code aside."""
    seen = " ".join(token.content for token in tokens(text) if token.type == "text")
    return re.findall(r"(?<![\w`])@\w+|(?<!\w)#\d+|\b[Gg][Hh]-\d+", seen)


def cells(text: str) -> list[int]:
    """The number of cells in each row of the first table."""
    counts: list[int] = []
    for token in GFM.parse(text):
        if token.type == "tr_open":
            counts.append(0)
        counts[-1:] = [counts[-1] + 1] if token.type in ("td_open", "th_open") else counts[-1:]
    return counts


def does_nothing(text: str) -> bool:
    bad = {"html_inline", "html_block", "link_open", "image", "heading_open", "bullet_list_open", "ordered_list_open"}
    bad |= {"fence", "hr", "blockquote_open", "em_open", "strong_open", "s_open", "code_block", "table_open"}
    return not bad & {token.type for token in tokens(text)} and not pings(text)


@pytest.mark.parametrize("text", EVIL)
def test_somebodys_text_is_shown_and_does_nothing(text: str) -> None:
    assert does_nothing(inert(text)), inert(text)
    assert cells(table(("A", "B"), [("x", cell(text))])) == [2, 2]


@settings(max_examples=200, deadline=None)
@given(SIGNS)
def test_no_mixture_of_signs_does_anything(text: str) -> None:
    assert does_nothing(inert(text)), inert(text)
    made = table(("A", "B"), [("x", cell(text)), ("y", cell(text))])
    assert cells(made) == [2, 2, 2]
    assert not pings(made)
    assert not {"html_inline", "link_open", "image"} & {token.type for token in tokens(made)}


@settings(max_examples=150, deadline=None)
@given(SIGNS)
def test_people_read_what_was_written(text: str) -> None:
    parts = [token.content for token in tokens(inert(text)) if token.type in ("text", "text_special", "code_inline")]
    shown = "".join(parts).replace("\u200b", "")
    bare = plain(text)
    assert re.sub(r"[\s`]", "", shown) == re.sub(r"[\s`]", "", bare)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Use `List<int>` & `a|b`.", "Use `List<int>` &amp; `a|b`."),
        ("snake_case stays", "snake_case stays"),
        ("a\n\n b", "a b"),
        ("familie 👨‍👩‍👧 und می‌خواهم", "familie 👨‍👩‍👧 und می‌خواهم"),
        ("", ""),
    ],
)
def test_what_is_harmless_is_left_alone(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_invisible_and_direction_signs_are_taken_out() -> None:
    assert plain("a\u202eb\u2066c\u200bd\ufeffe\u00adf\x00g\x1bh\ni") == "abcdef g h i"
    assert shortened("abcdef", 4) == "abc…"


def contents(one: Run) -> list[CheckContent | CommentContent]:
    checks = [task_check(one, each, HEAD.sha, 0) for each in one.tasks]
    answers = [reply_comment("1:1", status_text(one)), *(reply_comment("1:1", explained(each)) for each in one.tasks)]
    boards = [prd_check(one, HEAD.sha, 0), prd_check(replace(one, state=RunState.COMPLETED), HEAD.sha, 0)]
    return [run_check(one, HEAD.sha, 0), run_comment(one), *boards, *checks, *answers]


def texts(content: CheckContent | CommentContent) -> list[str]:
    return [content.body] if isinstance(content, CommentContent) else [content.summary, content.text]


def written(text: str, count: int = 2, state: RunState = RunState.BLOCKED) -> Run:
    """A run in which everything that people and models write is this text."""
    made = []
    for number in range(1, count + 1):
        one = task(f"TASK-{number}", TaskState.FAILED, reason=text)
        said = replace(stage(Stage.GREEN, sentence=text), remarks=(Remark("a.py", 1, "failure", text or "x", text),))
        tries = tuple(attempt("n", nth, said, reason=text, feedback=text) for nth in range(1, 4))
        plan = replace(one.planned, title=text, requirements=(text,))
        made.append(replace(one, planned=plan, attempts=tries))
    asked = tuple(replace(requirement(f"{text} {n}"), title=text, text=text) for n in range(count))
    return run(state, *made, requirements=asked, reason=text, notes=(text,) * 12, title=text, approved_by="maintainer")


@pytest.mark.parametrize("text", EVIL)
def test_no_text_of_ours_is_broken_by_anybodys_words(text: str) -> None:
    calm, evil = written("calm"), written(text)
    for quiet, loud in zip(contents(calm), contents(evil), strict=True):
        for before, after in zip(texts(quiet), texts(loud), strict=True):
            assert cells(after) == cells(before)
            assert not pings(after)
            kinds = [token.type for token in GFM.parse(after)]
            assert kinds == [token.type for token in GFM.parse(before)]
            after_html = [t.content for t in tokens(after) if t.type.startswith("html")]
            assert after_html == [t.content for t in tokens(before) if t.type.startswith("html")]
    assert [t.type for t in GFM.parse(document(evil))] == [t.type for t in GFM.parse(document(calm))]


@pytest.mark.parametrize("text", EVIL)
def test_names_and_titles_are_one_visible_line(text: str) -> None:
    for content in contents(written(text)):
        if isinstance(content, CheckContent):
            assert len(content.name) <= 100
            assert len(content.title) <= 200
            assert plain(content.name) == content.name
            assert plain(content.title) == content.title
            assert content.title


@pytest.mark.parametrize("text", EVIL)
def test_no_title_breaks_the_graph(text: str) -> None:
    drawn = mermaid(written(text)).splitlines()
    labels = [line for line in drawn if ":::" in line]
    assert len(labels) == 2
    assert all(re.fullmatch(r'  TASK\d+\["TASK-\d+ ?[^"\[\](){}<>|`#&;%\\]*"\]:::stuck', line) for line in labels)


@pytest.mark.parametrize("letter", ["w", "&", "👩", "| ", "<"])
def test_nothing_is_longer_than_github_takes(letter: str) -> None:
    long = written(letter * 30_000, count=300)
    shown: list[CheckContent | CommentContent] = [run_check(long, HEAD.sha, 0), run_comment(long)]
    for content in (*shown, prd_check(long, HEAD.sha, 0), task_check(long, long.tasks[0], HEAD.sha, 0)):
        assert all(0 < size(text) <= HARD for text in texts(content))
        assert all("```mermaid" not in text or text.count("```") == 2 for text in texts(content))
    assert size(reply_comment("1:1", status_text(long)).body) <= HARD
    assert size(reply_comment("1:1", explained(long.tasks[0])).body) <= HARD


def test_rows_that_do_not_fit_are_counted() -> None:
    long = run(RunState.RUNNING, *(task(f"TASK-{n}", reason="r" * 500) for n in range(1, 301)))
    shown = run_comment(
        replace(long, tasks=tuple(replace(t, planned=replace(t.planned, title="t" * 200)) for t in long.tasks))
    )
    rows = shown.body.count("| ⚪ ready |")
    assert f"… and {300 - rows} more, which do not fit here." in shown.body
    assert shown.body.endswith("</sub>")


def test_a_graph_that_github_would_not_draw_is_left_out() -> None:
    assert mermaid(run(RunState.RUNNING, *(task(f"TASK-{n}") for n in range(1, 121))))
    assert mermaid(run(RunState.RUNNING, *(task(f"TASK-{n}") for n in range(1, 122)))) == ""


def test_attempts_that_do_not_fit_are_the_oldest() -> None:
    many = tuple(attempt("n", n, *(stage(sentence="s" * 900),) * 20, feedback="f" * 5_000) for n in range(1, 31))
    one = task(state=TaskState.IN_PROGRESS, attempts=many)
    text = task_check(run(RunState.RUNNING, one), one, HEAD.sha, 0).text
    assert text.startswith("### Attempt 30")
    rest = "What happened before does not fit here. All of it is in the branch `tdd-state/pr-7`; `tdd status` shows it."
    assert text.endswith(rest)
    told = replace(run(RunState.RUNNING, one), jobs=(Job("n", Step.WORK, 1.0, url=f"{SERVER}/o/r/actions/runs/4"),))
    assert f"[`tdd-state/pr-7`]({SERVER}/o/r/tree/tdd-state/pr-7)" in task_check(told, one, HEAD.sha, 0).text


def test_a_long_answer_is_cut_at_a_line() -> None:
    told = cut("word\n" * 20_000)
    assert size(told) <= HARD
    assert told.endswith("word\n\n… the rest does not fit in one comment.")
    assert cut("short") == "short"


def test_buttons_are_within_githubs_limits() -> None:
    for state in RunState:
        one = run(state, task("TASK-999999", TaskState.FAILED, tries=1))
        for content in (run_check(one, HEAD.sha, 0), task_check(one, one.tasks[0], HEAD.sha, 0)):
            assert len(content.buttons) <= 3
            for button in content.buttons:
                assert 0 < len(button.label) <= 20
                assert 0 < len(button.description) <= 40
                assert 0 < len(button.identifier) <= 20


def test_annotations_are_as_github_takes_them() -> None:
    given = [
        Remark("a.py", 0, "error", "m" * 20_000, "t" * 300),
        Remark("a.py", 2, "odd", "m\0", "a\nb"),
        Remark("", 3, "failure", "nowhere"),
        Remark("a.py", 4, "failure", " "),
        *(Remark("a.py", n, "notice", "n") for n in range(10, 400)),
    ]
    taken = annotations(given)
    assert len(taken) == MOST
    assert (taken[0].line, taken[0].level, len(taken[0].message), len(taken[0].title)) == (1, "failure", 16_000, 255)
    assert taken[1] == Remark("a.py", 2, "warning", "m", "a b")
    assert taken[2].line == 10
