"""One repository, several projects: each task's tests run by the suite of their folder, worked and proven from git."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_action.prove import prove
from tdd_orchestrator.core.config import parse_config
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.settings import Config, QaSettings
from world.javascript_projects import node
from world.tdd_project import Worked, attempt

TEXT = """
[[suites]]
folder = "api"
suite = "pytest"

[[suites]]
folder = "packages/web"
suite = "node:test"
"""
HEAD = "import { test } from 'node:test';\nimport assert from 'node:assert/strict';\n"
FILES: dict[str, str | None] = {
    "pyproject.toml": None,
    "src/shop.py": None,
    "tests/test_shop.py": None,
    "README.md": "# Shop\n",
    "api/pyproject.toml": "[project]\nname = 'api'\nversion = '1'\n",
    "api/src/price.py": "def price():\n    return 100\n",
    "api/tests/test_price.py": "from price import price\n\n\ndef test_price():\n    assert price() == 100\n",
    "packages/web/package.json": json.dumps({"name": "web", "type": "module", "scripts": {"test": "node --test"}}),
    "packages/web/src/price.js": "export const price = () => 100;\n",
    "packages/web/tests/price.test.js": f"{HEAD}import {{ price }} from '../src/price.js';\n"
    "test('price', () => { assert.equal(price(), 100); });\n",
}
PYTHON_TEST = "from cart import total\n\n\ndef test_adds_up():\n    assert total([1, 2]) == 3\n"
PYTHON_CODE = "def total(prices):\n    return sum(prices)\n"
WEB_TEST = (
    f"{HEAD}import {{ total }} from '../src/cart.js';\ntest('adds up', () => {{ assert.equal(total([1, 2]), 3); }});\n"
)
WEB_CODE = "export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);\n"
API = {"api/tests/test_cart.py": PYTHON_TEST}, {"api/src/cart.py": PYTHON_CODE}
WEB = {"packages/web/tests/cart.test.js": WEB_TEST}, {"packages/web/src/cart.js": WEB_CODE}
BOTH = {**API[0], **WEB[0]}, {**API[1], **WEB[1]}


def config(text: str = TEXT) -> Config:
    read = parse_config(text)
    assert isinstance(read, Config), read
    return replace(read, qa=QaSettings(flake_runs=0))


def worked_on(place: Path, tests: dict[str, str], code: dict[str, str], said: Config) -> Worked:
    node()
    task = PlannedTask("TASK-1", "A total", TaskKind.BEHAVIOUR, ("REQ-1",), (), tuple(code), tuple(tests))
    stages = {"red": {"write": tests}, "green": {"write": code}}
    return attempt(place, stages, task=task, config=said, files=FILES, afresh=True)


@pytest.mark.parametrize(
    ("tests", "code", "counted"), [(*API, "1 new test"), (*WEB, "1 new test"), (*BOTH, "2 new tests")]
)
def test_a_task_in_one_folder_or_in_both_is_worked_and_proven(
    tmp_path: Path, tests: dict[str, str], code: dict[str, str], counted: str
) -> None:
    worked = worked_on(tmp_path, tests, code, config())
    assert worked.result.reason == ""
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"]
    assert worked.stage(Stage.RED).sentence.startswith(counted)
    assert "stubs stand in" in worked.stage(Stage.RED).sentence
    green = worked.stage(Stage.GREEN).sentence
    assert green.startswith(counted)
    assert "2 old tests ended as before" in green
    pieces = 2 if len(code) == 2 else 1
    assert f"They hold {pieces} of {pieces} piece" in green
    proof = prove(worked.repo.path, worked.assignment.head, worked.fetched(), config())
    assert proof.holds, proof.reason
    (task,) = proof.tasks
    assert {name.partition("::")[0] for name in task.new_tests} == set(tests)
    assert {run.folder for run in proof.runs if run.purpose == "tip"} <= {"api", "packages/web"}
    assert {run.folder for run in proof.runs} == {"api", "packages/web"}
    names = {result.id for run in proof.runs for result in run.report.everything}
    assert {"api/tests/test_price.py::test_price", "packages/web/tests/price.test.js::price"} <= names


def test_what_breaks_in_the_other_folder_stands_against_a_task(tmp_path: Path) -> None:
    tests, code = API
    broken = {**code, "packages/web/src/price.js": "export const price = () => 7;\n"}
    worked = worked_on(tmp_path, tests, broken, config())
    assert worked.states == ["red:accepted", "green:refused"]
    assert "packages/web/tests/price.test.js::price" in worked.result.reason


def test_a_test_outside_of_every_folder_is_sent_back(tmp_path: Path) -> None:
    tests = {"tests/test_cart.py": PYTHON_TEST}
    worked = worked_on(tmp_path, tests, {"api/src/cart.py": PYTHON_CODE}, config())
    assert worked.states == ["red:refused"]
    assert (
        "tests/test_cart.py lies in no suite's folder (api, packages/web), so nothing runs it." in worked.result.reason
    )
    assert "[[suites]]" in worked.result.reason


def test_a_suite_at_the_root_leaves_inner_folders_to_theirs(tmp_path: Path) -> None:
    text = '[[suites]]\nfolder = "."\nsuite = "node:test"\n[[suites]]\nfolder = "api"\nsuite = "pytest"\n'
    root = {"package.json": json.dumps({"name": "all", "type": "module", "scripts": {"test": "node --test"}})}
    inner = {"api/tests/inner.test.js": f"{HEAD}test('not mine', () => {{ assert.equal(1, 2); }});\n"}
    tests, code = API
    node()
    task = PlannedTask("TASK-1", "A total", TaskKind.BEHAVIOUR, ("REQ-1",), (), tuple(code), tuple(tests))
    stages = {"red": {"write": tests}, "green": {"write": code}}
    files = {**FILES, **root, **inner}
    worked = attempt(tmp_path, stages, task=task, config=config(text), files=files, afresh=True)
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    assert "2 old tests ended as before" in worked.stage(Stage.GREEN).sentence


def test_without_configuration_the_folders_show_their_suites(tmp_path: Path) -> None:
    tests, code = BOTH
    bare = Config(qa=QaSettings(flake_runs=0))
    worked = worked_on(tmp_path, tests, code, bare)
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
