"""minitest and rspec, run by a program of ours that writes down what happens to each test under a seal."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.private_run import PrivateRun, raw_record
from tdd_action.suites.ruby_record import read_ruby
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core import test_places
from tdd_orchestrator.core.evidence.reports import SuiteReport

PROGRAM = Path(__file__).with_name("ruby_run.rb")
KEPT = ("GEM_HOME", "GEM_PATH", "BUNDLE_PATH", "BUNDLE_GEMFILE")
STEADY = 1
"""The seed of a run that is not shuffled: minitest has no order of its own."""


@dataclass(frozen=True, slots=True)
class RubySuite:
    """One of Ruby's two runners: `folder` is where its tests are, `patterns` what their files are called."""

    name: str
    folder: str
    patterns: tuple[str, ...]

    def files(self, root: Path) -> list[str]:
        """Every file of tests."""
        found = {each for pattern in self.patterns for each in (root / self.folder).glob(f"**/{pattern}")}
        return sorted(each.relative_to(root).as_posix() for each in found if each.is_file())

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run of whole files; of these, only the tests wanted are read. The seed shuffles them."""
        return self._command(root, tests, scratch, shuffle_seed, collect_only=False)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Load the files and run nothing."""
        return self._command(root, tests, scratch, None, collect_only=True)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said, where its record is whole."""
        return read_ruby(raw_record(command), command, outcome)

    def is_test_path(self, path: str) -> bool:
        """Tests, their support and fixtures."""
        return test_places.is_test_path(path)

    def is_config_path(self, path: str) -> bool:
        """`.rspec` and its like."""
        return test_places.is_test_config(path)

    def _command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, seed: int | None, *, collect_only: bool
    ) -> SuiteCommand:
        run = PrivateRun.made("ruby", scratch, {PROGRAM: PROGRAM.name})
        files = self.files(root) if tests is None else sorted({test.partition("::")[0] for test in tests})
        orders = {
            "framework": self.name,
            "files": [path for path in files if (root / path).is_file()],
            "paths": ["lib", self.folder],
            "seed": STEADY if seed is None else seed % 0xFFFF,
            "shuffled": seed is not None,
            "collect_only": collect_only,
        }
        bundled = ("-rbundler/setup",) if (root / "Gemfile.lock").is_file() and shutil.which("bundle") else ()
        words = ("ruby", *bundled, str(run.folder / PROGRAM.name))
        env = {**{name: os.environ[name] for name in KEPT if name in os.environ}, "RUBYOPT": ""}
        return run.command(words, env, orders, selected=tests, collect_only=collect_only)


MINITEST = RubySuite("minitest", "test", ("*_test.rb", "test_*.rb"))
RSPEC = RubySuite("rspec", "spec", ("*_spec.rb",))
