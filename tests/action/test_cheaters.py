"""The cheats of the benchmark are caught at the gate, and for the reason, that their cases name: all in Python here,
and a sample in JavaScript. Those in other languages are in `test_cheaters_elsewhere.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cheaters.cases import Cheat, cheats, languages
from bench.cheaters.matrix import shortened, written
from bench.cheaters.playing import Caught, play
from bench.runners import absent
from world.tdd_project import plain_python, remembered

PYTHON = cheats("python")
SAMPLE = (
    "makes the assertions hold and hides it",
    "any runner",
    "makes chance certain",
    "GREEN weakens the test that RED wrote",
    "empties a helper",
    "ends the run once a test has passed",
    "passing line into what a test process of node",
    "speaks to its own mock only",
)
JAVASCRIPT = [each for each in cheats("javascript") if any(word in each.cheat for word in SAMPLE)]


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path) -> Iterator[None]:
    with plain_python(tmp_path / "bin"), remembered():
        yield


@pytest.mark.parametrize("cheat", [*PYTHON, *JAVASCRIPT], ids=lambda cheat: cheat.cheat)
def test_a_cheat_is_caught_for_the_right_reason(cheat: Cheat, tmp_path: Path) -> None:
    if why := absent(cheat.config.tdd.suite):
        pytest.skip(why)
    caught = play(cheat, tmp_path / "place")
    assert caught.right, f"caught at {caught.gate or 'no gate'}: {caught.said}"


def test_the_names_of_the_cheats_are_different_in_every_language() -> None:
    for language in languages():
        names = [each.cheat for each in cheats(language)]
        assert len(set(names)) == len(names)


def test_a_cheat_that_is_caught_for_another_reason_is_missed(tmp_path: Path) -> None:
    right = Caught(PYTHON[0], PYTHON[0].gate, f"Well: {PYTHON[0].reason}.")
    wrong = [
        Caught(PYTHON[0], "prove", right.said),
        Caught(PYTHON[0], right.gate, "Another."),
        Caught(PYTHON[0], "", ""),
    ]
    assert [each.right for each in (right, *wrong)] == [True, False, False, False]
    page = tmp_path / "docs" / "page.md"
    for each in (right, *wrong):
        written([each], page, PYTHON)
        assert ("**MISSED**" in page.read_text()) is not each.right


def test_a_page_keeps_the_rows_that_were_not_played_and_drops_those_of_cases_that_are_gone(tmp_path: Path) -> None:
    page, (one, other, *_) = tmp_path / "page.md", PYTHON
    written([Caught(each, each.gate, each.reason) for each in (one, other)], page, PYTHON)
    written([Caught(other, "", "x")], page, PYTHON)
    text = page.read_text()
    assert f"| {one.cheat} | python | {one.gate} |" in text
    assert text.count(f"| {other.cheat} |") == text.count("**MISSED**") == 1
    written([], page, [other])
    assert one.cheat not in page.read_text()


def test_what_is_shown_does_not_differ_from_run_to_run() -> None:
    assert shortened("At /tmp/a/b 0123456789abcdef is wrong. Mend it.") == "At <path> … is wrong."
    assert len(shortened("x" * 500)) == 150
