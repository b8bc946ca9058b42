"""Runs of pytest that end badly, or pretend to end well: none of them is ever a pass."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdd_action.sandbox import Limits, ProcessOutcome
from tdd_action.suites import Pytest
from tdd_action.suites.pytest_record import read_record
from tdd_orchestrator.core.evidence import Ended, SuiteReport
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT
from world.small_projects import Project

GOOD = "def test_one(): assert 1 + 1 == 2\ndef test_two(): assert 1 + 2 == 3\n"


def test_an_early_exit_of_conftest_is_no_clean_run(tmp_path: Path) -> None:
    for folder, line in (
        ("hard", "import os; os._exit(0)"),
        ("soft", "import pytest; pytest.exit('done', returncode=0)"),
    ):
        (tmp_path / folder).mkdir()
        report = Project.of(tmp_path / folder, {"conftest.py": line, "test_a.py": GOOD}).report()
        assert report.ended in (Ended.CRASHED, Ended.COULD_NOT_RUN), folder
        assert report.executed == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [("os._exit(0)", "exit code 0"), ("os.abort()", "signal 6")],
)
def test_a_test_that_ends_the_process_is_named(tmp_path: Path, line: str, said: str) -> None:
    project = Project.of(tmp_path, {"test_a.py": GOOD, "test_b.py": f"import os\ndef test_bad(): {line}\n"})
    report = project.report()
    assert report.ended is Ended.CRASHED
    assert [(r.id, r.exception) for r in report.results] == [("test_b.py::test_bad", CRASH)]
    assert said in report.explanation


def test_a_test_that_hangs_is_named(tmp_path: Path) -> None:
    project = Project.of(tmp_path, {"test_a.py": f"{GOOD}import time\ndef test_slow():\n    time.sleep(60)\n"})
    report = project.report(limits=Limits(wall_s=3))
    assert report.ended is Ended.TIMED_OUT
    assert [(r.id, r.exception, r.line) for r in report.results] == [("test_a.py::test_slow", TIMEOUT, 4)]


def test_a_python_without_pytest_could_not_run(tmp_path: Path) -> None:
    project = Project.of(tmp_path, {"test_a.py": GOOD})
    suite = Pytest(python="/usr/bin/python3")
    command = project.command(suite=suite)
    report = suite.read(command, project.ran(command), project.root)
    if report.ended is Ended.COMPLETED:
        pytest.skip("the system's Python has pytest")
    assert report.ended is Ended.COULD_NOT_RUN
    missing = Pytest(python="/no/such/python")
    command = project.command(suite=missing)
    report = suite.read(command, project.ran(command), project.root)
    assert report.ended is Ended.COULD_NOT_RUN
    assert "could not be started" in report.explanation


def test_a_name_that_matches_nothing_could_not_run(tmp_path: Path) -> None:
    project = Project.of(tmp_path, {"test_a.py": GOOD})
    report = project.report("test_a.py::test_one", "test_a.py::test_three")
    assert report.ended is Ended.COULD_NOT_RUN
    assert "test_three" in report.explanation


def test_an_empty_project_completes_with_nothing(tmp_path: Path) -> None:
    report = Project.of(tmp_path, {"readme.md": ""}).report()
    assert (report.ended, report.exit_code, report.everything) == (Ended.COMPLETED, 5, ())


def test_a_broken_conftest_could_not_run_and_says_why(tmp_path: Path) -> None:
    report = Project.of(tmp_path, {"conftest.py": "import nonsense_module", "test_a.py": GOOD}).report()
    assert report.ended is Ended.COULD_NOT_RUN
    assert "nonsense_module" in report.explanation


def test_an_exit_in_the_middle_leaves_no_tests_out_unseen(tmp_path: Path) -> None:
    files = {"test_a.py": "import pytest\ndef test_a(): pytest.exit('enough', returncode=0)\n", "test_b.py": GOOD}
    report = Project.of(tmp_path, files).report()
    assert report.ended is Ended.CRASHED
    assert "before 2 of 3 tests" in report.explanation


def test_a_plugin_that_paints_failures_green_is_not_believed(tmp_path: Path) -> None:
    conftest = """
        import pytest
        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(item, call):
            outcome = yield
            outcome.get_result().outcome = "passed"
        def pytest_sessionfinish(session):
            session.exitstatus = 0
    """
    report = Project.of(tmp_path, {"conftest.py": conftest, "test_a.py": "def test_a(): assert 1 == 2\n"}).report()
    assert [r.outcome for r in report.results] == ["failed"]


FORGER = """
    import glob, json, os, time
    def test_forges():
        for path in glob.glob({pattern!r}):
            with open(path, "a") as record:
                record.write(json.dumps({line!r}) + "\\n")
    def test_other(): assert 1 == 2
"""


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "phase", "id": "test_a.py::test_other", "when": "call", "outcome": "passed", "seconds": 0},
        {"kind": "end", "exit": 0, "phases": 6},
    ],
)
def test_lines_that_somebody_else_wrote_void_the_record(tmp_path: Path, line: dict[str, object]) -> None:
    pattern = f"{tmp_path}/scratch/*/record.ndjson"
    report = Project.of(tmp_path, {"test_a.py": FORGER.format(pattern=pattern, line=line)}).report()
    assert report.ended is Ended.FORGED
    assert report.results == ()
    assert "void" in report.explanation


def test_a_record_that_was_there_before_stops_the_run(tmp_path: Path) -> None:
    project = Project.of(tmp_path, {"test_a.py": GOOD})
    command = project.command()
    command.report.write_text('{"kind": "end"}\n')
    report = Pytest().read(command, project.ran(command), project.root)
    assert report.ended is not Ended.COMPLETED


def test_the_nonce_is_nowhere_to_be_read_by_a_test(tmp_path: Path) -> None:
    look = """
        import os, sys, pathlib
        def test_look():
            seen = [os.read(0, 100), str(os.environ), str(sys.argv), pathlib.Path("/proc/self/cmdline").read_text()]
            for path in pathlib.Path({scratch!r}).rglob("*"):
                if path.is_file():
                    seen.append(path.read_text())
            print("SEEN", seen)
            assert 0
    """
    project = Project.of(tmp_path, {"test_a.py": look.format(scratch=str(tmp_path / "scratch"))})
    command = project.command()
    outcome = project.ran(command)
    assert "SEEN" in outcome.output
    assert command.nonce not in outcome.output


# The record of a good run, altered in every way that a fuzzer thinks of.


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str, ProcessOutcome]:
    project = Project.of(tmp_path_factory.mktemp("good"), {"test_a.py": GOOD})
    command = project.command()
    outcome = project.ran(command)
    return command.report.read_bytes(), command.nonce, outcome


def read(raw: bytes, nonce: str, outcome: ProcessOutcome) -> SuiteReport:
    return read_record(raw, nonce, outcome)


def test_the_record_of_a_good_run_is_believed(good: tuple[bytes, str, ProcessOutcome]) -> None:
    report = read(*good)
    assert (report.ended, report.executed, report.exit_code) == (Ended.COMPLETED, 2, 0)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.data())
def test_no_altered_record_is_believed(good: tuple[bytes, str, ProcessOutcome], cut: st.DataObject) -> None:
    raw, nonce, outcome = good
    start = cut.draw(st.integers(0, len(raw) - 2))
    end = cut.draw(st.integers(start, min(len(raw), start + 80)))
    altered = raw[:start] + cut.draw(st.binary(max_size=20)) + raw[end:]
    report = read(altered, nonce, outcome)
    assert altered == raw or report.ended is not Ended.COMPLETED or raw.startswith(altered.rstrip(b"\n"))


def test_another_nonce_an_empty_one_and_another_exit_code_are_not_believed(
    good: tuple[bytes, str, ProcessOutcome],
) -> None:
    raw, nonce, outcome = good
    assert read(raw, nonce[::-1], outcome).ended is Ended.FORGED
    assert read(raw, "", outcome).ended is Ended.FORGED
    assert read(raw, nonce, ProcessOutcome(1)).ended is Ended.CRASHED
    assert read(raw, nonce, ProcessOutcome(None, signal=9)).ended is Ended.CRASHED
    assert read(raw, nonce, ProcessOutcome(None, signal=9, timed_out=True)).ended is not Ended.COMPLETED
    assert read(b"", nonce, outcome).ended is Ended.COULD_NOT_RUN


def test_the_record_holds_only_what_it_must(good: tuple[bytes, str, ProcessOutcome]) -> None:
    kinds = [json.loads(line).get("kind", "seal") for line in good[0].splitlines()]
    assert kinds == ["collected", *["start", "phase", "phase", "phase"] * 2, "end", "seal"]
    assert os.sep not in good[1]
