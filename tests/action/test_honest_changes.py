"""Honest changes are accepted and proven: a sample of the benchmark, all of it by `make honest`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.honest.changes import Change, Judged, judge, small_changes
from bench.honest.packages import not_there_yet, without_tests_of
from world.tdd_project import plain_python, remembered

SAMPLE = (
    "several modules",
    "one more import",
    "Hypothesis",
    "unittest class",
    "temporary files",
    "moves code",
    "not None",
)
CHANGES = small_changes()


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path) -> Iterator[None]:
    with plain_python(tmp_path / "bin"), remembered():
        yield


@pytest.mark.parametrize(
    "change",
    [each for each in CHANGES if any(word in each.change for word in SAMPLE)],
    ids=lambda change: change.change,
)
def test_an_honest_change_is_judged_rightly(change: Change, tmp_path: Path) -> None:
    judged = judge(change, tmp_path / "place")
    assert judged.right, f"{judged.stages}: {judged.reason}"


def test_there_are_forty_honest_changes() -> None:
    assert len({each.change for each in CHANGES}) == len(CHANGES) >= 40


def test_a_wrong_refusal_and_a_wrong_pass_are_seen() -> None:
    honest, vacuous = Change("a", {}), Change("b", {}, refused="asserts nothing")
    judged = [
        Judged(honest, "", ""),
        Judged(honest, "", "No."),
        Judged(vacuous, "", "It asserts nothing."),
        Judged(vacuous, "", ""),
    ]
    assert [each.right for each in judged] == [True, False, True, False]


def test_a_function_and_its_tests_are_taken_out_of_a_package() -> None:
    source = "def one():\n    '''One.'''\n    return 1\n\n\ndef two():\n    return 2\n"
    assert not_there_yet(source, "one") == "def one():\n    raise NotImplementedError\n\n\ndef two():\n    return 2\n"
    tests = "@mark\ndef test_one():\n    assert it.one() == 1\n\n\ndef test_two():\n    assert two() == 2\n"
    assert without_tests_of(tests, "one") == "\n\ndef test_two():\n    assert two() == 2\n"
    assert without_tests_of(tests, "two") == "@mark\ndef test_one():\n    assert it.one() == 1\n\n\n"
