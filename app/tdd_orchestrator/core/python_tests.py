"""Which files of a Python project are tests, which carry test configuration, and whether a pyproject's test part
changed.
"""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

TEST_FOLDERS = frozenset({"test", "tests"})
TEST_NAMES = ("test_*.py", "*_test.py", "conftest.py")
# setup.cfg and pyproject.toml hold other things as well; only their test part counts as configuration.
CONFIG_NAMES = frozenset(
    {"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", ".coveragerc"}
)
LOADED_BY_PYTHON = frozenset({"sitecustomize", "usercustomize"})
# A folder of this kind anywhere that imports start from can announce a plugin of pytest.
ANNOUNCING = (".dist-info", ".egg-info")
TEST_TOOLS = ("pytest", "coverage", "tox", "hypothesis")


def holds_tests(path: str) -> bool:
    """Whether pytest would, by default, look into this file for tests."""
    return any(fnmatchcase(_name(path), pattern) for pattern in TEST_NAMES[:2])


def is_test_path(path: str) -> bool:
    """Whether a file is a test, a fixture or test support, by where it lies and what it is called."""
    folders = path.split("/")[:-1]
    return not TEST_FOLDERS.isdisjoint(folders) or any(fnmatchcase(_name(path), pattern) for pattern in TEST_NAMES)


def is_test_config(path: str) -> bool:
    """Whether a file does nothing but say how tests are run (or is loaded by every Python started beside it)."""
    parts = path.split("/")
    loaded = any(part.removesuffix(".py") in LOADED_BY_PYTHON or part.endswith(ANNOUNCING) for part in parts)
    return loaded or parts[-1] in CONFIG_NAMES or path.endswith(".pth")


def configures_tests_otherwise(before: str, after: str) -> bool:
    """Whether two versions of `pyproject.toml` differ in what they say to test tools. What cannot be read has
    changed.
    """
    if before == after:
        return False
    try:
        return _test_part(tomllib.loads(before)) != _test_part(tomllib.loads(after))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return True


def _test_part(document: Mapping[str, Any]) -> dict[str, Any]:
    tools = document.get("tool", {})
    plugins = document.get("project", {}).get("entry-points", {}).get("pytest11")
    return {**{name: tools[name] for name in TEST_TOOLS if name in tools}, "pytest11": plugins}


def _name(path: str) -> str:
    return path.rpartition("/")[2]
