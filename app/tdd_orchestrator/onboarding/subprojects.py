"""The projects that lie in folders of one repository, each with a runner of its own, and why they count."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tdd_orchestrator.core.settings import SuiteSettings
from tdd_orchestrator.onboarding.detection import NOT_SOURCE, Detection, detect

PROJECT_FILES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "package.json",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
)
"""Only a folder with one of these is a project; a folder of tests alone is not."""
NOT_PROJECTS = NOT_SOURCE | {
    "example",
    "fixtures",
    "samples",
    "spec",
    "src",
    "target",
    "testdata",
    "third_party",
    "vendor",
}
DEEPEST, MOST = 2, 20
ALIKE = {"typescript": "javascript", "kotlin": "java"}
DEFAULTS = SuiteSettings()


@dataclass(frozen=True, slots=True)
class Subproject:
    """A folder of the repository (empty: its root), and what lies in it."""

    folder: str
    seen: Detection

    @property
    def settings(self) -> SuiteSettings:
        """The `[[suites]]` that `tdd init` writes for it."""
        name = self.seen.suite.name if self.seen.suite else "auto"
        source, tests = self.seen.source or DEFAULTS.source, self.seen.tests or DEFAULTS.tests
        return SuiteSettings(self.folder or ".", name, source=source, tests=tests)


def subprojects(root: Path) -> tuple[Subproject, ...]:
    """The projects of a repository that has several, or one below its root; nothing where its root is all there is.

    What is of the root's own language belongs to the root's runner, which goes through all folders.
    """
    whole = detect(root)
    families = {_family(each.language) for each in whole.found if each.bundled}
    found = [
        Subproject(folder, seen)
        for folder in islice(_folders(root), MOST)
        if (seen := detect(root / folder)).suite and _family(seen.language) not in families
    ]
    if not found:
        return ()
    return (*((Subproject("", whole),) if whole.suite else ()), *found)


def _family(language: str) -> str:
    return ALIKE.get(language, language)


def _folders(root: Path, above: str = "", depth: int = 1) -> Iterator[str]:
    """Folders with a project's file in them, outermost first; below one of these nobody looks."""
    try:
        inner = sorted(each.name for each in (root / above).iterdir() if each.is_dir() and not each.is_symlink())
    except OSError:
        return
    for name in inner:
        if name.startswith(".") or name in NOT_PROJECTS:
            continue
        folder = f"{above}/{name}".lstrip("/")
        if any((root / folder / each).is_file() for each in PROJECT_FILES):
            yield folder
        elif depth < DEEPEST:
            yield from _folders(root, folder, depth + 1)
