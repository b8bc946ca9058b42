"""`cargo test`: the compiler's messages as JSON, and libtest's lines, which are all that it says on stable Rust."""

import os
from dataclasses import dataclass
from pathlib import Path

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.cargo_output import read_output
from tdd_action.suites.recorded import read_record, recorded
from tdd_action.suites.rust_watching import watching
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core import test_places
from tdd_orchestrator.core.evidence.reports import SuiteReport
from tdd_orchestrator.core.rust_tests import module_path, tests_in

KEPT = ("RUSTUP_TOOLCHAIN", "CARGO_NET_GIT_FETCH_WITH_CLI")


@dataclass(frozen=True, slots=True)
class CargoTest:
    """Needs `cargo` on PATH and what the lock file names in cargo's home. Stable Rust cannot shuffle its tests."""

    name: str = "cargo"

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """One run. There is no seed in stable Rust: where one is given, the tests run one after the other instead."""
        alone = () if shuffle_seed is None else ("--test-threads=1",)
        return self._recorded(root, tests, scratch, alone, collect_only=False)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """Compile, and list the names."""
        return self._recorded(root, tests, scratch, ("--list",), collect_only=True)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the run said, test by test, with the files that hold them."""
        return read_output(read_record(command), outcome, root, command)

    def is_test_path(self, path: str) -> bool:
        """Files of tests; the test part of a source file is looked after by the policy."""
        return test_places.is_test_path(path)

    def is_config_path(self, path: str) -> bool:
        """`.cargo` and the toolchain file."""
        return test_places.is_test_config(path)

    def _recorded(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, more: tuple[str, ...], *, collect_only: bool
    ) -> SuiteCommand:
        wanted, targets = _wanted(root, tests)
        argv = ("cargo", "test", "--no-fail-fast", "--offline", "--message-format=json", *targets, "--", *more, *wanted)
        watched = watching(scratch, scratch / "cargo-target")
        return recorded(
            argv,
            {**_environment(scratch), **watched.env},
            scratch,
            name="cargo",
            selected=tests,
            collect_only=collect_only,
            merge=True,
            caches=(scratch / "cargo-target",),
            witness=watched.folder,
            first=watched.first,
        )


def _wanted(root: Path, tests: tuple[str, ...] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Exact names for libtest, and the targets that hold them where those are files of `tests/`."""
    if tests is None:
        return (), ()
    names, targets, macros = set(), set(), False
    for test in tests:
        path, _, name = test.partition("::")
        macros = macros or not (name or _names(root, path, ()))
        if path.startswith("tests/") and path.count("/") == 1:
            targets |= {"--test", path.removeprefix("tests/").removesuffix(".rs")}
            names |= {name} if name else set(_names(root, path, ()))
        else:
            inside = module_path(path, "src/lib.rs") if path not in ("src/lib.rs", "src/main.rs") else ()
            targets |= {"*"}
            names |= {"::".join((*inside, name))} if name else set(_names(root, path, inside))
    chosen = () if "*" in targets else tuple(_options(targets))
    return () if macros else ("--exact", *sorted(names)), chosen


def _options(targets: set[str]) -> list[str]:
    return [word for each in sorted(targets - {"--test"}) for word in ("--test", each)]


def _names(root: Path, path: str, inside: tuple[str, ...]) -> list[str]:
    try:
        return ["::".join((*inside, name)) for name in tests_in((root / path).read_text("utf-8", "replace"))]
    except OSError:
        return []


def _environment(scratch: Path) -> dict[str, str]:
    """The toolchain where it is installed; everything that is built goes into a folder of ours."""
    home = Path(os.environ.get("HOME", "/"))
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    (scratch / "cargo-target").mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(home / ".cargo")),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(home / ".rustup")),
        "CARGO_TARGET_DIR": str(scratch / "cargo-target"),
        "CARGO_TERM_COLOR": "never",
        "CARGO_INCREMENTAL": "0",
        "CARGO_PROFILE_TEST_DEBUG": "line-tables-only",
        "RUST_BACKTRACE": "0",
    }
