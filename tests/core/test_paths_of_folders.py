"""Globs of a folder as globs of the repository, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.paths import below, inside, matches

GLOBS = [
    ("src/**", "web/src/**", "web/src/a/b.js"),
    ("*.go", "web/**/*.go", "web/a/b.go"),
    ("/*.py", "web/*.py", "web/a.py"),
    ("!src/old/**", "!web/src/old/**", ""),
    ("./src/a.js", "web/src/a.js", "web/src/a.js"),
    ("testdata/", "web/**/testdata/", "web/a/testdata/x"),
    ("**/*.js", "web/**/*.js", "web/x.js"),
]


@pytest.mark.parametrize(("glob", "wanted", "path"), GLOBS)
def test_a_glob_of_a_folder_means_what_lies_below_it(glob: str, wanted: str, path: str) -> None:
    assert below("web", glob) == wanted
    assert below("", glob) == glob
    if path:
        assert matches(path, (wanted,))
        assert matches(path.removeprefix("web/"), (glob,))
        assert not matches(path.removeprefix("web/"), (wanted,))


@pytest.mark.parametrize(
    ("folder", "glob", "wanted"),
    [
        ("web", "web/src/**", "src/**"),
        ("web", "api/src/**", None),
        ("web", "web", "**"),
        ("web", "web/", "**"),
        ("web", "*.js", "*.js"),
        ("web", "**/cart.js", "**/cart.js"),
        ("packages/web", "packages/**", "**"),
        ("packages/web", "packages/*/src/a.js", "src/a.js"),
        ("packages/web", "packages", "**"),
        ("web", "!web/src/old/", "!src/old/"),
        ("web", "web/a.js", "a.js"),
        ("web", "web/*.js", "/*.js"),
        ("", "src/**", "src/**"),
    ],
)
def test_a_glob_of_the_repository_is_told_in_the_folders_terms(folder: str, glob: str, wanted: str | None) -> None:
    assert inside(folder, glob) == wanted


SEGMENTS = st.sampled_from(["a", "b", "*", "**", "a.py", "*.py"])
NAMES = st.sampled_from(["a", "b", "a.py", "c"])


@given(st.lists(SEGMENTS, min_size=2, max_size=4), st.lists(NAMES, min_size=1, max_size=3))
def test_there_and_back_means_the_same_paths(segments: list[str], names: list[str]) -> None:
    glob, path = "/".join(segments), "/".join(names)
    back = inside("web/app", below("web/app", glob))
    assert back is not None
    assert matches(path, (back,)) == matches(path, (glob,))
    assert matches(f"web/app/{path}", (below("web/app", glob),)) == matches(path, (glob,))
