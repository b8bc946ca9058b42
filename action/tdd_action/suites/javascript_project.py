"""A JavaScript project on disk: what package.json says, which files are tests, and where what it needs is installed."""

import os
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from tdd_orchestrator.core.javascript_tokens import SUFFIXES

# What `node --test` looks for by itself (https://nodejs.org/api/test.html#running-tests-from-the-command-line).
NODE_NAMES = ("*.test.*", "*-test.*", "*_test.*", "test-*.*", "test.*")
TEST_FOLDER = "test"
LEFT_OUT = frozenset({"node_modules", ".git", "dist", "build", "coverage"})
MOST_FOLDERS = 20_000


def node_words(script: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of `node --import tsx --test tests/*.ts`: the flags that each test's own process needs, and what to run."""
    found = re.search(r"\bnode\b([^&|;]*)", script)
    try:
        words = shlex.split(found[1]) if found else []
    except ValueError:
        words = []
    flags, places, pending = [], [], False
    for word in words:
        if pending or word.startswith("-"):
            takes_one = not pending and word in ("--import", "--require", "-r", "--loader", "--experimental-loader")
            flags += [] if word.startswith("--test") else [word]
            pending = takes_one
        else:
            places.append(word)
    return tuple(flags), tuple(places)


def node_files(root: Path, places: tuple[str, ...], typed: bool) -> tuple[str, ...]:
    """The files that `node --test` would run: those named by `places` (files, folders, globs), or all by their names.

    `typed`: whether something is loaded that understands TypeScript.
    """
    endings = SUFFIXES if typed else (".js", ".mjs", ".cjs")
    every = [path for path in _walk(root) if path.endswith(endings)]
    if not places:
        return tuple(path for path in every if _is_nodes(path))
    return tuple(path for path in every if any(_meant(path, place, root) for place in places))


def _is_nodes(path: str) -> bool:
    folders, _, name = path.rpartition("/")
    return TEST_FOLDER in folders.split("/") or any(fnmatchcase(name, pattern) for pattern in NODE_NAMES)


def _meant(path: str, place: str, root: Path) -> bool:
    bare = place.removeprefix("./").rstrip("/")
    if (root / bare).is_dir():
        return path.startswith(f"{bare}/") and (_is_nodes(path) or bare.rpartition("/")[2] == TEST_FOLDER)
    return path == bare or re.fullmatch(_pattern(bare), path) is not None


def _pattern(glob: str) -> str:
    """A glob as a regular expression: `**/` is any folders, `{a,b}` either."""
    put = {r"\*\*/": "(?:.*/)?", r"\*\*": ".*", r"\*": "[^/]*", r"\?": "[^/]", r"\{": "(?:", r"\}": ")", ",": "|"}
    return re.sub(r"\\\*\\\*/|\\\*\\\*|\\[*?{}]|,", lambda found: put[found[0]], re.escape(glob))


def _walk(root: Path) -> Iterator[str]:
    for count, (folder, names, files) in enumerate(os.walk(root)):
        names[:] = sorted(name for name in names if name not in LEFT_OUT)
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (name if inside == "." else f"{inside}/{name}" for name in sorted(files))
        if count > MOST_FOLDERS:
            return


def link_modules(root: Path) -> None:
    """Show the work tree what is installed for the repository: `node_modules` of the nearest folder above it."""
    here = root / "node_modules"
    if here.is_symlink() or here.exists():
        return
    found = next((each / "node_modules" for each in root.parents if (each / "node_modules").is_dir()), None)
    if found is None:
        return
    modules = found.resolve()
    own = {entry: place for entry in _entries(modules) if (place := _in_checkout(entry, modules))}
    if not own:
        here.symlink_to(modules, target_is_directory=True)
        return
    for entry in _entries(modules):  # packages of a workspace are those of the work tree, not of the checkout
        link = here / entry.relative_to(modules)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(root / own[entry] if entry in own else entry, target_is_directory=True)


def _entries(modules: Path) -> Iterator[Path]:
    """What is installed: packages, those of a scope one by one."""
    for entry in sorted(modules.iterdir()):
        if entry.name.startswith("@") and entry.is_dir():
            yield from sorted(entry.iterdir())
        else:
            yield entry


def _in_checkout(entry: Path, modules: Path) -> str:
    """Where in the repository a package lies that is only linked to; nothing for what is installed."""
    place = entry.resolve() if entry.is_symlink() else modules
    if place.is_relative_to(modules) or not place.is_relative_to(modules.parent):
        return ""
    return place.relative_to(modules.parent).as_posix()
