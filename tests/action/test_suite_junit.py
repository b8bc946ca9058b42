"""A command that writes JUnit XML: what is read out of it, and when it is not believed."""

import sys
from pathlib import Path

import pytest

from tdd_action.sandbox import ProcessOutcome, run
from tdd_action.suites.junit import Junit
from tdd_orchestrator.core.evidence import Ended, Outcome, SuiteReport

CASES = """
<testcase file="a.test.js" classname="cart" name="adds" time="0.5"/>
<testcase file="a.test.js" classname="cart" name="takes" line="7" time="1,000.5">
  <failure type="AssertionError" message="expected 1 to equal 2"/></testcase>
<testcase classname="cart" name="breaks" time="x"><failure message="TypeError: x">at a.js:3</failure></testcase>
<testcase classname="cart" name="errs"><error type="IOError">disk</error></testcase>
<testcase classname="cart" name="waits"><skipped/></testcase>
<testcase classname="cart" name="twice"/><testcase classname="cart" name="twice"><failure message="assert"/></testcase>
"""
SUITE = Junit("runner --out={report} --seed={seed} {tests}")


def read(xml: str | None, outcome: ProcessOutcome, folder: Path) -> SuiteReport:
    command = SUITE.command(folder, None, folder)
    if xml is not None:
        command.report.write_text(xml)
    return SUITE.read(command, outcome, folder)


def test_each_test_is_read_with_its_end(tmp_path: Path) -> None:
    report = read(f"<testsuites><testsuite>{CASES}</testsuite></testsuites>", ProcessOutcome(1), tmp_path)
    assert report.ended is Ended.COMPLETED
    assert {result.id: (result.outcome, result.asserted) for result in report.results} == {
        "a.test.js::cart::adds": (Outcome.PASSED, False),
        "a.test.js::cart::takes": (Outcome.FAILED, True),
        "cart::breaks": (Outcome.FAILED, False),
        "cart::errs": (Outcome.ERROR, False),
        "cart::waits": (Outcome.SKIPPED, False),
        "cart::twice": (Outcome.FAILED, True),
    }
    taken = report.by_id["a.test.js::cart::takes"]
    assert (taken.path, taken.line, taken.seconds, taken.message) == ("a.test.js", 7, 1000.5, "expected 1 to equal 2")


GOOD = '<testsuite><testcase name="a"/></testsuite>'
BAD = '<testsuite><testcase name="a"><failure/></testcase></testsuite>'


@pytest.mark.parametrize(
    ("xml", "outcome", "ended"),
    [
        (GOOD, ProcessOutcome(0), Ended.COMPLETED),
        (BAD, ProcessOutcome(1), Ended.COMPLETED),
        (GOOD, ProcessOutcome(1), Ended.CRASHED),
        (BAD, ProcessOutcome(0), Ended.CRASHED),
        (GOOD, ProcessOutcome(None, signal=9), Ended.CRASHED),
        (GOOD, ProcessOutcome(None, signal=9, timed_out=True), Ended.TIMED_OUT),
        (GOOD, ProcessOutcome(127, failure="not started"), Ended.CRASHED),
        (None, ProcessOutcome(0), Ended.COULD_NOT_RUN),
        ("<testsuite><testcase", ProcessOutcome(0), Ended.COULD_NOT_RUN),
        (f'<!DOCTYPE x [<!ENTITY y "z">]>{GOOD}', ProcessOutcome(0), Ended.COULD_NOT_RUN),
    ],
)
def test_a_report_is_believed_only_where_its_process_agrees(
    tmp_path: Path, xml: str | None, outcome: ProcessOutcome, ended: Ended
) -> None:
    report = read(xml, outcome, tmp_path)
    assert report.ended is ended
    assert bool(report.results) is (ended is Ended.COMPLETED)
    assert bool(report.explanation) is (ended is not Ended.COMPLETED)


def test_the_places_in_the_command_are_filled(tmp_path: Path) -> None:
    command = SUITE.command(tmp_path, ("a.test.js::cart::adds", "b.test.js"), tmp_path, shuffle_seed=5)
    assert command.argv == ("runner", f"--out={command.report}", "--seed=5", "a.test.js", "b.test.js")


def test_an_old_report_in_the_work_tree_speaks_for_no_later_run(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/junit.xml").write_text(GOOD)
    suite = Junit("true", report="out/junit.xml")
    report = suite.read(suite.command(tmp_path, None, tmp_path), ProcessOutcome(0), tmp_path)
    assert report.ended is Ended.COULD_NOT_RUN


def test_a_real_command_behind_the_sandbox_is_read(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(): assert 1 == 1\ndef test_b(): assert 1 == 2\n")
    suite = Junit(f"{sys.executable} -m pytest -q -p no:cacheprovider --junitxml={{report}} {{tests}}")
    command = suite.command(tmp_path, ("test_a.py",), tmp_path)
    outcome = run(command.argv, cwd=tmp_path, extra_env=command.env, writable=command.writable)
    report = suite.read(command, outcome, tmp_path)
    assert [(r.id, r.outcome, r.asserted) for r in report.results] == [
        ("test_a.py::test_a", Outcome.PASSED, False),
        ("test_a.py::test_b", Outcome.FAILED, True),
    ]


def test_reports_by_a_glob_are_read_together_and_tests_are_found_by_their_class(tmp_path: Path) -> None:
    for path in ("tests/test_cart.py", "src/test/java/com/shop/CartTest.java", "out/a/old.xml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    suite = Junit("runner", "out/**/*.xml")
    command = suite.command(tmp_path, None, tmp_path)
    assert not (tmp_path / "out/a/old.xml").exists(), "an old report speaks for nobody"
    (tmp_path / "out/a/one.xml").write_text(
        '<testsuite><testcase classname="tests.test_cart.TestX" name="a"/></testsuite>'
    )
    (tmp_path / "out/b").mkdir()
    cases = '<testcase classname="com.shop.CartTest" name="b"/><testcase classname="elsewhere" name="c"/>'
    (tmp_path / "out/b/two.xml").write_text(f"<testsuite>{cases}</testsuite>")
    assert suite.read(command, ProcessOutcome(0), tmp_path).names == {
        "tests/test_cart.py::TestX::a",
        "src/test/java/com/shop/CartTest.java::b",
        "elsewhere::c",
    }


def test_entities_are_refused_in_whatever_encoding(tmp_path: Path) -> None:
    command = SUITE.command(tmp_path, None, tmp_path)
    command.report.write_bytes('<!DOCTYPE x [<!ENTITY y "z">]><testsuite/>'.encode("utf-16"))
    assert SUITE.read(command, ProcessOutcome(0), tmp_path).ended is Ended.COULD_NOT_RUN
