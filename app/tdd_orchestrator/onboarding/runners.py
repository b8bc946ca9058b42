"""Which test runners and languages a repository shows, and how that is known.

The runners that this version can run are a table of names here, because the app imports nothing of the action; a test
holds the table against the action's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdd_orchestrator.onboarding.python_tests import python_runner
from tdd_orchestrator.onboarding.texts import package_json, text

BUNDLED = ("pytest", "unittest", "vitest", "jest", "node:test", "go", "cargo", "maven", "gradle", "minitest", "rspec")
"""The runners that the action has an adapter for."""
PYTHON_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
JAVASCRIPT_RUNNERS = ("vitest", "jest", "mocha")
OTHER_SCRIPT = re.compile(r"\b(?:npm|pnpm|yarn) run (?:-s |--silent )?([\w:.-]+)")
BY_ONE_FILE = (
    ("go.mod", "go", "go"),
    ("Cargo.toml", "rust", "cargo"),
    ("pom.xml", "java", "maven"),
    ("build.gradle", "java", "gradle"),
    ("build.gradle.kts", "kotlin", "gradle"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A test runner that a repository shows; `because` is a clause such as `there is pytest.ini`."""

    name: str
    language: str
    because: str

    @property
    def bundled(self) -> bool:
        """Whether this version can run it."""
        return self.name in BUNDLED


def runners(root: Path) -> Iterator[Found]:
    """Every test runner that the files at the root of a repository show, those that can be run first."""
    name, because = python_runner(root)
    if name:
        yield Found(name, "python", because)
    yield from _javascript(root)
    for name, language, runner in BY_ONE_FILE:
        if (root / name).is_file():
            yield Found(runner, language, f"there is {name}")
    yield from _ruby(root)


def language_of(root: Path) -> tuple[str, str]:
    """The language of a repository that shows no test runner, and why; two empty texts where that is unknown."""
    for name in PYTHON_FILES:
        if (root / name).is_file():
            return "python", f"there is {name}"
    if (root / "package.json").is_file():
        return _javascript_language(root, package_json(root)), "there is package.json"
    if (root / "Gemfile").is_file():
        return "ruby", "there is Gemfile"
    return ("python", "there are .py files") if any(root.glob("*.py")) or any(root.glob("src/**/*.py")) else ("", "")


def _javascript(root: Path) -> Iterator[Found]:
    package = package_json(root)
    language = _javascript_language(root, package)
    for name in JAVASCRIPT_RUNNERS:
        if name in _depended_on(package):
            yield Found(name, language, f"package.json depends on {name}")
    if re.search(r"\bnode\b.*--test\b", npm_test(package)):
        yield Found("node:test", language, "package.json runs `node --test`")


def npm_test(package: dict[str, Any]) -> str:
    """What `npm test` runs; other scripts that it runs in its turn are put in their place."""
    scripts = package.get("scripts")
    named = {
        name: line for name, line in (scripts if isinstance(scripts, dict) else {}).items() if isinstance(line, str)
    }
    return OTHER_SCRIPT.sub(lambda found: named.get(found[1], found[0]), named.get("test", ""))


def _javascript_language(root: Path, package: dict[str, Any]) -> str:
    typed = (root / "tsconfig.json").is_file() or "typescript" in _depended_on(package)
    return "typescript" if typed else "javascript"


def _depended_on(package: dict[str, Any]) -> frozenset[str]:
    named = (package.get(key) for key in ("dependencies", "devDependencies"))
    return frozenset(name for names in named if isinstance(names, dict) for name in names)


def _ruby(root: Path) -> Iterator[Found]:
    gems = text(root / "Gemfile")
    for name, folder in (("rspec", "spec"), ("minitest", "test")):
        if re.search(rf"""^\s*gem\s*\(?\s*["']{name}(-rails)?["']""", gems, re.MULTILINE):
            yield Found(name, "ruby", f"Gemfile names {name}")
        elif any((root / folder).glob(f"*_{folder}.rb")):
            yield Found(name, "ruby", f"there are {folder}/*_{folder}.rb")
