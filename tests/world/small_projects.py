"""Tiny Python projects on disk, and real pytest runs on them behind the real sandbox."""

import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tdd_action.sandbox import Limits, ProcessOutcome, run
from tdd_action.suites import Pytest, SuiteCommand
from tdd_orchestrator.core.evidence import SuiteReport

# Plugins of our own environment, which these projects do not need: more than half of what pytest takes to start.
LEAN = tuple(
    word for name in ("hypothesispytest", "asyncio", "anyio", "respx", "xdist") for word in ("-p", f"no:{name}")
)
QUICK = Limits(wall_s=20, cpu_s=20)


@dataclass(frozen=True)
class Project:
    """A folder with files, and a scratch folder beside it."""

    root: Path
    scratch: Path

    @classmethod
    def of(cls, folder: Path, files: Mapping[str, str]) -> "Project":
        project = cls(folder / "project", folder / "scratch")
        project.root.mkdir()
        project.scratch.mkdir()
        project.write(files)
        return project

    def write(self, files: Mapping[str, str]) -> None:
        """Put files there, each text without its common indentation."""
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(textwrap.dedent(text))

    def read(self, path: str) -> str | None:
        """The text of a file, or `None`."""
        return (self.root / path).read_text() if (self.root / path).exists() else None

    def command(self, *tests: str, seed: int | None = None, suite: Pytest | None = None) -> SuiteCommand:
        chosen = suite or Pytest(python=sys.executable, arguments=LEAN)
        return chosen.command(self.root, tests or None, self.scratch, shuffle_seed=seed)

    def ran(self, command: SuiteCommand, limits: Limits = QUICK) -> ProcessOutcome:
        return run(
            command.argv,
            cwd=self.root,
            extra_env=command.env,
            stdin=command.stdin,
            limits=limits,
            writable=command.writable,
            readable=command.readable,
        )

    def report(
        self, *tests: str, seed: int | None = None, limits: Limits = QUICK, suite: Pytest | None = None
    ) -> SuiteReport:
        """Run and read."""
        command = self.command(*tests, seed=seed, suite=suite)
        return Pytest().read(command, self.ran(command, limits), self.root)
