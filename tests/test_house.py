"""The plan of the house: which room may import which, how pure the core is, how long things are. Each rule can fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from world.house import (
    ACTION,
    APP,
    Import,
    Source,
    cycles,
    forbidden_arrows,
    hidden_imports,
    imports,
    impurities,
    long_files,
    long_functions,
    long_median,
    sources,
    strayed_libraries,
)

ROOT = Path(__file__).resolve().parents[1]
OURS = (*sources(ROOT / "app", APP), *sources(ROOT / "action", ACTION))
TESTS = sources(ROOT, "tests")


def imported(*files: Source) -> tuple[Import, ...]:
    known = frozenset(each.name for each in files)
    return tuple(found for each in files for found in imports(each, known))


IMPORTS = imported(*OURS)


def told(breaches: list[str]) -> str:
    return "\n".join(breach.removeprefix(f"{ROOT}/") for breach in breaches)


def test_the_whole_house_is_looked_at() -> None:
    assert {"core", "engine", "server", "hub", "cli", ACTION} <= {each.room for each in OURS}
    assert len(IMPORTS) > 500
    assert len(TESTS) > 50


@pytest.mark.parametrize("rule", [forbidden_arrows, strayed_libraries, hidden_imports, cycles])
def test_imports_keep_to_the_plan(rule: Callable[[tuple[Import, ...]], list[str]]) -> None:
    assert not (found := rule(IMPORTS)), told(found)


def test_the_core_sees_no_clock_no_chance_and_no_file() -> None:
    found = [breach for each in OURS if each.room == "core" for breach in impurities(each, IMPORTS)]
    assert not found, told(found)


def test_files_and_functions_stay_short() -> None:
    found = [*long_files((*OURS, *TESTS)), *long_median(OURS), *long_functions(OURS)]
    assert not found, told(found)


# The rules themselves, on made-up sources


def made(name: str, text: str) -> Source:
    return Source(name, name.replace(".", "/") + ".py", text)


def core(text: str) -> Source:
    return made(f"{APP}.core.it", text)


@pytest.mark.parametrize(
    ("name", "text", "breach"),
    [
        (f"{APP}.core.it", "from tdd_orchestrator.report import rendered", "`core` must not import `report`"),
        (f"{APP}.core.it", "\nfrom ..github.read import x", "it.py:2: `core` must not import `github`"),
        (f"{APP}.report.it", "import tdd_orchestrator.store.state", "`report` must not import `store`"),
        (f"{APP}.store.it", "import tdd_orchestrator.github", "`store` must not import `github`"),
        (f"{APP}.hub.it", "from tdd_orchestrator.core.errors import TddError", "`hub` must not import `core`"),
        (f"{APP}.inbox.it", "from tdd_orchestrator.store import Change", "`inbox` must not import `store`"),
        (f"{APP}.engine", "from tdd_orchestrator.server.app import x", "`engine` must not import `server`"),
        (f"{APP}.local.it", "from tdd_orchestrator.server import app", "`local` must not import `server`"),
        (f"{APP}.server.it", "from tdd_orchestrator.hub import hub", "`server` must not import `hub`"),
        (f"{APP}.cli.it", "from tdd_action.work import work", "`cli` must not import `tdd_action`"),
        (f"{ACTION}.it", "from tdd_orchestrator.server.app import x", "`tdd_action` must not import `server`"),
        (f"{ACTION}.it", "from tdd_orchestrator import cli", "`tdd_action` must not import `cli`"),
        (f"{APP}.attic.it", "from tdd_orchestrator.core import run", "the room `attic` has no place"),
        (f"{APP}.core.it", "def f():\n    import tdd_orchestrator.cli", "it.py:2: `core` must not import `cli`"),
    ],
)
def test_a_forbidden_arrow_is_named_with_its_line(name: str, text: str, breach: str) -> None:
    (found,) = forbidden_arrows(imported(made(name, text), made(f"{APP}.cli", "")))
    assert breach in found
    assert found.startswith(name.replace(".", "/") + ".py:")


def test_arrows_that_go_down_are_allowed() -> None:
    down = made(f"{APP}.server.it", "from tdd_orchestrator import __version__\nimport tdd_orchestrator.core.run, os")
    assert forbidden_arrows(imported(down, made(f"{APP}.core.it", "from tdd_orchestrator.core import run"))) == []


@pytest.mark.parametrize(
    ("name", "text", "library"),
    [
        (f"{APP}.github.it", "import dulwich.repo", "dulwich"),
        (f"{APP}.server.it", "from githubkit import GitHub", "githubkit"),
        (f"{APP}.engine", "import starlette", "starlette"),
        (f"{APP}.inbox.it", "import sqlite3", "sqlite3"),
        (f"{APP}.server.it", "import sqlalchemy", "sqlalchemy"),
        (f"{ACTION}.work", "import anthropic", "anthropic"),
        (f"{ACTION}.workersmith", "import anthropic", "anthropic"),
    ],
)
def test_a_library_outside_its_home_is_found(name: str, text: str, library: str) -> None:
    (found,) = strayed_libraries(imported(made(name, text)))
    assert f":1: `{library}` belongs in " in found


def test_a_library_in_its_home_is_left_alone() -> None:
    at_home = (made(f"{APP}.store.it", "import dulwich, sqlite3"), made(f"{ACTION}.workers.claude", "import anthropic"))
    assert strayed_libraries(imported(*at_home)) == []


@pytest.mark.parametrize("kind", ["def f():", "async def f():", "class C:\n  def f(self):"])
def test_an_import_of_our_own_inside_a_function_is_found(kind: str) -> None:
    text = f"import json\n{kind}\n      import os\n      from tdd_orchestrator.core import run\n"
    (found,) = hidden_imports(imported(core(text)))
    assert "inside a function" in found


def test_a_cycle_is_found_and_named_in_order() -> None:
    one = made(f"{APP}.core.one", "from tdd_orchestrator.core import two")
    two = made(f"{APP}.core.two", "\n\nimport tdd_orchestrator.core.three")
    three = made(f"{APP}.core.three", "from .one import x")
    (found,) = cycles(imported(one, two, three))
    assert "an import cycle: " in found
    assert found.count("core.") == 4
    assert cycles(imported(one, two)) == []


def test_a_package_and_its_module_may_not_need_each_other() -> None:
    package = Source(f"{APP}.report", "report/__init__.py", "from tdd_orchestrator.report.words import usd")
    module = made(f"{APP}.report.words", "from tdd_orchestrator.report import rendered")
    assert len(cycles(imported(package, module))) == 1
    assert cycles(imported(package, made(f"{APP}.report.words", "import re"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "import os.path",
        "import random",
        "import asyncio",
        "from datetime import datetime",
        "import subprocess",
        "from importlib import import_module",
        "from pathlib import Path",
        "from pathlib import PurePath, Path",
        "import pathlib",
        "import yaml",
        "import sys\nsys.modules",
        "from sys import argv",
        "open('x')",
        "print('x')",
        "def f():\n    import secrets",
        "async def f(): ...",
    ],
)
def test_an_impure_core_is_found(text: str) -> None:
    source = core(text)
    found = impurities(source, imported(source))
    assert found
    assert all("core must not" in breach for breach in found)


def test_a_pure_core_is_left_alone() -> None:
    first = "import re, sys\nsys.stdlib_module_names\nfrom pathlib import PurePosixPath\n"
    source = core(f"{first}from tdd_orchestrator.core import run\nopener(1)\n")
    assert impurities(source, imported(source)) == []


def test_length_has_limits() -> None:
    assert long_files([core("x = 1\n" * 400)]) == []
    (found,) = long_files([core("x = 1\n" * 401)])
    assert "401 lines; at most 400" in found
    assert long_median([core("x = 1\n" * 120), core("")]) == []
    assert len(long_median([core("x = 1\n" * 121)])) == 1


def test_functions_may_be_long_only_one_in_ten() -> None:
    short, long = "def f():\n" + "    x = 1\n" * 4, "def g():\n" + "    x = 1\n" * 60
    assert long_functions([core(short * 18 + long)]) == []
    assert "a function of 61 lines" in long_functions([core(short * 5 + long)])[-1]
    assert "median 21" in long_functions([core("def h():\n" + "    x = 1\n" * 20)])[-1]
