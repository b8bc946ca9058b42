"""Whole tasks in other suites than pytest: worked by a script, landed as commits, proven again from git alone."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tdd_action.bench import UnknownSuite, suites_of
from tdd_action.prove import prove
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.settings import Config, QaSettings, TddSettings
from world.javascript_projects import node, runners
from world.tdd_project import GREEN, RED, Worked, attempt

CONFIG = Config(qa=QaSettings(flake_runs=1))


@dataclass(frozen=True)
class Story:
    """A small project in one suite: how it stands, and the tests and code of one task on it."""

    files: Mapping[str, str | None]
    test_path: str
    test: str
    code_path: str
    code: str
    needs: Callable[[], Path | None] = lambda: None

    @property
    def task(self) -> PlannedTask:
        return PlannedTask(
            "TASK-1", "A total", TaskKind.BEHAVIOUR, ("REQ-1",), (), (self.code_path,), (self.test_path,)
        )

    def attempt(self, place: Path, *, test: str = "", code: str = "", config: Config = CONFIG) -> Worked:
        modules = self.needs()
        red = {"write": {self.test_path: test or self.test}}
        green = {"write": {self.code_path: code or self.code}}
        stages = {"red": red, "green": green}
        return attempt(
            place, stages, task=self.task, config=config, files={**GONE, **self.files}, afresh=True, modules=modules
        )


GONE: Mapping[str, str | None] = {"pyproject.toml": None, "src/shop.py": None, "tests/test_shop.py": None}
NODE_HEAD = "import { test } from 'node:test';\nimport assert from 'node:assert/strict';\n"
VITEST_HEAD = "import { describe, it, expect } from 'vitest';\n"
STORIES = {
    "node:test": Story(
        {
            ".gitignore": "node_modules\n",
            "package.json": json.dumps({"name": "shop", "type": "module", "scripts": {"test": "node --test"}}),
            "src/price.js": "export const price = () => 100;\n",
            "tests/price.test.js": f"{NODE_HEAD}import {{ price }} from '../src/price.js';\n"
            "test('price', () => { assert.equal(price(), 100); });\n",
        },
        "tests/cart.test.js",
        f"{NODE_HEAD}import {{ total }} from '../src/cart.js';\n"
        "test('adds up', () => { assert.equal(total([1, 2]), 3); });\n",
        "src/cart.js",
        "export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);\n",
        node,
    ),
    "vitest": Story(
        {
            ".gitignore": "node_modules\n",
            "package.json": json.dumps({"name": "shop", "devDependencies": {"vitest": "4"}}),
            "src/price.ts": "export const price = (): number => 100;\n",
            "tests/price.test.ts": f"{VITEST_HEAD}import {{ price }} from '../src/price';\n"
            "it('price', () => { expect(price()).toBe(100); });\n",
        },
        "tests/cart.test.ts",
        f"{VITEST_HEAD}import {{ Cart }} from '../src/cart';\n"
        "describe('cart', () => { it('adds up', () => {\n"
        "  const cart = new Cart();\n  cart.add(1);\n  cart.add(2);\n  expect(cart.total()).toBe(3);\n}); });\n",
        "src/cart.ts",
        "export class Cart {\n  private sum = 0;\n  add(price: number): void {\n    this.sum += price;\n  }\n"
        "  total(): number {\n    return this.sum;\n  }\n}\n",
        runners,
    ),
    "jest": Story(
        {
            ".gitignore": "node_modules\n",
            "package.json": json.dumps({"name": "shop", "devDependencies": {"jest": "30"}}),
            "src/price.js": "exports.price = () => 100;\n",
            "tests/price.test.js": "const { price } = require('../src/price');\n"
            "test('price', () => { expect(price()).toBe(100); });\n",
        },
        "tests/cart.test.js",
        "const { total } = require('../src/cart');\ntest('adds up', () => { expect(total([1, 2])).toBe(3); });\n",
        "src/cart.js",
        "exports.total = (prices) => prices.reduce((sum, price) => sum + price, 0);\n",
        runners,
    ),
    "unittest": Story(
        {
            "shop/__init__.py": "",
            "shop/price.py": "def price():\n    return 100\n",
            "tests/test_price.py": "import unittest\nfrom shop.price import price\n\n\n"
            "class TestPrice(unittest.TestCase):\n    def test_price(self):\n        self.assertEqual(price(), 100)\n",
        },
        "tests/test_cart.py",
        "import unittest\nfrom shop.cart import total\n\n\n"
        "class TestCart(unittest.TestCase):\n    def test_adds_up(self):\n        self.assertEqual(total([1, 2]), 3)\n",
        "shop/cart.py",
        "def total(prices):\n    return sum(prices)\n",
    ),
}


@pytest.mark.parametrize("suite", list(STORIES))
def test_a_task_is_worked_and_proven_from_git_alone(tmp_path: Path, suite: str) -> None:
    story = STORIES[suite]
    worked = story.attempt(tmp_path)
    assert worked.result.reason == ""
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"]
    seen = "1 new test fails on an assertion once stubs stand in for the planned code."
    assert worked.stage(Stage.RED).sentence == seen
    assert "1 new test passes and 1 old test ended as before" in worked.stage(Stage.GREEN).sentence
    assert "They hold " in worked.stage(Stage.GREEN).sentence, "pieces of the change were taken out"
    tip = worked.fetched()
    proof = prove(worked.repo.path, worked.assignment.head, tip, replace(CONFIG, qa=QaSettings(flake_runs=0)))
    assert proof.holds, proof.reason


EMPTY_NODE = f"{NODE_HEAD}import {{ total }} from '../src/cart.js';\ntest('adds up', () => {{ total([1, 2]); }});\n"
STUB_NODE = f"{NODE_HEAD}test('adds up', () => {{ assert.fail('to do'); }});\n"
STRANGE = f"{NODE_HEAD}import {{ x }} from 'nowhere';\ntest('adds up', () => {{ assert.equal(x(), 1); }});\n"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (EMPTY_NODE, "asserts nothing"),
        (STUB_NODE, "is a stub"),
        (STRANGE, "cannot import what it needs"),
        (STORIES["node:test"].test.replace("test('adds", "test.skip('adds"), "did not run (skipped)"),
        (STORIES["node:test"].test + "}", "is not valid code"),
        (STORIES["node:test"].test.replace("3", "undefined"), ""),
    ],
)
def test_a_red_that_proves_nothing_is_sent_back(tmp_path: Path, test: str, said: str) -> None:
    quick = Config(qa=QaSettings(ablation="off", flake_runs=0))
    worked = STORIES["node:test"].attempt(tmp_path, test=test, config=quick)
    if said:
        assert said in worked.result.reason
        assert worked.states == ["red:refused"]
    else:  # the second flavour of stubs answers something else than nothing
        assert worked.states[0] == "red:accepted"


def test_any_command_that_leaves_junit_xml_is_a_suite(tmp_path: Path) -> None:
    line = f"{sys.executable} -m pytest -q -p no:cacheprovider --junitxml=out/report.xml {{tests}}"
    suite = TddSettings(command=line, report="out/*.xml")
    config = Config(tdd=suite, qa=QaSettings(ablation="off", flake_runs=0))
    files = {"conftest.py": "import sys\n\nsys.path.insert(0, 'src')\n", ".gitignore": "out/\n"}
    worked = attempt(tmp_path, {"red": RED, "green": GREEN}, config=config, files=files, afresh=True)
    assert worked.states[:2] == ["red:accepted", "green:accepted"], worked.result.reason
    proof = prove(worked.repo.path, worked.assignment.head, worked.fetched(), config)
    assert proof.holds, proof.reason
    assert {run.argv[:3] for run in proof.runs} == {(sys.executable, "-m", "pytest")}


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        (TddSettings(suite="junit"), "The suite `junit` needs a command and a report."),
        (TddSettings(suite="junit", command="make test"), "The suite `junit` needs a command and a report."),
        (TddSettings(suite="nose"), "There is no suite 'nose'."),
    ],
)
def test_a_suite_that_cannot_be_had_is_refused_with_a_remedy(tmp_path: Path, suite: TddSettings, said: str) -> None:
    with pytest.raises(UnknownSuite) as refused:
        suites_of(Config(tdd=suite), tmp_path)
    assert str(refused.value).startswith(said)
    assert ".tdd/config.toml" in str(refused.value.remedy)


LYING = """import { writeSync } from 'node:fs';
import { serialize } from 'node:v8';
const data = { name: 'adds up', nesting: 0, testNumber: 1, details: { duration_ms: 1 }, line: 4, column: 1 };
const file = process.argv[1];
for (const type of ['test:start', 'test:pass']) {
  const body = serialize({ type, data: { ...data, file } });
  const head = Buffer.alloc(6);
  serialize(null).copy(head, 0, 0, 2);
  head.writeUInt32BE(body.length, 2);
  writeSync(1, Buffer.concat([head, body]));
}
process.exit(0);
export const total = () => 0;
"""


def test_code_that_writes_the_runners_own_events_is_found_out(tmp_path: Path) -> None:
    """Made to fail, its test would pass all the same: so it is no answer to the test that lets it pass."""
    worked = STORIES["node:test"].attempt(tmp_path, code=LYING)
    assert worked.states == ["red:accepted", "green:refused"], worked.result.reason
    assert worked.result.tip is None
    assert "adds up passes even with its assertion turned into the opposite" in worked.result.reason
