"""unittest, run with the project's own Python and watched by a reporter of ours."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.private_run import PrivateRun, raw_record
from tdd_action.suites.pytest_record import read_record
from tdd_action.suites.pytest_suite import PROGRAM, WITNESS, environment, interpreter
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core import python_tests
from tdd_orchestrator.core.evidence.reports import SuiteReport

REPORTER = Path(__file__).with_name("unittest_report.py")
NAMES = "test*.py"
"""What unittest's own discovery looks for (https://docs.python.org/3/library/unittest.html#test-discovery)."""
LEFT_OUT = frozenset({"node_modules", "venv", "build", "dist"})


@dataclass(frozen=True, slots=True)
class Unittest:
    """`python` and `source_roots` as for `Pytest`."""

    python: str = ""
    source_roots: tuple[str, ...] = ("src",)
    name: str = "unittest"

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run of these tests. The seed shuffles files, classes and tests, and seeds the hashes."""
        return self._command(root, tests, scratch, shuffle_seed, collect=False)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Import every file and run nothing; every test is then read as skipped."""
        return self._command(root, tests, scratch, None, collect=True)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said; a record that is absent, cut short or tampered with is no report."""
        return read_record(
            raw_record(command), command.nonce, outcome, collect_only=command.collect_only, runner=self.name
        )

    def is_test_path(self, path: str) -> bool:
        """Whether a path is a test, a fixture or test support."""
        return python_tests.is_test_path(path) or fnmatchcase(path.rpartition("/")[2], NAMES)

    def is_config_path(self, path: str) -> bool:
        """Whether a path says how tests are run."""
        return python_tests.is_test_config(path)

    def _command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, seed: int | None, *, collect: bool
    ) -> SuiteCommand:
        run = PrivateRun.made(self.name, scratch, {REPORTER: PROGRAM, WITNESS: WITNESS.name})
        files = _walk(root) if tests is None else dict.fromkeys(test.partition("::")[0] for test in tests)
        orders = {
            "files": list(files),
            "tests": tests,
            "paths": [str(root / each) for each in self.source_roots if (root / each).is_dir()],
            "shuffle_seed": seed,
            "collect": collect,
        }
        words = (self.python or interpreter(root), "-s", "-B", str(run.folder / PROGRAM))
        env = environment(run.folder, seed)
        return run.command(words, env, orders, selected=tests, collect_only=collect)


def _walk(root: Path) -> Iterator[str]:
    """Every file that discovery looks for, wherever it lies; hidden folders and what is installed left out."""
    for folder, names, _ in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in LEFT_OUT)
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (name if inside == "." else f"{inside}/{name}" for name in _in(Path(folder)))


def _in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(NAMES) if path.is_file())
