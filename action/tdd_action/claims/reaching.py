"""Tests over stubs that an exception stopped in the very act of asserting, or whose end depends on the stub's answer.

A stub answers nothing of use, so `assert file.read_text() == ...` breaks inside the assertion where nothing was
written. The test came as far as to say what should hold: that is what second sight asks for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tdd_orchestrator.core.asserting import asserting_lines
from tdd_orchestrator.core.evidence import Outcome, Phase, SuiteReport, TestResult, fingerprint

# What is wrong with the test itself, whatever the code answers.
OWN_FAULT = frozenset({"NameError", "UnboundLocalError", "SyntaxError", "ImportError", "ModuleNotFoundError", "Failed"})


def reaching(report: SuiteReport, sources: Mapping[str, str]) -> SuiteReport:
    """The report with every test as asserted that broke within an assertion; `sources` by path."""
    lines = {path: asserting_lines(text) for path, text in sources.items() if path.endswith(".py")}
    return _with(report, lambda each: each.line in lines.get(each.path, ()))


def telling(report: SuiteReport, earlier: Sequence[SuiteReport]) -> SuiteReport:
    """The report with every test as asserted that ended otherwise over a stub with another answer."""
    others = {
        each.id: {fingerprint(run.by_id[each.id]) for run in earlier if each.id in run.by_id} for each in report.results
    }
    bad = {name for run in earlier for name, result in run.by_id.items() if result.bad}
    return _with(report, lambda each: each.id in bad and bool(others[each.id] - {fingerprint(each)}))


def _with(report: SuiteReport, asserts: Callable[[TestResult], bool]) -> SuiteReport:
    return replace(
        report, results=tuple(_asserted(each) if _stopped(each) and asserts(each) else each for each in report.results)
    )


def _stopped(result: TestResult) -> bool:
    own = result.exception in OWN_FAULT or result.asserted
    return result.outcome is Outcome.FAILED and result.phase is Phase.CALL and not own and not result.missing


def _asserted(result: TestResult) -> TestResult:
    return replace(result, asserted=True)
