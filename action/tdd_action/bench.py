"""Runs a suite on trees: checks a tree out, runs the tests behind the sandbox's walls, reads the report."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tdd_action import sandbox
from tdd_action.confine import way_out
from tdd_action.suites import SUITES, Junit, Pytest, Suite, Unittest
from tdd_action.suites.placed import Placed, Suites, together
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.evidence import Ended, Outcome, SuiteReport
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.onboarding.choices import SuiteChoice, choices

SEEDS = (20_011, 30_011, 40_009)
"""Seeds of the reruns; fixed, so that a proof can be repeated."""
SHOWN = 20


class UnknownSuite(TddError):
    """No test runner of this name is known."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a suite: what for, how it was called in which folder, and what it said."""

    purpose: str
    argv: tuple[str, ...]
    report: SuiteReport
    seed: int | None = None
    folder: str = ""


@dataclass
class Bench:
    """The suites, a work tree, and every run so far. `seconds` is the wall limit of one run."""

    suites: Suites
    workspace: Workspace
    seconds: float
    runs: list[SuiteRun] = field(default_factory=list)
    known: dict[str, SuiteReport] = field(default_factory=dict)

    def on(
        self,
        tree: str,
        purpose: str,
        *,
        tests: tuple[str, ...] | None = None,
        seed: int | None = None,
        overlay: Mapping[str, str] | None = None,
    ) -> SuiteReport:
        """Run tests (`None`: all) on exactly this tree; `overlay` are files written over it for this run alone.

        A plain run of the whole suite is done once for a tree: its answer is kept.
        """
        sha = self.workspace.git("rev-parse", f"{tree}^{{tree}}")
        plain = tests is None and seed is None and overlay is None
        if plain and sha in self.known:
            return self.known[sha]
        self.workspace.checkout(sha)
        for path, text in (overlay or {}).items():
            if way_out(self.workspace.tree, path, follow=True) is None:
                place = self.workspace.tree / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
        report = self._untouched(self.here(purpose, tests=tests, seed=seed), overlay or {})
        self.workspace.checkout(sha)
        if plain:
            self.known[sha] = report
        return report

    def here(self, purpose: str, *, tests: tuple[str, ...] | None = None, seed: int | None = None) -> SuiteReport:
        """Run tests on the work tree as it stands, each by the suite of the folder that it lies in."""
        return together([self._run(placed, purpose, own, seed) for placed, own in self.suites.asked(tests)])

    def _run(self, placed: Placed, purpose: str, tests: tuple[str, ...] | None, seed: int | None) -> SuiteReport:
        root = self.workspace.tree / placed.folder
        if not root.is_dir():  # nothing of the folder is there yet, or any more
            return SuiteReport()
        if placed.folder:
            self.workspace.show_modules(placed.folder)
        scratch = self.workspace.scratch / placed.folder  # what a compiler has built belongs to one folder
        scratch.mkdir(parents=True, exist_ok=True)
        command = placed.suite.command(root, tests, scratch, shuffle_seed=seed)
        limits = sandbox.Limits(wall_s=self.seconds, cpu_s=max(1, int(self.seconds) * 4))
        outcome = sandbox.run(
            command.argv,
            cwd=root,
            extra_env=command.env,
            stdin=command.stdin,
            limits=limits,
            writable=(*command.writable, self.workspace.tree),
            readable=command.readable,
            hidden=self.workspace.private,
        )
        report = self.suites.own(placed, placed.report(placed.suite.read(command, outcome, root)))
        self.runs.append(SuiteRun(purpose, self._nameless(command.argv), report, seed, placed.folder))
        return report

    def _untouched(self, report: SuiteReport, overlay: Mapping[str, str]) -> SuiteReport:
        """The report, void where a test file or test configuration was rewritten while the tests ran."""
        tests = (each for each in self.workspace.altered() if each not in overlay and self._judges(each))
        rewritten = next(tests, None) or next((path for path in overlay if self._overwritten(path, overlay)), None)
        if rewritten is None or not self.runs:
            return report
        said = f"{rewritten} was changed while the tests ran: what they said is void."
        self.runs[-1] = replace(self.runs[-1], report=replace(self.runs[-1].report, ended=Ended.FORGED))
        return replace(report, ended=Ended.FORGED, explanation=said)

    def _judges(self, path: str) -> bool:
        placed = self.suites.of(path)
        asked = self.suites.all if placed is None else (placed,)
        return any(each.suite.is_test_path(path) or each.suite.is_config_path(path) for each in asked)

    def _overwritten(self, path: str, overlay: Mapping[str, str]) -> bool:
        place = self.workspace.tree / path
        return self._judges(path) and place.is_file() and place.read_text("utf-8", "replace") != overlay[path]

    def again(self, tree: str, purpose: str, times: int) -> tuple[SuiteReport, ...]:
        """The whole suite again, each time in another order and with another hash seed."""
        seeds = itertools.islice(itertools.cycle(SEEDS), times)
        return tuple(self.on(tree, purpose, seed=seed + turn) for turn, seed in enumerate(seeds))

    def since(self, mark: int) -> int:
        """How many runs there were after `mark` (an earlier `len(runs)`)."""
        return len(self.runs) - mark

    def _nameless(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """A command without the names of private folders, which differ each time."""
        private = re.compile(re.escape(str(self.workspace.place)) + r"\S*")
        return tuple(private.sub("<private>", word) for word in argv)


def suites_of(config: Config, root: Path) -> Suites:
    """The suites that the configuration names, or else those that the files below `root` show.

    Raises `UnknownSuite`.
    """
    found = choices(config, root)
    folders = [each.folder for each in found]
    return Suites(tuple(_placed(each, folders) for each in found))


def _placed(choice: SuiteChoice, folders: list[str]) -> Placed:
    roots = tuple(each for each in _roots(choice.source) if each)
    return Placed(_suite(choice, roots, folders), choice.folder, ("", *roots))


def _suite(choice: SuiteChoice, roots: tuple[str, ...], folders: list[str]) -> Suite:
    match choice.name:
        case "pytest":
            own = f"{choice.folder}/" if choice.folder else ""
            inner = (each.removeprefix(own) for each in folders if each.startswith(own) and each != choice.folder)
            return Pytest(source_roots=roots, arguments=tuple(f"--ignore={each}" for each in inner))
        case "unittest":
            return Unittest(source_roots=roots)
        case "junit":
            return _junit(choice)
        case _ if choice.name in SUITES:
            return SUITES[choice.name]
        case _:
            where = f" for {choice.folder}" if choice.folder else ""
            because = f"{choice.because[:1].upper()}{choice.because[1:]}."
            remedy = f"{because} Write `suite` as one of these, or `auto`, in .tdd/config.toml."
            raise UnknownSuite(f"There is no suite {choice.name!r}{where}.", remedy=remedy)


def _junit(choice: SuiteChoice) -> Junit:
    if not choice.command or not (choice.report or "{report}" in choice.command):
        section = f'`[[suites]]` with `folder = "{choice.folder}"`' if choice.folder else "`[tdd]`"
        raise UnknownSuite(
            "The suite `junit` needs a command and a report.",
            remedy=f"Write `command` and `report` (a path or glob of JUnit XML) below {section} in .tdd/config.toml.",
        )
    return Junit(choice.command, choice.report)


def source_roots(config: Config, suites: Suites) -> tuple[str, ...]:
    """The folders that imports start from: the root, `src`, the fixed beginnings of source globs, and each suite's."""
    return tuple(dict.fromkeys((*_roots(config.project.source), *suites.roots)))


def _roots(source: tuple[str, ...]) -> tuple[str, ...]:
    fixed = (glob.split("*", 1)[0].strip("/") for glob in source if not glob.startswith("!"))
    folders = (name for name in fixed if name and not name.endswith(".py"))
    return tuple(dict.fromkeys(("", "src", *folders)))


def told(report: SuiteReport) -> str:
    """A run in words, for a worker: how many passed, and why the others did not."""
    passed = sum(1 for result in report.results if result.outcome is Outcome.PASSED)
    bad = [result for result in report.everything if result.bad]
    lines = [f"{passed} passed, {len(bad)} failed, {len(report.results) - passed - len(bad)} other."]
    if report.explanation:
        lines.append(report.explanation)
    lines += [f"{each.id}: {each.exception}: {' '.join(each.message.split())[:400]}" for each in bad[:SHOWN]]
    if len(bad) > SHOWN:
        lines.append(f"... and {len(bad) - SHOWN} more.")
    return "\n".join(lines)


def without_output(run: SuiteRun) -> SuiteRun:
    """The run without its captured output, which differs from run to run."""
    return replace(run, report=replace(run.report, output_tail=""))
