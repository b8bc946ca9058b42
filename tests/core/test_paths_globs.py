"""Which paths a glob means."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.paths import matches


@pytest.mark.parametrize(
    ("path", "glob", "meant"),
    [
        ("src/a.py", "src/**", True),
        ("src/a/b/c.py", "src/**", True),
        ("lib/src/a.py", "src/**", False),
        ("srcs/a.py", "src/**", False),
        ("test_a.py", "**/test_*.py", True),
        ("a/b/test_a.py", "**/test_*.py", True),
        ("a/b/test_a.txt", "**/test_*.py", False),
        ("shop.prd.md", "*.prd.md", True),
        ("a/b/shop.prd.md", "*.prd.md", True),
        ("src/a.py", "src/a.py", True),
        ("src/a.py", "./src/a.py", True),
        ("./src/a.py", "src/a.py", True),
        ("src/a.pyc", "src/a.py", False),
        ("src/A.py", "src/a.py", False),
        ("src/a/b.py", "src/*", False),
        ("src/b.py", "src/*", True),
        ("src/b.py", "src/?.py", True),
        ("src/b.py", "src/[ab].py", True),
        ("a/x/y/b", "a/**/b", True),
        ("a/b", "a/**/b", True),
        ("src/a.py", "src", True),
        ("src/a.py", "src/", True),
        ("src", "src/", False),
        ("src", "src/**", True),
        ("x/CODEOWNERS", "CODEOWNERS", True),
        ("x/CODEOWNERS", "/CODEOWNERS", False),
        ("CODEOWNERS", "/CODEOWNERS", True),
        ("src/../.github/x", "src/**", False),
        ("src/../.github/x", ".github/**", True),
        ("a/b", "**", True),
        ("a", "", False),
        ("a", "/", False),
        ("a", "!", False),
    ],
)
def test_a_glob_means_what_gitignore_would_say(path: str, glob: str, meant: bool) -> None:
    assert matches(path, (glob,)) is meant


def test_the_last_glob_that_matches_decides() -> None:
    globs = (".github/**", "!.github/ISSUE_TEMPLATE/**", ".github/ISSUE_TEMPLATE/config.yml")
    assert [matches(f".github/{name}", globs) for name in ("a", "ISSUE_TEMPLATE/a", "ISSUE_TEMPLATE/config.yml")] == [
        True,
        False,
        True,
    ]


def test_nothing_is_meant_by_no_glob() -> None:
    assert not matches("a", ())


@given(st.text(), st.lists(st.text(alphabet="ab*?[]!/.\\-^", max_size=12), max_size=4))
def test_any_path_and_glob_have_an_answer(path: str, globs: list[str]) -> None:
    assert matches(path, tuple(globs)) in (True, False)


def test_a_spiteful_glob_is_answered_quickly() -> None:
    began = time.process_time()
    assert not matches("a/" * 60 + "b", ("**/a/" * 20 + "c",))
    assert not matches("a" * 200, ("*a" * 30 + "b",))
    assert time.process_time() - began < 1
