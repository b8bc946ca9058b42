"""What every test runner must offer, so that the rest of the action never asks which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tdd_action.sandbox import ProcessOutcome
from tdd_orchestrator.core.evidence.reports import SuiteReport


@dataclass(frozen=True, slots=True)
class SuiteCommand:
    """One run of a suite, ready for `sandbox.run`: pass `argv`, `env` (as `extra_env`) and `stdin` as they are.

    `report` is where the runner writes what it saw, outside the work tree; `nonce` is the secret that seals it.
    `selected` are the tests asked for (`None`: all). `caches` outlive the run: what a compiler has built. `readable`
    are folders that the run reads and may not write.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    report: Path
    stdin: bytes = field(default=b"", repr=False)
    nonce: str = field(default="", repr=False)
    selected: tuple[str, ...] | None = None
    collect_only: bool = False
    caches: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()

    @property
    def writable(self) -> tuple[Path, ...]:
        """The folders outside the work tree that the run must be able to write: `sandbox.run(writable=...)`."""
        return (self.report.parent, *self.caches)


class Suite(Protocol):
    """One test runner. Nothing here starts a process: `command` says what to run, `read` what it said."""

    @property
    def name(self) -> str: ...

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """How to run these tests (ids or files; `None`: all). `scratch` is a private folder outside the work tree."""

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """How to collect without running; `read` then gives every test as skipped."""

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said. A report that is cut short, sealed wrongly or absent is never a pass."""

    def is_test_path(self, path: str) -> bool:
        """Whether a path (relative, `/`) is a test, a fixture or test support."""

    def is_config_path(self, path: str) -> bool:
        """Whether a path configures how tests are run."""
