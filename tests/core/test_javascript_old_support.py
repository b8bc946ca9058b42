"""What a change to an old JavaScript test file may do: add beside what is there, and nothing under it."""

import pytest

from tdd_orchestrator.core.old_support_javascript import undermined

OLD = """import { total } from './cart.js';
const prices = [1, 2]
function basket(n) { return { n }; }
beforeEach(() => { reset(); });
describe('cart', () => {
  afterEach(() => { clear(); });
  it('adds', () => { expect(total(prices)).toBe(3); });
});
it.each([[1, 1]])('is %i', (n, m) => { expect(n).toBe(m); });
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", "\nit('is new', () => { vi.useFakeTimers(); expect(total([])).toBe(0); });\n", ""),
        (
            "",
            "\ndescribe('new', () => { beforeEach(() => {}); it('x', () => { expect(total([])).toBe(1); }); });\n",
            "",
        ),
        ("", "\nconst more = [3];\nfunction other() {}\n", ""),
        ("toBe(3)", "toBe(4)", ""),
        ("[1, 2]", "[1, 3]", "`prices` in a.test.js was there before"),
        ("return { n }", "return { n: 1 }", "`basket` in a.test.js was there before"),
        ("reset();", "", "`beforeEach` in a.test.js"),
        ("  afterEach(() => { clear(); });\n", "", "`afterEach` in a.test.js was there before"),
        ("it('adds'", "beforeAll(() => {});\n  it('adds'", "`beforeAll` in a.test.js decides for old tests"),
        ("const prices", "vi.mock('./cart.js');\nconst prices", "`mock` in a.test.js decides for old tests"),
        ("[[1, 1]]", "[[2, 2]]", "A test with a computed title in a.test.js is not what it was"),
        ("describe('cart', () => {", "describe('cart', () => ", ""),
        ("import { total }", "import { sum as total }", "`total` in a.test.js was there before"),
        ("import { total } from './cart.js';", "const total = () => 3;", "`total` in a.test.js was there before"),
        ("import { total }", "import { total, tax }", ""),
        ("", "\nexpect.extend({ toBe() {} });\n", "`expect.extend({toBe(){}})` in a.test.js decides for old tests"),
        ("const prices", "assert.equal = () => {};\nconst prices", "`assert.equal` in a.test.js decides for old tests"),
    ],
)
def test_old_tests_keep_their_ground(before: str, after: str, said: str) -> None:
    changed = OLD.replace(before, after) if before else OLD + after
    found = [reason.sentence for reason in undermined("a.test.js", OLD, changed)]
    assert bool(found) is bool(said)
    assert all(sentence.startswith(said) for sentence in found)


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("module.exports = { one, two };", "module.exports = { one, two, three };", 0),
        ("module.exports = { one, two };", "module.exports = { one };", 1),
        ("exports.one = 1;", "exports.one = 1;\nexports.two = 2;", 0),
        ("exports.one = 1;", "exports.one = 2;", 1),
        ("start();", "", 1),
        ("'use strict';\nstart();", "'use strict';\nstart();\nimport x from 'y';\nfor (const x of y) test(x, f);", 0),
    ],
)
def test_support_of_old_tests_keeps_what_it_does_when_it_is_loaded(before: str, after: str, count: int) -> None:
    assert len(list(undermined("tests/helpers.js", before, after))) == count
