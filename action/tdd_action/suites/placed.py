"""A suite in its folder of the repository: what it says in the folder's terms, told in those of the repository."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from posixpath import join

from tdd_action.suites.suite import Suite
from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.reports import Ended, SuiteReport, TestResult
from tdd_orchestrator.core.paths import below, inside

DOTTED = ("pytest", "unittest")
"""Suites that name what is missing by its module, which has no folder; the others by file or folder."""
NOBODYS = "{path} lies in no suite's folder ({folders}), so nothing runs it."


@dataclass(frozen=True, slots=True)
class Placed:
    """`folder` is empty for the root; `roots` are where imports start, relative to it."""

    suite: Suite
    folder: str = ""
    roots: tuple[str, ...] = ("", "src")

    def holds(self, path: str) -> bool:
        """Whether a path lies below the folder."""
        return not self.folder or path.startswith(f"{self.folder}/")

    def within(self, path: str) -> str:
        """A path or test of the repository in the folder's terms."""
        return path[len(self.folder) + 1 :] if self.folder and self.holds(path) else path

    def planned(self, planned: Planned) -> Planned:
        """What is planned, as far as it lies in the folder, in the folder's terms."""
        owned = (inside(self.folder, glob) for glob in planned.owned)
        return Planned(tuple(glob for glob in owned if glob is not None), self.roots) if self.folder else planned

    def missing(self, told: str) -> str:
        """`TestResult.missing` of the repository in the folder's terms."""
        return " ".join(self.within(each) or each for each in told.split())

    def report(self, report: SuiteReport) -> SuiteReport:
        """The folder's report in the terms of the repository: ids begin with the folder, so that none collide."""
        if not self.folder:
            return report
        told = f"{self.folder}: {report.explanation}" if report.explanation else ""
        return replace(
            report,
            results=tuple(map(self._result, report.results)),
            collection_errors=tuple(map(self._result, report.collection_errors)),
            explanation=told,
        )

    def _result(self, each: TestResult) -> TestResult:
        return replace(
            each,
            id=join(self.folder, each.id),
            path=self._shown(each.path),
            raised_in=self._shown(each.raised_in),
            missing=" ".join(map(self._missed, each.missing.split())),
            takes_along=below(self.folder, each.takes_along) if each.takes_along else "",
        )

    def _shown(self, path: str) -> str:
        return join(self.folder, path) if path else ""

    def _missed(self, place: str) -> str:
        return place if self.suite.name in DOTTED else join(self.folder, place.removeprefix("./"))


@dataclass(frozen=True, slots=True)
class Suites:
    """Every suite of the repository; a path belongs to the one with the deepest folder around it."""

    all: tuple[Placed, ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """Where imports start, by the paths of the repository."""
        found = (join(each.folder, root).rstrip("/") for each in self.all for root in each.roots)
        return tuple(dict.fromkeys(found))

    def of(self, path: str) -> Placed | None:
        """The suite that a path or test belongs to; `None` where it lies outside of all folders."""
        around = [each for each in self.all if each.holds(path)]
        return max(around, key=lambda each: len(each.folder), default=None)

    def asked(self, tests: tuple[str, ...] | None) -> tuple[tuple[Placed, tuple[str, ...] | None], ...]:
        """Which suites run for these tests (`None`: all), each with its own in the folder's terms."""
        if tests is None or len(self.all) == 1:
            return tuple((each, None if tests is None else tuple(map(each.within, tests))) for each in self.all)
        mine = ((each, tuple(each.within(test) for test in tests if self.of(test) is each)) for each in self.all)
        return tuple((each, own) for each, own in mine if own)

    def own(self, placed: Placed, report: SuiteReport) -> SuiteReport:
        """The report without what another suite's folder holds: a runner at the root goes through all of them."""
        if len(self.all) == 1:
            return report
        return replace(
            report,
            results=self._of(placed, report.results),
            collection_errors=self._of(placed, report.collection_errors),
        )

    def _of(self, placed: Placed, results: Iterable[TestResult]) -> tuple[TestResult, ...]:
        return tuple(each for each in results if self.of(each.path or each.id) is placed)

    def homeless(self, tests: Iterable[str]) -> dict[str, str]:
        """The files of tests that no suite runs, each with a sentence that says so."""
        folders = ", ".join(each.folder for each in self.all)
        paths = dict.fromkeys(test.partition("::")[0] for test in tests)
        return {path: NOBODYS.format(path=path, folders=folders) for path in paths if self.of(path) is None}


def together(reports: Sequence[SuiteReport]) -> SuiteReport:
    """The reports of several suites as one, which says of the code only what all of them could say."""
    if len(reports) == 1:
        return reports[0]
    if not reports:
        return SuiteReport(ended=Ended.COULD_NOT_RUN, explanation="No suite runs these tests.")
    stopped = next((each for each in reports if each.ended is not Ended.COMPLETED), None)
    return SuiteReport(
        results=tuple(result for each in reports for result in each.results),
        collection_errors=tuple(result for each in reports for result in each.collection_errors),
        exit_code=next((each.exit_code for each in reports if each.exit_code), 0),
        ended=stopped.ended if stopped else Ended.COMPLETED,
        output_tail="\n".join(each.output_tail for each in reports if each.output_tail),
        seconds=sum(each.seconds for each in reports),
        explanation=stopped.explanation if stopped else "",
    )
