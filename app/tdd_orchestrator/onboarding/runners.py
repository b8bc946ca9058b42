"""Which test runners and languages a repository shows, and how that is known.

The runners that this version can run are a table of names here, because the app imports nothing of the action; a test
holds the table against the action's own.
"""

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdd_orchestrator.core.python_tests import TEST_NAMES

BUNDLED = ("pytest", "unittest", "vitest", "jest", "node:test", "go", "cargo", "maven", "gradle", "minitest", "rspec")
"""The runners that the action has an adapter for."""
PYTEST_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "conftest.py", "tests/conftest.py")
NAMING_PYTEST = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "noxfile.py", "requirements*.txt", "Pipfile")
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
LARGEST = 1_000_000


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
    configured = _pytest_configured(root)
    if because := "" if configured else _unittest(root):
        yield Found("unittest", "python", because)
    elif because := configured or _pytest_files(root):
        yield Found("pytest", "python", because)
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
        return _javascript_language(root, _json(root / "package.json")), "there is package.json"
    if (root / "Gemfile").is_file():
        return "ruby", "there is Gemfile"
    return ("python", "there are .py files") if any(root.glob("*.py")) or any(root.glob("src/**/*.py")) else ("", "")


def _pytest_configured(root: Path) -> str:
    for name in PYTEST_FILES:
        if (root / name).is_file():
            return f"there is {name}"
    if "pytest" in pyproject(root).get("tool", {}):
        return "pyproject.toml configures pytest"
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        ini = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            ini.read_string(text(root / name))
        except configparser.Error:
            continue
        if ini.has_section(section):
            return f"{name} configures pytest"
    return ""


def _pytest_files(root: Path) -> str:
    for folder in ("tests", "test", "."):
        found = sorted(each for pattern in TEST_NAMES[:2] for each in (root / folder).glob(pattern))
        if found:
            return f"{found[0].relative_to(root).as_posix()} looks like a test for it"
    return ""


def _unittest(root: Path) -> str:
    """Where the first test file is written for unittest, and nothing names pytest."""
    folders = (root / folder for folder in ("tests", "test", "."))
    found = next((path for folder in folders for path in sorted(folder.glob("test*.py")) if path.is_file()), None)
    said = text(found) if found else ""
    named = (path for pattern in NAMING_PYTEST for path in root.glob(pattern))
    if found is None or "unittest" not in said or "pytest" in said or any("pytest" in text(path) for path in named):
        return ""
    return f"{found.relative_to(root).as_posix()} is written for it, and nothing names pytest"


def _javascript(root: Path) -> Iterator[Found]:
    package = _json(root / "package.json")
    language = _javascript_language(root, package)
    for name in JAVASCRIPT_RUNNERS:
        if name in _depended_on(package):
            yield Found(name, language, f"package.json depends on {name}")
    if re.search(r"\bnode\b.*--test\b", _npm_test(package)):
        yield Found("node:test", language, "package.json runs `node --test`")


def _npm_test(package: dict[str, Any]) -> str:
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


def pyproject(root: Path) -> dict[str, Any]:
    """What pyproject.toml says; nothing where it is absent or broken."""
    try:
        return tomllib.loads(text(root / "pyproject.toml"))
    except (ValueError, RecursionError):
        return {}


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def text(path: Path) -> str:
    """A file's text; "" where it is absent, larger than 1 MB or not to be read."""
    try:
        return path.read_text("utf-8", "replace") if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""
