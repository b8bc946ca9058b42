"""Honest changes out of public packages: a function and its tests taken out of a source distribution, and put back."""

import ast
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.honest.changes import Change

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tdd-honest"
KEPT = (".py", ".toml", ".cfg", ".ini")
SECONDS = 90


class NotToBeHad(Exception):
    """The package could not be fetched here."""


def package_changes() -> Iterator[Change | str]:
    """The changes, or for what cannot be fetched here the word that says so."""
    for found in yaml.safe_load((HERE / "packages.yml").read_text()):
        try:
            root = unpacked(found["package"])
        except NotToBeHad as absent:
            yield f"{found['package']}: skipped, {absent}"
            continue
        for function in found["functions"]:
            yield _change(root, found, function)


def package_names() -> Iterator[str]:
    """What those changes are called, whether they can be fetched or not."""
    for found in yaml.safe_load((HERE / "packages.yml").read_text()):
        yield from (_name(found, function) for function in found["functions"])


def _name(found: dict[str, Any], function: str) -> str:
    return f"`{function}` of {found['package'].replace('==', ' ')}, with its authors' tests"


def unpacked(package: str) -> Path:
    """The folder of a source distribution, fetched once. Raises `NotToBeHad`."""
    name, _, version = package.partition("==")
    folder = CACHE / f"{name}-{version}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        archive = _archive(package)
        with tarfile.open(archive) as opened:
            opened.extractall(CACHE, filter="data")
    return folder


def _archive(package: str) -> Path:
    name, _, version = package.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}.tar.gz"
    if not (CACHE / pattern).exists():
        words = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(CACHE), package]
        try:
            done = subprocess.run([sys.executable, *words], capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as late:
            raise NotToBeHad("the registry did not answer in time") from late
        if done.returncode or not (CACHE / pattern).exists():
            raise NotToBeHad("there is no network to fetch it")
    return CACHE / pattern


def _change(root: Path, found: dict[str, Any], function: str) -> Change:
    source, tests = (root / found["source"]).read_text(), (root / found["tests"]).read_text()
    files = {
        str(path.relative_to(root)): path.read_text()
        for path in sorted((root / found["source"]).parent.rglob("*.py"))
        if "tests" not in path.relative_to(root).parts
    }
    support = ("__init__.py", *found.get("support", ()))
    beside = (path for path in (root / found["tests"]).parent.glob("*.py") if path.name in support)
    files |= {str(path.relative_to(root)): path.read_text() for path in beside}
    files |= {found["source"]: not_there_yet(source, function), found["tests"]: without_tests_of(tests, function)}
    return Change(
        change=_name(found, function),
        files=files,
        red={found["tests"]: tests},
        green={found["source"]: source},
        owned=(found["source"],),
        tests=(found["tests"],),
        source=(f"{found['source'].partition('/')[0]}/**",),
    )


def not_there_yet(source: str, function: str) -> str:
    """The module with the function's body taken out."""
    node = next(each for each in ast.parse(source).body if getattr(each, "name", "") == function)
    assert isinstance(node, ast.FunctionDef)
    lines = source.splitlines(keepends=True)
    first, last = node.body[0].lineno - 1, node.end_lineno
    return "".join([*lines[:first], "    raise NotImplementedError\n", *lines[last:]])


def without_tests_of(tests: str, function: str) -> str:
    """The test module without the tests that speak of the function."""
    lines = tests.splitlines(keepends=True)
    gone: set[int] = set()
    for node in ast.walk(ast.parse(tests)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test") and _speaks_of(node, function):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            gone |= set(range(first - 1, node.end_lineno or node.lineno))
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _speaks_of(node: ast.FunctionDef, function: str) -> bool:
    return any(function in (getattr(each, "id", ""), getattr(each, "attr", "")) for each in ast.walk(node))
