"""vitest and jest: what their runs are read as, by the real runners behind the real sandbox."""

import json
from pathlib import Path

import pytest

from tdd_action.suites.javascript_suite import JavascriptSuite
from tdd_action.suites.jest_suite import JEST
from tdd_action.suites.vitest_suite import VITEST
from tdd_orchestrator.core.evidence import Ended, Outcome, SuiteReport
from tdd_orchestrator.onboarding.detection import detect
from world.javascript_projects import javascript, report, runners

TESTS = """
test('wrong', () => { expect(total([1])).toBe(2); });
describe('cart', () => {
  it('right', () => { expect(total([1])).toBe(1); });
  it.skip('skipped', () => {});
  it.todo('later');
  it('raises', () => { total(null); });
  it('misses', () => { nope(1); });
  it('misses more', () => { const cart = new Cart(); cart.add(1); });
  it('late', async () => { await new Promise(() => {}); }, 30);
  it.each([1, 2])('each %i', (n) => { expect(total([n])).toBe(1); });
  it('rejects', async () => { await expect(Promise.resolve(1)).rejects.toThrow(); });
  it('snapshot', () => { expect({ a: 1 }).toMatchSnapshot(); });
  it('plain', () => { assert.equal(total([]), 1); });
});
describe('hooked', () => { beforeAll(() => { throw new Error('no disk'); }); it('never', () => {}); });
"""
IMPORTS = """import { test, describe, it, expect, beforeAll } from 'vitest'; import assert from 'node:assert';
import { total, nope, Cart } from './src/cart';"""
REQUIRES = "const assert = require('node:assert');\nconst { total, nope, Cart } = require('./src/cart');"
VITEST_FILES = {
    "src/cart.ts": "export const total = (x: number[]): number => x.length;\nexport class Cart {}\n",
    "a.test.ts": IMPORTS + TESTS + "test.fails('upside down', () => { expect(1).toBe(2); });\n",
    "module.test.ts": "import { x } from './src/none.js'; import { test } from 'vitest'; test('n', () => { x(); });\n",
    "syntax.test.ts": "\nlet x = ;\n",
    "empty.test.ts": "export const y = 1;\n",
}
JEST_FILES = {
    "src/cart.js": "exports.total = (x) => x.length;\nexports.Cart = class {};\n",
    "a.test.js": REQUIRES + TESTS + "test.failing('upside down', () => { expect(1).toBe(2); });\n",
    "module.test.js": "const { x } = require('./src/none.js'); test('n', () => { x(); });\n",
    "syntax.test.js": "\nlet x = ;\n",
    "empty.test.js": "exports.y = 1;\n",
}
# test: (outcome, exception of vitest, exception of jest, asserted, missing)
ENDS = {
    "wrong": (Outcome.FAILED, "AssertionError", "Error", True, ""),
    "cart::right": (Outcome.PASSED, "", "", False, ""),
    "cart::skipped": (Outcome.SKIPPED, "", "", False, ""),
    "cart::later": (Outcome.SKIPPED, "", "", False, ""),
    "cart::raises": (Outcome.FAILED, "TypeError", "TypeError", False, ""),
    "cart::misses": (Outcome.FAILED, "TypeError", "TypeError", False, "src/cart{}:nope"),
    "cart::misses more": (Outcome.FAILED, "TypeError", "TypeError", False, "src/cart{}:Cart.add"),
    "cart::late": (Outcome.FAILED, "Timeout", "Timeout", False, ""),
    "cart::each 1": (Outcome.PASSED, "", "", False, ""),
    "cart::each 2": (Outcome.PASSED, "", "", False, ""),
    "cart::rejects": (Outcome.FAILED, "AssertionError", "Error", True, ""),
    "cart::snapshot": (Outcome.FAILED, "Error", "Error", True, ""),
    "cart::plain": (Outcome.FAILED, "AssertionError", "Error", True, ""),
    "upside down": (Outcome.XFAILED, "", "", False, ""),
}
BROKEN = {"module": ("ImportError", "src/"), "syntax": ("SyntaxError", ""), "empty": ("Error", "")}


@pytest.fixture(scope="module", params=["vitest", "jest"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, SuiteReport, Path]:
    files, suite = (VITEST_FILES, VITEST) if request.param == "vitest" else (JEST_FILES, JEST)
    package = {"name": "shop", "devDependencies": {request.param: "*"}}
    project = javascript(tmp_path_factory.mktemp(request.param), files, package, runners())
    return request.param, report(project, suite), project.root


def test_every_test_is_read_with_its_end(seen: tuple[str, SuiteReport, Path]) -> None:
    runner, told, root = seen
    suffix = ".ts" if runner == "vitest" else ".js"
    assert told.ended is Ended.COMPLETED, told.explanation + told.output_tail
    for test, (outcome, of_vitest, of_jest, asserted, missing) in ENDS.items():
        result = told.by_id[f"a.test{suffix}::{test}"]
        exception = of_vitest if runner == "vitest" else of_jest
        assert (result.id, result.outcome, result.exception) == (result.id, outcome, exception)
        assert (result.id, result.asserted) == (result.id, asserted)
        assert (result.id, result.missing) == (result.id, missing.format(suffix))
    assert told.by_id[f"a.test{suffix}::hooked::never"].message == "no disk"
    assert told.by_id[f"a.test{suffix}::wrong"].line == 3
    assert told.by_id[f"a.test{suffix}::cart::raises"].raised_in == f"src/cart{suffix}"
    assert not list(root.rglob("*.snap")), "no snapshot is written"


def test_files_that_break_are_read_with_what_they_lack(seen: tuple[str, SuiteReport, Path]) -> None:
    runner, told, _ = seen
    suffix = ".ts" if runner == "vitest" else ".js"
    found = {error.id: (error.exception, error.missing) for error in told.collection_errors}
    exact = {"module": ("ImportError", "src/none.js" if runner == "jest" else "src/")}
    assert found == {f"{name}.test{suffix}": ends for name, ends in {**BROKEN, **exact}.items()}


ORDER = "".join(f"test('{name}', () => {{ expect({name}.length).toBe(1); }});\n" for name in "abcdefgh")


@pytest.mark.parametrize(("suite", "package"), [(VITEST, "vitest"), (JEST, "jest")])
def test_a_seed_gives_another_order_and_only_says_which_tests_are_skipped(
    tmp_path: Path, suite: JavascriptSuite, package: str
) -> None:
    head = "import { test, expect } from 'vitest';\n" if package == "vitest" else ""
    names = "const [a, b, c, d, e, f, g, h] = 'abcdefgh';\n"
    files = {
        "order.test.js": head + names + ORDER,
        "one.test.js": head + "test.only('this', () => { expect(1).toBe(1); });\ntest('that', () => {});\n",
    }
    described = {"name": "x", "devDependencies": {package: "*"}}
    project = javascript(tmp_path, files, described, runners())
    seen = detect(project.root).suite
    assert seen is not None
    assert seen.name == package
    told = report(project, suite, "order.test.js::c", "one.test.js", seed=7)
    assert len(told.results) == 10
    assert told.by_id["one.test.js::that"].outcome is Outcome.SKIPPED
    order = [result.id for result in told.results if result.path == "order.test.js"]
    assert len(order) == 8
    assert {each.outcome for each in told.results if each.path == "order.test.js"} == {Outcome.PASSED}


def test_without_the_runner_nothing_is_believed(tmp_path: Path) -> None:
    runners()
    project = javascript(tmp_path, {"a.test.js": "test('a', () => {})"}, {"devDependencies": {"jest": "*"}}, None)
    told = report(project, JEST)
    assert told.ended is Ended.COULD_NOT_RUN
    assert "Cannot find module 'jest/package.json'" in told.output_tail


def test_the_environment_lets_no_snapshot_be_written_and_no_memory_be_reserved(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"scripts": {"test": "node --experimental-vm-modules jest"}}))
    command = JEST.command(tmp_path, None, tmp_path)
    assert command.env["CI"] == "true"
    assert command.env["NODE_OPTIONS"] == "--disable-wasm-trap-handler --experimental-vm-modules"
