"""What `go test -json` says, read without Go: each ending of a test, and each way in which a run does not add up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.go_events import read_events
from tdd_action.suites.recorded import Record, Seen
from tdd_orchestrator.core.evidence.reports import Ended, Outcome, SuiteReport

PACKAGE = "example.org/shop"
TESTS = """package shop

import "testing"

func TestTea(t *testing.T) {
	if Price() != 90 {
		t.Errorf("got 100, want 90")
	}
}

func TestMug(t *testing.T) {}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text(f"module {PACKAGE}\n\ngo 1.21\n")
    (tmp_path / "shop_test.go").write_text(TESTS)
    return tmp_path


def event(action: str, test: str = "", said: str = "") -> str:
    told = {"Action": action, "Package": PACKAGE, "Test": test, "Output": said, "Elapsed": 0.5}
    return json.dumps({name: value for name, value in told.items() if value})


def output(said: str, test: str = "") -> str:
    return event("output", test, f"{said}\n")


FINE = (event("pass", "TestTea"), event("pass", "TestMug"), output("PASS"), event("pass"))
WRONG = (
    output("    shop_test.go:7: got 100, want 90", "TestTea"),
    event("fail", "TestTea"),
    output("FAIL"),
    event("fail"),
)


def read(root: Path, *lines: str, exit_code: int = 0, **changes: object) -> SuiteReport:
    record = replace(Record(out=lines, exit_code=exit_code, whole=True), **changes)  # type: ignore[arg-type]
    return read_events(record, ProcessOutcome(exit_code), root, collect_only=False)


def test_what_passes_is_known_by_its_file_and_line(root: Path) -> None:
    report = read(root, *FINE)
    assert report.ended is Ended.COMPLETED
    found = [(each.id, each.outcome, each.line, each.seconds) for each in report.results]
    assert found == [
        ("shop_test.go::TestTea", Outcome.PASSED, 5, 0.5),
        ("shop_test.go::TestMug", Outcome.PASSED, 11, 0.5),
    ]


@pytest.mark.parametrize(
    ("lines", "outcome", "exception", "line", "message", "asserted"),
    [
        (WRONG, Outcome.FAILED, "assertion", 7, "got 100, want 90", True),
        (
            (output("panic: nil map [recovered]", "TestTea"), event("fail", "TestTea"), event("fail")),
            Outcome.FAILED,
            "panic",
            5,
            "nil map",
            False,
        ),
        (
            (
                output("    shop_test.go:6: not here", "TestTea"),
                event("skip", "TestTea"),
                output("PASS"),
                event("pass"),
            ),
            Outcome.SKIPPED,
            "",
            6,
            "not here",
            False,
        ),
    ],
    ids=["an assertion", "a panic", "skipped"],
)
def test_how_a_test_ended_is_read_from_what_it_said(
    root: Path, lines: tuple[str, ...], outcome: Outcome, exception: str, line: int, message: str, asserted: bool
) -> None:
    report = read(root, *lines, exit_code=int(outcome is Outcome.FAILED))
    assert report.ended is Ended.COMPLETED, report.explanation
    (one,) = report.results
    found = (one.outcome, one.exception, one.line, one.message, one.asserted)
    assert found == (outcome, exception, line, message, asserted)


def test_a_frame_of_a_panic_inside_the_module_is_named(root: Path) -> None:
    said = (output("panic: nil map", "TestTea"), output(f"\t{root}/shop.go:12 +0x1d", "TestTea"))
    (one,) = read(root, *said, event("fail", "TestTea"), event("fail"), exit_code=1).results
    assert (one.raised_in, one.takes_along) == ("shop.go", "/*_test.go")


@pytest.mark.parametrize(
    ("lines", "exit_code", "ended", "told"),
    [
        ((*FINE[:2], event("pass", "TestTea"), *FINE[2:]), 0, Ended.FORGED, "TestTea of example.org/shop ended twice"),
        ((event("run", "TestTea"), output("bye", "TestTea")), 0, Ended.CRASHED, "ended in shop_test.go::TestTea"),
        ((event("pass", "TestTea"), event("pass")), 0, Ended.CRASHED, "before they had said that they pass"),
        (("go: no such tool",), 2, Ended.COULD_NOT_RUN, "go test did not start: go: no such tool"),
        (('{"Action":', "[]", *FINE), 0, Ended.COMPLETED, ""),
    ],
    ids=["written by hand", "an end in a test", "an early exit", "no start", "lines that are no events"],
)
def test_a_run_that_does_not_add_up_is_no_result(
    root: Path, lines: tuple[str, ...], exit_code: int, ended: Ended, told: str
) -> None:
    report = read(root, *lines, exit_code=exit_code)
    assert (report.ended, told in report.explanation) == (ended, True), report.explanation
    assert bool([each for each in report.results if each.outcome is Outcome.PASSED]) is (ended is Ended.COMPLETED)


@pytest.mark.parametrize(
    ("folder", "end", "ended"),
    [(".", "pass", Ended.COMPLETED), ("elsewhere", "pass", Ended.FORGED), (".", "fail", Ended.FORGED)],
)
def test_a_pass_counts_only_where_its_witness_saw_it(root: Path, folder: str, end: str, ended: Ended) -> None:
    seen = tuple(Seen(name, end, "shop.test", str(root / folder)) for name in ("TestTea", "TestMug"))
    assert read(root, *FINE, watched=True, begun=1, seen=seen).ended is ended


def test_a_package_that_fails_outside_of_its_tests_is_named(root: Path) -> None:
    lines = (event("pass", "TestTea"), output("TestMain gave up"), output("FAIL"), event("fail"))
    (fallen,) = read(root, *lines, exit_code=1).collection_errors
    assert (fallen.path, fallen.exception, fallen.message) == ("shop_test.go", "package", "TestMain gave up")


def test_names_that_are_listed_are_collected(root: Path) -> None:
    lines = (output("TestTea"), output("TestMug"), output("ok  \texample.org/shop\t0.1s"), event("pass"))
    record = Record(out=lines, exit_code=0, whole=True)
    report = read_events(record, ProcessOutcome(0), root, collect_only=True)
    assert [(each.id, each.outcome) for each in report.results] == [
        ("shop_test.go::TestTea", Outcome.SKIPPED),
        ("shop_test.go::TestMug", Outcome.SKIPPED),
    ]
