"""What the files of a repository show: its language, its test runners, where code and tests lie."""

from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.onboarding.runners import Found, language_of, runners

NOT_SOURCE = frozenset(
    {
        "build",
        "dist",
        "docs",
        "doc",
        "env",
        "examples",
        "node_modules",
        "scripts",
        "site-packages",
        "test",
        "tests",
        "venv",
    }
)
TEST_FOLDERS = ("tests", "test")
# Where code and tests lie by the custom of a suite, if not in `src` and `tests`.
CUSTOMS = {
    "go": (("*.go", "!*_test.go"), ("*_test.go", "testdata/")),
    "maven": (("src/main/**",), ("src/test/**",)),
    "gradle": (("src/main/**",), ("src/test/**",)),
    "rspec": (("lib/**",), ("spec/**",)),
    "minitest": (("lib/**",), ("test/**",)),
}


@dataclass(frozen=True, slots=True)
class Detection:
    """What the files of a repository show. `source` and `tests` are globs, empty where the defaults fit."""

    language: str
    language_because: str
    found: tuple[Found, ...]
    source: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def suite(self) -> Found | None:
        """The runner that will be used: the first that this version can run."""
        return next((each for each in self.found if each.bundled), None)

    @property
    def others(self) -> tuple[Found, ...]:
        """The runners that are there and will not be used."""
        return tuple(each for each in self.found if each is not self.suite)


def detect(root: Path) -> Detection:
    """Look at the files of a work tree; nothing is run."""
    found = tuple(runners(root))
    chosen = next((each for each in found if each.bundled), found[0] if found else None)
    language, because = (chosen.language, chosen.because) if chosen else language_of(root)
    if language != "python":
        return Detection(language, because, found, *CUSTOMS.get(chosen.name if chosen else "", ()))
    return Detection(language, because, found, _source(root), _tests(root))


def _source(root: Path) -> tuple[str, ...]:
    """Globs of the code where it does not lie in `src`: the packages at the top, and modules beside them."""
    if (root / "src").is_dir():
        return ()
    packages = sorted(
        each.name
        for each in root.iterdir()
        if each.is_dir() and each.name.isidentifier() and each.name not in NOT_SOURCE and any(each.glob("*.py"))
    )
    modules = any(not _is_apart(each.name) for each in root.glob("*.py"))
    return (*(f"{name}/**" for name in packages), *(("/*.py",) if modules else ()))


def _is_apart(name: str) -> bool:
    return name in ("setup.py", "conftest.py", "noxfile.py") or name.startswith("test_") or name.endswith("_test.py")


def _tests(root: Path) -> tuple[str, ...]:
    folders = tuple(f"{name}/**" for name in TEST_FOLDERS if (root / name).is_dir())
    if folders == ("tests/**",):
        return ()
    beside = any(root.glob("test_*.py")) or any(root.glob("*_test.py"))
    return folders or (("test_*.py", "*_test.py") if beside else ())
