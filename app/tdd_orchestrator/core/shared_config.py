"""Files that configure tests among other things: whether two versions of one say something else to the test tools."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from tdd_orchestrator.core import python_tests

TEST_KEYS = ("jest", "vitest", "mocha", "ava", "tap", "c8", "nyc", "babel")
# What decides which code a test loads.
LOADING_KEYS = ("type", "imports", "workspaces", "overrides", "resolutions", "packageManager")
GRADLE_DEPENDENCY = re.compile(r"(?:implementation|api|compileOnly|runtimeOnly)\b[ (]*[\"'][^\"']+[\"']\)?$")
DEV = "dev-dependencies"
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


def cargo_configures_otherwise(before: str, after: str) -> bool:
    """Whether two versions of Cargo.toml differ in targets, test profiles, patches, the build script, or in what the
    tests were built with before; they may be given more.
    """
    try:
        was, now = tomllib.loads(before), tomllib.loads(after)
        kept = {name: now.get(DEV, {}).get(name) for name in was.get(DEV, {})}
        return _cargo_test_part(was) != _cargo_test_part(now) or kept != was.get(DEV, {})
    except (tomllib.TOMLDecodeError, AttributeError):
        return before != after


def _cargo_test_part(said: Mapping[str, Any]) -> dict[str, Any]:
    package, library = said.get("package", {}), said.get("lib", {})
    targets = {key: said.get(key) for key in ("test", "bench", "profile", "patch", "replace")}
    members = {key: value for key, value in said.get("workspace", {}).items() if key != "dependencies"}
    automatic = {key: value for key, value in package.items() if key.startswith("auto") or key == "build"}
    return {
        **targets,
        "members": members,
        "package": automatic,
        "lib": {key: library.get(key) for key in ("test", "doctest", "harness")},
    }


def pom_configures_otherwise(before: str, after: str) -> bool:
    """Whether two versions of a pom differ in how it builds, in its profiles or in what is there for tests alone."""
    return _pom_test_part(before) != _pom_test_part(after)


def _pom_test_part(said: str) -> list[str]:
    bare = re.sub(r"<!--.*?-->|\s+", "", said, flags=re.DOTALL)
    parts = re.findall(r"<(build|profiles|parent)>(.*?)</\1>", bare)
    tests = [each for each in re.findall(r"<dependency>(.*?)</dependency>", bare) if "<scope>test</scope>" in each]
    properties = re.findall(r"<(surefire\.[\w.]+|skipTests|maven\.test\.[\w.]+|test|argLine)>(.*?)</\1>", bare)
    return [*map("".join, parts), *tests, *map("".join, properties)]


def gradle_configures_otherwise(before: str, after: str) -> bool:
    """A build script is a program: only lines that add a dependency of the code itself may differ."""
    return _gradle_test_part(before) != _gradle_test_part(after)


def _gradle_test_part(said: str) -> list[str]:
    lines = (line.strip() for line in said.splitlines())
    return [each for each in lines if each and not each.startswith("//") and not GRADLE_DEPENDENCY.match(each)]


def go_mod_configures_otherwise(before: str, after: str) -> bool:
    """Whether two versions of go.mod differ in more than what they require."""
    return _go_mod_test_part(before) != _go_mod_test_part(after)


def _go_mod_test_part(said: str) -> list[str]:
    bare = re.sub(r"//[^\n]*", "", said)
    bare = re.sub(r"^\s*require\s*\([^)]*\)|^\s*require\s[^\n]*", "", bare, flags=re.MULTILINE)
    return bare.split()


SHARED: Mapping[str, Callable[[str, str], bool]] = {
    "pyproject.toml": python_tests.configures_tests_otherwise,
    "package.json": package_configures_otherwise,
    "Cargo.toml": cargo_configures_otherwise,
    "go.mod": go_mod_configures_otherwise,
    "pom.xml": pom_configures_otherwise,
    "build.gradle": gradle_configures_otherwise,
    "build.gradle.kts": gradle_configures_otherwise,
}
"""Files of this kind, by name, with what tells whether their test part changed."""


def configures_otherwise(path: str, before: str, after: str) -> bool:
    """Whether a change of this file changes how tests are run; texts are empty where the file is not there."""
    changed = SHARED.get(path.rpartition("/")[2])
    return changed is not None and changed(before, after)
