"""What a step prints and writes for the runner is understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.hub.runner import commands, joblog
from tdd_orchestrator.hub.runner.commands import Annotation, Listener
from tdd_orchestrator.hub.runner.errors import StepFailed
from tdd_orchestrator.hub.runner.exchange import Exchange, pairs
from tdd_orchestrator.hub.runner.globs import digest, find
from tdd_orchestrator.hub.runner.joblog import JobLog, Masks


class Desk:
    """A listener and everything that it wrote."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.annotations: list[Annotation] = []
        self.masks = Masks()
        self.log = JobLog(self.written.append, self.masks)
        self._listener = Listener(self.log, self.masks, self.annotations)

    def hear(self, *lines: str) -> str:
        for line in lines:
            self._listener.hear(line)
        self._listener.flush()
        return "".join(self.written)


def test_an_error_with_a_place_becomes_an_annotation() -> None:
    desk = Desk()
    text = desk.hear("::error file=src/a.py,line=3,endLine=5,title=Red%3A no::It broke%0Ahere, at 100%25")
    assert desk.annotations == [Annotation("failure", "It broke\nhere, at 100%", "Red: no", "src/a.py", 3, 5)]
    assert text.startswith("##[error]It broke")


def test_more_than_ten_warnings_of_a_step_are_only_in_the_log() -> None:
    desk = Desk()
    text = desk.hear(*(f"::warning::{number}" for number in range(12)), "::notice::n")
    assert [one.message for one in desk.annotations] == [*(str(number) for number in range(10)), "n"]
    assert "##[warning]11" in text


def test_a_masked_value_is_hidden_from_then_on_also_line_by_line() -> None:
    desk = Desk()
    text = desk.hear("::add-mask::hush", "say hush", "::add-mask::two%0Alines", "lines and two")
    assert "hush" not in text
    assert "say ***\n" in text
    assert "*** and ***\n" in text


def test_stopped_commands_are_only_text_until_the_token() -> None:
    desk = Desk()
    text = desk.hear("::stop-commands::abc", "::error::not one", "::abc::", "::error::one")
    assert [one.message for one in desk.annotations] == ["one"]
    assert "::error::not one\n" in text


def test_groups_are_shown_and_unknown_commands_stay_text() -> None:
    assert Desk().hear("::group::Tests", "x", "::endgroup::", "::what::ever", "a::b::c") == (
        "##[group]Tests\nx\n##[endgroup]\n::what::ever\na::b::c\n"
    )


def test_the_log_is_cut_at_its_cap_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joblog, "CAP", 20)
    assert Desk().hear(*(["0123456789"] * 5)).splitlines()[:2] == ["0123456789"] * 2
    assert Desk().hear(*(["0123456789"] * 5)).splitlines()[2].startswith("##[warning]The log was cut here")


def test_a_message_is_cut_where_github_cuts_it() -> None:
    desk = Desk()
    desk.hear("::error::" + "x" * 5000)
    assert len(desk.annotations[0].message) == commands.MESSAGE_CAP


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a=1\nb=x=y\n\n", {"a": "1", "b": "x=y"}),
        ("a<<END\none\ntwo=2\nEND\nb=3", {"a": "one\ntwo=2", "b": "3"}),
        ("a=1<<2", {"a": "1<<2"}),
        ("a<<E\nE\n", {"a": ""}),
        ("a=1\na=2", {"a": "2"}),
    ],
)
def test_names_and_values_are_read(text: str, wanted: dict[str, str]) -> None:
    assert pairs(text, "GITHUB_OUTPUT") == wanted


@given(st.dictionaries(st.text("abc_", min_size=1), st.text("a=<>b \n\x0b\u2028", max_size=12)))
def test_whatever_is_written_as_a_block_is_read_back(values: dict[str, str]) -> None:
    written = "".join(f"{name}<<(end)\n{value}\n(end)\n" for name, value in values.items())
    assert pairs(written, "GITHUB_OUTPUT") == values


@pytest.mark.parametrize("text", ["plain", "=1", "a<<END\nnever closed"])
def test_other_lines_are_refused(text: str) -> None:
    with pytest.raises(StepFailed, match="GITHUB_OUTPUT"):
        pairs(text, "GITHUB_OUTPUT")


def test_a_step_cannot_change_the_runners_own_variables(tmp_path: Path) -> None:
    exchange = Exchange.make(tmp_path)
    exchange.env.write_text("GITHUB_SHA=1\nrunner_os=2\nMINE=3\n")
    exchange.path.write_text("/a\n/b\n")
    assert exchange.environment() == {"MINE": "3"}
    assert exchange.paths() == ["/b", "/a"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "out/a.txt",
        "out/deep/b.txt",
        "out/deep/c.log",
        "out/.hidden",
        "out/.git/x",
        "top.txt",
        ".tdd/r.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "hidden", "wanted"),
    [
        ("out", False, ["a.txt", "deep/b.txt", "deep/c.log"]),
        ("out/", True, [".git/x", ".hidden", "a.txt", "deep/b.txt", "deep/c.log"]),
        ("out/deep/b.txt", False, ["b.txt"]),
        ("out/**/*.txt", False, ["a.txt", "deep/b.txt"]),
        ("out/**\n!out/**/*.log", False, ["a.txt", "deep/b.txt"]),
        ("out/deep\ntop.txt", False, ["out/deep/b.txt", "out/deep/c.log", "top.txt"]),
        ("out/?.txt", False, ["a.txt"]),
        ("*.txt", False, ["top.txt"]),
        (".tdd/r.json", False, ["r.json"]),
        (".tdd", False, []),
        ("nothing/**", False, []),
    ],
)
def test_patterns_mean_the_files_that_they_mean_to_upload_artifact(
    tree: Path, patterns: str, hidden: bool, wanted: list[str]
) -> None:
    found = find(patterns, tree, hidden=hidden)
    assert [str(path.relative_to(found.root)) for path in found.files] == wanted


def test_a_digest_follows_the_content(tree: Path) -> None:
    before = digest(["**/*.txt"], tree)
    (tree / "top.txt").write_text("changed")
    assert len(before) == 64
    assert digest(["**/*.txt"], tree) != before
    assert digest(["*.nothing"], tree) == ""
