"""`go test`: its stream of events into a sealed record, its compiler's complaints by the file they are about."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.go_events import read_events
from tdd_action.suites.go_watching import OVERLAY, watching
from tdd_action.suites.recorded import read_record, recorded
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core import test_places
from tdd_orchestrator.core.evidence.reports import SuiteReport
from tdd_orchestrator.core.go_tests import ENDING, tests_in

# No cached results, every complaint of the compiler, no opinions of vet.
ALWAYS = ("-json", "-count=1", "-vet=off", "-gcflags=-e")
KEPT = ("GOPATH", "GOMODCACHE", "GOROOT", "GOTOOLCHAIN", "GOEXPERIMENT", "CGO_ENABLED")


@dataclass(frozen=True, slots=True)
class GoTest:
    """Needs `go` on PATH and, where the module has dependencies, its module cache (or a vendor folder)."""

    name: str = "go"

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run; files and tests wanted become packages and a pattern of names."""
        shuffle = () if shuffle_seed is None else (f"-shuffle={shuffle_seed}",)
        return self._recorded(root, tests, scratch, shuffle, collect_only=False)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Compile, and list the names."""
        return self._recorded(root, tests, scratch, ("-list=.",), collect_only=True)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said, test by test, with the files that hold them."""
        return read_events(read_record(command), outcome, root, collect_only=command.collect_only)

    def is_test_path(self, path: str) -> bool:
        """Go's tests lie beside the code; `testdata` is theirs."""
        return test_places.is_test_path(path)

    def is_config_path(self, path: str) -> bool:
        """What decides which tests there are and how they are built."""
        return test_places.is_test_config(path)

    def _recorded(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, more: tuple[str, ...], *, collect_only: bool
    ) -> SuiteCommand:
        wanted = _wanted(root, tests)
        env = _environment(scratch)
        watched = watching(scratch, env.get("GOROOT"))
        laid = (f"-overlay={watched / OVERLAY}",) if watched else ()
        argv = ("go", "test", *ALWAYS, *laid, *more, *wanted)
        return recorded(
            argv,
            env,
            scratch,
            name="go",
            selected=tests,
            collect_only=collect_only,
            caches=(_made(scratch / "go-build"),),
            witness=watched,
        )


def _wanted(root: Path, tests: tuple[str, ...] | None) -> tuple[str, ...]:
    """`-run` and packages for ids and files; everything where nothing is asked for."""
    if tests is None:
        return ("./...",)
    names, folders = set(), set()
    for test in tests:
        path, _, name = test.partition("::")
        folders.add(f"./{dirname(path)}".rstrip("/") if path.endswith(ENDING) else f"./{path}".rstrip("/"))
        names |= {name.partition("::")[0]} if name else set(_names(root / path))
    pattern = "|".join(sorted(re.escape(each) for each in names)) or "nothing^"
    return (f"-run=^({pattern})$", *sorted(folders))


def _names(file: Path) -> list[str]:
    try:
        return [*tests_in(file.read_text("utf-8", "replace"))]
    except OSError:
        return []


def _environment(scratch: Path) -> dict[str, str]:
    """No network and no workspace of the user's; the module cache is read where it lies, the build cache is ours."""
    home = Path(os.environ.get("HOME", "/"))
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    cache = kept.get("GOMODCACHE") or str(Path(kept.get("GOPATH", home / "go")) / "pkg" / "mod")
    ours = {"GOCACHE": str(scratch / "go-build"), "GOMODCACHE": cache, "GOPROXY": "off", "GOFLAGS": "", "GOENV": "off"}
    return {**kept, **ours, "GOTOOLCHAIN": "local", "GOWORK": "off", "GOTELEMETRY": "off"}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
