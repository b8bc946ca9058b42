"""Files that configure tests among other things: whether two versions of one say something else to the test tools."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tdd_orchestrator.core import python_tests

TEST_KEYS = ("jest", "vitest", "mocha", "ava", "tap", "c8", "nyc", "babel")
# What decides which code a test loads.
LOADING_KEYS = ("type", "imports", "workspaces", "overrides", "resolutions", "packageManager")
TEST_SCRIPTS = ("test", "pretest", "posttest", "prepare", "install", "preinstall", "postinstall")


def package_configures_otherwise(before: str, after: str) -> bool:
    """Whether two versions of package.json differ in what they say to test tools. What cannot be read has changed."""
    if before == after:
        return False
    try:
        return _test_part(json.loads(before or "{}")) != _test_part(json.loads(after or "{}"))
    except (ValueError, AttributeError, RecursionError):
        return True


def _test_part(said: Mapping[str, Any]) -> dict[str, Any]:
    scripts = said.get("scripts") or {}
    named = {name: scripts[name] for name in scripts if name in TEST_SCRIPTS or name.startswith("test:")}
    return {**{key: said[key] for key in (*TEST_KEYS, *LOADING_KEYS) if key in said}, "scripts": named}


SHARED: Mapping[str, Callable[[str, str], bool]] = {
    "pyproject.toml": python_tests.configures_tests_otherwise,
    "package.json": package_configures_otherwise,
}
"""Files of this kind, by name, with what tells whether their test part changed."""


def configures_otherwise(path: str, before: str, after: str) -> bool:
    """Whether a change of this file changes how tests are run; texts are empty where the file is not there."""
    changed = SHARED.get(path.rpartition("/")[2])
    return changed is not None and changed(before, after)
