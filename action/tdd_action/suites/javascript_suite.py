"""What the adapters of node:test, vitest and jest share: a launcher of ours, the project's own runner, one record."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites import javascript_project as project
from tdd_action.suites.javascript_record import read_record
from tdd_action.suites.private_run import PrivateRun, raw_record
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core.evidence.reports import SuiteReport
from tdd_orchestrator.core.policy import is_named_as_test
from tdd_orchestrator.core.test_places import is_test_config
from tdd_orchestrator.onboarding.runners import npm_test
from tdd_orchestrator.onboarding.texts import package_json

SHARED = Path(__file__).with_name("javascript_record.cjs")
# V8 reserves more address space for WebAssembly than a sandbox may give, unless told not to (node 20.15 and later).
WITHOUT_RESERVE = "--disable-wasm-trap-handler"
MODULES_IN_VM = "--experimental-vm-modules"

Orders = dict[str, Any]


def _nothing_more(root: Path, told: Orders) -> Orders:
    return {}


@dataclass(frozen=True, slots=True)
class JavascriptSuite:
    """One runner: its launcher, and what its launcher is told besides."""

    name: str
    launcher: str
    more: Callable[[Path, Orders], Orders] = _nothing_more

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run of the files that hold these tests: a file is the least that these runners are asked for."""
        return self._command(root, tests, scratch, shuffle_seed, collect=False)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Load every file and run no test: all are skipped, by a pattern that no title fits."""
        return self._command(root, tests, scratch, None, collect=True)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said; a record that is absent, cut short or tampered with is no report."""
        return read_record(raw_record(command), command.nonce, outcome, root, self.name)

    def is_test_path(self, path: str) -> bool:
        """Whether a path is a test, a fixture, a snapshot or test support."""
        return is_named_as_test(path)

    def is_config_path(self, path: str) -> bool:
        """Whether a path says how tests are run."""
        return is_test_config(path) or path.rpartition("/")[2] == "package.json"

    def _command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, seed: int | None, *, collect: bool
    ) -> SuiteCommand:
        project.link_modules(root)
        launcher = SHARED.with_name(self.launcher)
        run = PrivateRun.made("javascript", scratch, {launcher: launcher.name, SHARED: SHARED.name})
        files = None if tests is None else sorted({test.partition("::")[0] for test in tests})
        told: Orders = {
            "root": os.path.realpath(root),
            "files": files,
            "seed": seed,
            "collect": collect,
            "cache": str(run.folder / "cache"),
            "flags": [],
        }
        told |= self.more(root, told)
        if told["files"] is not None:
            told["files"] = [os.path.join(told["root"], file) for file in told["files"]]
        words, env = ("node", str(run.folder / launcher.name)), _environment(root)
        return run.command(words, env, told, selected=tests, collect_only=collect)


def _environment(root: Path) -> dict[str, str]:
    """`CI` keeps vitest and jest from writing snapshots."""
    flags = [WITHOUT_RESERVE]
    if MODULES_IN_VM in npm_test(package_json(root)):
        flags.append(MODULES_IN_VM)
    return {"NODE_OPTIONS": " ".join(flags), "CI": "true", "NO_COLOR": "1", "NODE_ENV": "test"}


def shuffled(files: tuple[str, ...], seed: int | None) -> list[str]:
    """The files in another order, where one is asked for."""
    found = list(files)
    if seed is not None:
        random.Random(seed).shuffle(found)  # noqa: S311 (no secret)
    return found
