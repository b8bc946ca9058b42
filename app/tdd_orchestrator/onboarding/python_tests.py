"""Which of Python's two runners a project's tests are written for, and why: read from the files, nothing is run.

pytest runs the cases of unittest as well, so one test in its style, or its name in the project's files, decides for it.
Whether pytest is installed is not asked: a proof may not depend on the machine that makes it.
"""

import ast
import configparser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tdd_orchestrator.core.fault import listed
from tdd_orchestrator.core.python_tests import TEST_NAMES
from tdd_orchestrator.onboarding.texts import pyproject, text

PYTEST_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "conftest.py", "tests/conftest.py")
NAMING_PYTEST = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "noxfile.py", "requirements*.txt", "Pipfile")
UNITTEST_NAMES = "test*.py"
"""What unittest's own discovery looks for (https://docs.python.org/3/library/unittest.html#test-discovery)."""
MOST_FILES = 400


def python_runner(root: Path) -> tuple[str, str]:
    """`pytest` or `unittest` with a clause that says why; two empty texts where there is no sign of either."""
    if because := _configured(root):
        return "pytest", because
    files = tuple(islice(_test_files(root), MOST_FILES))
    told = {path: text(path) for path in files}
    cases = [path for path in files if "unittest" in told[path]]
    styled = next(((path, why) for path in files if (why := _style(told[path]))), None)
    if styled is None and cases:
        if named := _naming(root):
            return "pytest", f"{named} names pytest, which runs the cases of unittest too"
        return "unittest", f"{_shown(cases[0], root)} is written for it, and nothing names pytest"
    if styled is not None and cases:
        return "pytest", f"{_shown(styled[0], root)} {styled[1]}, and pytest runs the cases of unittest too"
    found = next((path for path in files if any(path.match(name) for name in TEST_NAMES[:2])), None)
    return ("pytest", f"{_shown(found, root)} looks like a test for it") if found else ("", "")


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _configured(root: Path) -> str:
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


def _naming(root: Path) -> str:
    """The files of the project's set-up that speak of pytest."""
    found = sorted(path.name for each in NAMING_PYTEST for path in root.glob(each) if "pytest" in text(path))
    return listed(tuple(found)) if found else ""


def _test_files(root: Path) -> Iterator[Path]:
    """Below `tests` and `test`, and beside the code at the root."""
    for folder in ("tests", "test"):
        below = {path for name in (UNITTEST_NAMES, TEST_NAMES[1]) for path in (root / folder).rglob(name)}
        yield from sorted((path for path in below if path.is_file()), key=lambda path: (len(path.parts), path))
    beside = {path for name in (UNITTEST_NAMES, TEST_NAMES[1]) for path in root.glob(name)}
    yield from sorted(path for path in beside if path.is_file())


def _style(source: str) -> str:
    """What in a file only pytest would run, as a clause; nothing where unittest runs all of it."""
    if "pytest" not in source and "def test" not in source:
        return ""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "speaks of pytest" if "pytest" in source else ""
    for node in ast.walk(ast.Module(body, [])):
        named = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(name.partition(".")[0] == "pytest" for name in named):
            return "imports pytest"
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test"):
            return "has a test outside of any class"
        if isinstance(each, ast.ClassDef) and each.name.startswith("Test") and not each.bases and _has_tests(each):
            return "has a class of tests that is no TestCase"
    return ""


def _has_tests(node: ast.ClassDef) -> bool:
    return any(isinstance(each, ast.FunctionDef) and each.name.startswith("test") for each in node.body)
