"""Which JavaScript files are tests, which configure them, and when package.json says something else to test tools."""

import json

import pytest

from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.policy import Change, Territory, judge_paths, vault_paths
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.shared_config import configures_otherwise
from tdd_orchestrator.core.test_places import is_test_config, is_test_path

TESTS = (
    "src/cart.test.ts",
    "src/cart.spec.jsx",
    "lib/cart-test.mjs",
    "cart_test.cjs",
    "lib/test-cart.js",
    "test/anything.js",
    "src/__tests__/cart.js",
    "src/__mocks__/fs.js",
    "src/__snapshots__/cart.test.js.snap",
    "__fixtures__/cart.json",
)
CONFIG = (
    "vitest.config.ts",
    "packages/a/vitest.config.mts",
    "vitest.workspace.ts",
    "vite.config.js",
    "jest.config.cjs",
    "jest.setup.ts",
    "src/setupTests.ts",
    ".mocharc.yml",
    "babel.config.js",
    ".swcrc",
    ".npmrc",
)
CODE = ("src/cart.ts", "src/latest.js", "src/contest.ts", "src/jest.ts", "vite.ts", "src/config.js", "tsconfig.json")


def test_tests_and_their_configuration_are_frozen_and_code_is_not() -> None:
    assert [path for path in TESTS if not is_test_path(path)] == []
    assert [path for path in CONFIG if not is_test_config(path)] == []
    assert [path for path in CODE if is_test_path(path) or is_test_config(path)] == []
    assert vault_paths((*TESTS, *CONFIG, *CODE), Territory()) == TESTS + CONFIG


@pytest.mark.parametrize("path", CONFIG)
def test_no_stage_may_change_the_configuration(path: str) -> None:
    territory = Territory(("**",), ("tests/**",))
    for stage in (Stage.RED, Stage.GREEN, Stage.REFACTOR):
        refused = judge_paths(stage, TaskKind.BEHAVIOUR, [Change(path, "100644")], territory)
        assert refused[0].sentence == f"{path} says how tests are run: no stage may change that."


PACKAGE = {"name": "shop", "version": "1", "scripts": {"test": "jest", "build": "tsc"}, "jest": {"bail": 0}}


@pytest.mark.parametrize(
    ("change", "otherwise"),
    [
        ({}, False),
        ({"version": "2"}, False),
        ({"dependencies": {"left-pad": "1"}}, False),
        ({"scripts": {"test": "jest", "build": "rollup"}}, False),
        ({"scripts": {"test": "true"}}, True),
        ({"scripts": {"test": "jest", "pretest": "cp fake.js src"}}, True),
        ({"scripts": {"test": "jest", "test:unit": "x"}}, True),
        ({"jest": {"passWithNoTests": True}}, True),
        ({"vitest": {}}, True),
        ({"type": "module"}, True),
        ({"imports": {"#cart": "./fake.js"}}, True),
    ],
)
def test_package_json_configures_tests_by_some_of_its_keys(change: dict[str, object], otherwise: bool) -> None:
    before, after = json.dumps(PACKAGE), json.dumps({**PACKAGE, **change}, indent=2)
    assert configures_otherwise("packages/a/package.json", before, after) is otherwise


def test_what_cannot_be_read_has_changed_and_other_files_have_no_such_part() -> None:
    assert configures_otherwise("package.json", json.dumps(PACKAGE), "{")
    assert configures_otherwise("package.json", json.dumps(PACKAGE), "")
    assert not configures_otherwise("package.json", "", json.dumps({"name": "shop"}))
    assert configures_otherwise("pyproject.toml", "", "[tool.pytest.ini_options]\n")
    assert not configures_otherwise("src/shop.json", "", "{}")
