"""pytest, run with the project's own Python and watched by a reporter of ours."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.private_run import PrivateRun, raw_record
from tdd_action.suites.pytest_record import read_record
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core import python_tests
from tdd_orchestrator.core.evidence.reports import SuiteReport

REPORTER = Path(__file__).with_name("pytest_report.py")
WITNESS = Path(__file__).with_name("tdd_witness.py")
PROGRAM = "tdd_reporter.py"
"""What the reporter is called where it runs."""
# One process, every test, no stopping at the first fault, and no files of pytest's in the work tree.
ALWAYS = ("--continue-on-collection-errors", "--maxfail=0", "--color=no", "-p", "no:pastebin")
MOST_SEED = 2**32


@dataclass(frozen=True, slots=True)
class Pytest:
    """`python` is the interpreter of the project (empty: `interpreter(root)`); `source_roots` go before everything
    installed.

    An editable install points to another checkout than the work tree under test; source roots at the front of the path
    keep such an install from being tested instead.
    """

    python: str = ""
    source_roots: tuple[str, ...] = ("src",)
    arguments: tuple[str, ...] = ()
    name: str = "pytest"

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run of these tests. The seed shuffles the order of files, classes and tests, and seeds the hashes."""
        return self._command(root, tests, scratch, (), shuffle_seed)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Collect and run nothing; every test is then read as skipped."""
        return self._command(root, tests, scratch, ("--collect-only", "-q"), None)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said; a record that is absent, cut short or tampered with is no report."""
        return read_record(raw_record(command), command.nonce, outcome, collect_only=command.collect_only)

    def is_test_path(self, path: str) -> bool:
        """Whether a path is a test, a fixture or test support."""
        return python_tests.is_test_path(path)

    def is_config_path(self, path: str) -> bool:
        """Whether a path says how tests are run."""
        return python_tests.is_test_config(path) or path.rpartition("/")[2] == "pyproject.toml"

    def _command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, more: tuple[str, ...], seed: int | None
    ) -> SuiteCommand:
        run = PrivateRun.made(self.name, scratch, {REPORTER: PROGRAM, WITNESS: WITNESS.name})
        own = ("-o", f"cache_dir={run.folder / 'cache'}", f"--rootdir={root}")
        orders = {
            "arguments": [*self.arguments, *ALWAYS, *own, *more, *(tests or ())],
            "paths": [str(root / each) for each in self.source_roots if _starts_imports(root / each)],
            "shuffle_seed": seed,
        }
        words = (self.python or interpreter(root), "-s", "-B", str(run.folder / PROGRAM))
        env = environment(run.folder, seed)
        return run.command(words, env, orders, selected=tests, collect_only=bool(more))


def _starts_imports(folder: Path) -> bool:
    """Whether imports start there: inside a package, a module of its own would be taken for Python's `types`."""
    return folder.is_dir() and not (folder / "__init__.py").exists()


def interpreter(root: Path) -> str:
    """The Python of the project: that of a virtual environment in its root, else the first one on PATH."""
    for folder in (".venv", "venv"):
        if (root / folder / "bin" / "python").exists():
            return str(root / folder / "bin" / "python")
    return shutil.which("python3") or shutil.which("python") or "python3"


def environment(folder: Path, seed: int | None) -> dict[str, str]:
    """What a run of Python tests finds: no files left in the work tree, hashes by the seed."""
    return {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": str((seed or 0) % MOST_SEED),
        "PYTHONNOUSERSITE": "1",
        "COVERAGE_FILE": str(folder / "coverage"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
    }
