"""Where the tests of each language lie and what configures its runners: a table, one entry for a language.

Python's own names are in `python_tests`; what is asked of a path here is asked of every language at once, because a
repository may hold several.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tdd_orchestrator.core import python_tests
from tdd_orchestrator.core.paths import matches


@dataclass(frozen=True, slots=True)
class Places:
    """Globs of tests with their support, and of files that do nothing but say how tests are built or run."""

    tests: tuple[str, ...] = ()
    config: tuple[str, ...] = ()


# What `node --test` takes for tests besides `*.test.*` and the folder `test`.
NODE_NAMES = tuple(f"{name}{kind}js" for name in ("*-test", "*_test", "test-*") for kind in (".", ".m", ".c"))

PLACES: Mapping[str, Places] = {
    "go": Places(("*_test.go", "testdata/"), ("go.work", "go.env")),
    "rust": Places(
        ("*_test.rs", "tests.rs"), (".cargo/", "build.rs", "rust-toolchain", "rust-toolchain.toml", "nextest.toml")
    ),
    "java": Places(
        ("*Test.java", "*Tests.java", "*TestCase.java", "*IT.java", "Test*.java", "*Test.kt", "*Spec.groovy"),
        (
            "junit-platform.properties",
            ".mvn/",
            "surefire.properties",
            "**/META-INF/services/org.junit.*",
            "init.gradle",
            "gradle-wrapper.properties",
        ),
    ),
    "ruby": Places(
        ("*_test.rb", "test_*.rb", "*_spec.rb", "spec/", "spec_helper.rb"),
        (
            *(".rspec", ".rspec-local", ".minitest.rb", ".simplecov", ".bundle/"),
            "**/minitest/*_plugin.rb",  # loaded by minitest wherever it lies
            "rubygems_plugin.rb",
        ),
    ),
    "javascript": Places(
        ("*.test.*", "*.spec.*", "__tests__/", "__mocks__/", "__fixtures__/", "__snapshots__/", "*.snap", *NODE_NAMES),
        (
            *(f"{tool}.{part}.*" for tool in ("vitest", "jest") for part in ("config", "setup", "workspace", "preset")),
            *("vite.config.*", "setupTests.*", "ava.config.*", "playwright.config.*", "babel.config.*"),
            *(
                ".mocharc*",
                ".nycrc*",
                ".c8rc*",
                ".taprc",
                ".babelrc*",
                ".swcrc",
                ".npmrc",
                ".pnpmfile.cjs",
                "node.config.json",
            ),
        ),
    ),
    "dotnet": Places(("*Tests.cs",)),
}
TESTS = tuple(glob for each in PLACES.values() for glob in each.tests)
CONFIG = tuple(glob for each in PLACES.values() for glob in each.config)


def is_test_path(path: str) -> bool:
    """Whether a path is a test, a fixture or test support, by its place and name, in whatever language."""
    return matches(path, TESTS) or python_tests.is_test_path(path)


def is_test_config(path: str) -> bool:
    """Whether a file does nothing but say how tests are run, in whatever language."""
    return matches(path, CONFIG) or python_tests.is_test_config(path)
