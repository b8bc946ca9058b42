"""JavaScript read from its text: which tests are there, which say nothing, what they import, what stubs they need."""

import json

import pytest

from tdd_orchestrator.core.evidence import Planned
from tdd_orchestrator.core.javascript import entering
from tdd_orchestrator.core.javascript_exports import public_names
from tdd_orchestrator.core.javascript_imports import place_of, taken
from tdd_orchestrator.core.javascript_statements import declarations
from tdd_orchestrator.core.javascript_tests import blocks_of, named_tests, new_tests, titled
from tdd_orchestrator.core.javascript_tokens import tokens_of
from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.stubs import Flavour
from tdd_orchestrator.core.stubs_javascript import stub_files
from tdd_orchestrator.core.vacuous_javascript import vacuous_tests

CART = """
import { test, describe, it } from "node:test";
describe("cart", () => {
  it("adds", () => { expect(add(1, 2)).toBe(3); });
  it.each([[1], [2]])("doubles %i", (n) => { expect(double(n)).toBe(n * 2); });
  describe('deep', () => { it("it's \\"quoted\\"", async () => { await expect(f()).rejects.toThrow(); }); });
});
test(`plain ${1}`, () => { assert.ok(f()); });
test.todo("later");
const test2 = obj.test("not a test of ours", () => {});
"""


def test_tests_are_found_with_the_titles_that_lead_to_them() -> None:
    assert [titles for titles, _ in titled(blocks_of(CART))] == [
        ("cart", "adds"),
        ("cart", None),
        ("cart", "deep", 'it\'s "quoted"'),
        (None,),
        ("later",),
    ]
    assert list(named_tests(CART)) == ["cart::adds", 'cart::deep::it\'s "quoted"', "later"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a / b / c", ["a", "/", "b", "/", "c"]),
        ("x = /[/'\"]`/g.test(y)", ["x", "=", "/[/'\"]`/g", ".", "test", "(", "y", ")"]),
        ("`a${ `b${'}'}` }c` + 1", ["`a${ `b${'}'}` }c`", "+", "1"]),
        ("#!/usr/bin/env node\na // b\n/* c\n */ d", ["a", "d"]),
        ("'never closed\nb", ["'never closed", "b"]),
        ("return /x/", ["return", "/x/"]),
    ],
)
def test_a_source_is_cut_into_words(source: str, words: list[str]) -> None:
    assert [token.text for token in tokens_of(source)] == words


def test_new_tests_are_whole_new_files_and_what_was_rewritten_in_old_ones() -> None:
    assert new_tests("a.test.js", None, CART) == ("a.test.js",)
    assert new_tests("tests/helper.js", None, "export const x = 1;") == ()
    assert new_tests("a.test.js", CART, CART.replace("toBe(3)", "toBe(4)")) == ("a.test.js::cart::adds",)
    assert new_tests("a.test.js", CART, "\n\n" + CART) == ()
    assert new_tests("a.test.js", CART, CART + "test('x', () => {") == ("a.test.js",)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("expect(total([1])).toBe(1)", ""),
        ("assert.equal(total(1), 2)", ""),
        ("assert(total(1))", ""),
        ("t.assert.equal(total(1), 2)", ""),
        ("total(1).should.equal(2)", ""),
        ("expect(total(1)).to.be.true", ""),
        ("strictEqual(total(1), 2)", ""),
        ("await expect(total()).rejects.toThrow(/x/)", ""),
        ("checkTotal(1)", ""),
        ("local(1)", ""),
        ("try { expect(total()).toBe(1) } catch (e) { expect(e).toBe(2) }", ""),
        ("expect(true).toBe(true)\nexpect(total()).toBe(1)", ""),
        ("total(1)", "asserts nothing"),
        ("expect.assertions(1)", "asserts nothing"),
        ("expect(true).toBe(true)", "asserts what is always so"),
        ("expect(1).toBeDefined()", "asserts what is always so"),
        ("assert.ok(true)", "asserts what is always so"),
        ("assert(!false)", "asserts what is always so"),
        ("assert(1 === 1)", "asserts what is always so"),
        ("assert.notEqual(1, 2); assert.equal('a', 'a')", ""),
        ("expect(total).toBe(total)", "compares a thing with itself"),
        ("assert.deepEqual(total(1), total(1))", "compares a thing with itself"),
        ("expect(true).toBe(false)", "is a stub"),
        ("assert(false)", "is a stub"),
        ("assert.fail('x')", "is a stub"),
        ("expect.fail()", "is a stub"),
        ("expect(total(1))", "without a matcher"),
        ("try { expect(total()).toBe(1) } catch {}", "catches its own assertion"),
    ],
)
def test_a_test_that_says_nothing_is_found(body: str, said: str) -> None:
    source = f"function local(n) {{ expect(n).toBe(1) }}\ntest('it', async (t) => {{ {body} }});"
    found = vacuous_tests(source, "a.test.js")
    assert [said in reason.sentence and reason.test for reason in found] == (["a.test.js::it"] if said else [])


IMPORTS = """
import D, { a as b, type T, c } from './x.js';
import type { Z } from './z';
import * as ns from "../y";
import './side';
const { q, r: s } = require('./w'); const m = await import('@/k');
"""


def test_imports_are_read_with_the_names_they_take() -> None:
    assert [(each.module, each.name, each.local, each.required) for each in taken(IMPORTS)] == [
        ("./x.js", "default", "D", False),
        ("./x.js", "a", "b", False),
        ("./x.js", "c", "c", False),
        ("../y", "*", "ns", False),
        ("./w", "q", "q", True),
        ("./w", "r", "s", True),
        ("@/k", "*", "m", False),
    ]
    assert taken("import {a} from './b'; (") == ()


@pytest.mark.parametrize(
    ("module", "there", "place"),
    [
        ("../src/cart.js", "src/cart.js", "src/cart.js"),
        ("../src/cart.js", "src/cart.ts", "src/cart.ts"),
        ("../src/cart", "src/cart/index.ts", "src/cart/index.ts"),
        ("../src/cart", "", "src/cart.ts"),
        ("@/cart", "src/cart.tsx", "src/cart.tsx"),
        ("lodash", "", ""),
        ("../../out", "", ""),
    ],
)
def test_a_module_is_a_file_of_the_repository(module: str, there: str, place: str) -> None:
    assert place_of(module, "tests/a.test.ts", lambda path: path == there, lambda path: True) == place


EXPORTS = """
export default function cart() {}
export async function total(a, b) {}
export const [x] = y, rate = 1;
export const { k, l: m } = z;
export { a as b, c };
export * from './other.js'; export * as all from './all.js';
export type T = string; export abstract class Shop {}
"""


def test_exports_are_what_a_refactoring_must_keep() -> None:
    assert public_names(EXPORTS) == {"default", "total", "k", "m", "b", "c", "* from ./other.js", "all", "T", "Shop"}
    assert public_names("exports.a = 1; module.exports.b = 2") == {"a", "b"}
    assert public_names("module.exports = { a, b: c, 'd': 1 }") == {"a", "b", "d"}
    assert public_names("module.exports = f") == {"default"}
    with pytest.raises(SyntaxError):
        public_names("export const a = (")


def test_a_test_that_starts_the_program_is_known() -> None:
    source = "const run = () => spawnSync('node');\ntest('a', () => { run() }); test('b', () => { total() });"
    assert entering(source, "a.test.js") == ("a.test.js::a",)


def stubs(tests: dict[str, str], files: dict[str, str], *missing: str, owned: str = "src/**") -> dict[str, str]:
    order = StubOrder(tests, Planned((owned,)), files.get, missing, (), Flavour.NOTHING)
    return stub_files(order)


def test_stubs_are_the_exports_that_tests_import_from_planned_files() -> None:
    test = "import cart, { total, RATE, CartError } from '../src/cart.js'; await total(1);"
    written = stubs({"tests/a.test.js": test}, {"package.json": json.dumps({"type": "module"})})["src/cart.js"]
    assert public_names(written) == {"default", "total", "RATE", "CartError"}
    assert "const __stub_RATE = __stubAnswer();" in written
    assert "class CartError extends __StubError" in written
    assert 'new Set(["total"])' in written


def test_stubs_leave_what_is_there_and_add_what_is_missing() -> None:
    test = "const { add, total } = require('../src/cart');"
    old = "exports.add = (a, b) => a + b;\n"
    written = stubs({"tests/a.test.js": test}, {"src/cart.js": old})
    assert written["src/cart.js"].startswith(old)
    assert public_names(written["src/cart.js"]) == {"add", "total"}
    assert "module.exports.total = " in written["src/cart.js"]
    assert stubs({"tests/a.test.js": "const { add } = require('../src/cart');"}, {"src/cart.js": old}) == {}
    assert stubs({"tests/a.test.js": test}, {}, owned="lib/**") == {}


def test_methods_that_a_run_missed_are_put_on_the_class() -> None:
    written = stubs({}, {"src/cart.ts": "export class Cart {}"}, "src/cart.ts:Cart.add src/cart.ts:other")
    assert 'Cart.prototype.add ??= __stub("add")' in written["src/cart.ts"]
    assert public_names(written["src/cart.ts"]) == {"Cart", "other"}
    assert written["src/cart.ts"].startswith("// @ts-nocheck\n")


def test_javascript_and_typescript_are_one_language() -> None:
    assert {language_of(f"a{suffix}") for suffix in (".js", ".tsx", ".mts")} == {language_of("b.ts")}


def test_declarations_are_known_by_their_lines() -> None:
    source = (
        "import x from 'y'\nexport async function f(a) {\n  return a;\n}\n\nconst g = [\n  1,\n]\nclass C {\n}\nf();\n"
    )
    found = {name: (each.first, each.last) for name, each in declarations(source).items()}
    assert found == {"f": (2, 4), "g": (6, 8), "C": (9, 10)}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("const f = mock.fn(() => 90); assert.equal(f('x'), 91)", "made up itself"),
        ("const f = vi.fn(); expect(f).toHaveBeenCalledWith(90)", "made up itself"),
        ("const n = 3; assert.equal(n, 4)", "made up itself"),
        ("const f = vi.fn(); total(f); expect(f).toHaveBeenCalledWith(90)", ""),
        ("const f = { g: vi.fn() }; total(f); expect(f.g).toHaveBeenCalled()", ""),
        ("const f = vi.fn(total); expect(f(1)).toBe(2)", ""),
        ("const n = 3; assert.equal(total(n), n)", ""),
        ("let n = 3; n = total(1); assert.equal(n, 4)", ""),
        ("const n = await total(1); assert.equal(n, 4)", ""),
        ("assert.equal(typeof total, 'function')", "only that something is there"),
        ("expect(shop.discount).toBeDefined()", "only that something is there"),
        ("expect(shop.discount).not.toBeUndefined()", "only that something is there"),
        ("expect(total).toBeInstanceOf(Function)", "only that something is there"),
        ("const found = total(1); expect(found).toBeDefined()", ""),
        ("expect(total(1)).not.toBeNull()", ""),
        ("assert.equal(typeof total(1), 'number')", ""),
        ("assert.throws(() => total())", "content with any exception"),
        ("assert.throws(() => total(), 'why')", "content with any exception"),
        ("expect(() => total()).toThrow()", "content with any exception"),
        ("expect(() => total()).toThrow(Error)", "content with any exception"),
        ("await expect(total()).rejects.toThrow()", "content with any exception"),
        ("assert.throws(() => total(), RangeError)", ""),
        ("expect(() => total()).toThrow('no total')", ""),
        ("expect(() => total()).not.toThrow(); expect(total(1)).toBe(1)", ""),
        ("throw new Error('later')", "is a stub"),
        ("throw new assert.AssertionError({})", "is a stub"),
        ("if (x) throw new Error('x'); expect(total(1)).toBe(2)", ""),
        ("if (x) { throw new Error('x'); } expect(total(1)).toBe(2)", ""),
    ],
)
def test_a_test_that_says_next_to_nothing_is_found(body: str, said: str) -> None:
    source = f"import total, * as shop from './shop.js';\ntest('it', async (t) => {{ {body} }});"
    found = vacuous_tests(source, "a.test.js")
    assert [said in reason.sentence for reason in found] == ([True] if said else [])
