"""What a run of a test suite said, whoever ran it: one shape for every test runner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import ClassVar

from tdd_orchestrator.core.paths import matches


class Outcome(StrEnum):
    """How one test ended."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class Phase(StrEnum):
    """Where in a test's life its outcome was settled."""

    COLLECT = "collect"
    SETUP = "setup"
    CALL = "call"
    TEARDOWN = "teardown"


class Ended(StrEnum):
    """How the run as a whole ended. Everything but `completed` says nothing about the code."""

    COMPLETED = "completed"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    COULD_NOT_RUN = "could_not_run"
    FORGED = "forged"


BAD = frozenset({Outcome.FAILED, Outcome.ERROR})
RAN = frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.XFAILED, Outcome.XPASSED})

TIMEOUT = "Timeout"
CRASH = "Crash"


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test, or one file that could not be collected (`phase` collect, `id` its path).

    `path` and `line` are where a reader should look: the line of the test that failed, relative to the root, 1-based
    (0: unknown). `raised_in` is the innermost frame inside the root. `asserted` is true only where a statement of the
    test said what should hold and it did not: an assertion, or an expected exception that never came. `missing` names
    what could not be found as `package.module` or `package.module:Class.attribute`. An `exception` of `TIMEOUT` or
    `CRASH` means that the run ended inside it. `takes_along` is a glob of the files whose tests could not run because
    of it: a compiler gave up, a process ended.
    """

    __test__: ClassVar[bool] = False

    id: str
    outcome: Outcome
    phase: Phase = Phase.CALL
    exception: str = ""
    message: str = ""
    path: str = ""
    line: int = 0
    seconds: float = 0.0
    asserted: bool = False
    missing: str = ""
    raised_in: str = ""
    takes_along: str = ""

    @property
    def bad(self) -> bool:
        """Whether it failed, or could not be run."""
        return self.outcome in BAD

    def carries(self, test: str) -> bool:
        """Whether this one kept that test (an id or a file) from being run."""
        return bool(self.takes_along) and matches(test.partition("::")[0], (self.takes_along,))


@dataclass(frozen=True)
class SuiteReport:
    """Everything one run of a suite said. `explanation` is one sentence where the run did not complete."""

    results: tuple[TestResult, ...] = ()
    collection_errors: tuple[TestResult, ...] = ()
    exit_code: int = 0
    ended: Ended = Ended.COMPLETED
    output_tail: str = field(default="", repr=False)
    seconds: float = 0.0
    explanation: str = ""

    @property
    def executed(self) -> int:
        """How many tests had their body run: a skipped test, or one whose set-up broke, did not."""
        return sum(1 for result in self.results if result.outcome in RAN)

    @property
    def everything(self) -> tuple[TestResult, ...]:
        """Tests and files that could not be collected."""
        return self.results + self.collection_errors

    @cached_property
    def by_id(self) -> Mapping[str, TestResult]:
        """Every result by its test's id."""
        return {result.id: result for result in self.everything}

    @cached_property
    def names(self) -> frozenset[str]:
        """The ids of the tests that were collected."""
        return frozenset(result.id for result in self.results)


def selects(selector: str, test: str) -> bool:
    """Whether a selector (a file, a class, a test, or a test with its parameters) names this test."""
    return test == selector or test.startswith((f"{selector}::", f"{selector}["))


def chosen(selectors: Iterable[str], report: SuiteReport) -> tuple[TestResult, ...]:
    """The results that some selector names, files that could not be collected among them."""
    wanted = tuple(selectors)
    return tuple(result for result in report.everything if any(_meets(each, result) for each in wanted))


def _meets(selector: str, result: TestResult) -> bool:
    if result.phase is Phase.COLLECT and result.outcome is not Outcome.SKIPPED:
        return selects(result.id, selector) or selects(selector, result.id)
    return selects(selector, result.id)
