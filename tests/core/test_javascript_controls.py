"""JavaScript tests made to fail: the assertion turned round where it is surely reached, a stop at once elsewhere."""

import pytest

from tdd_orchestrator.core.controls_javascript import NOTHING_EQUALS, STOP, falsified, names
from tdd_orchestrator.core.javascript_tests import SOME


@pytest.mark.parametrize(
    ("body", "turned"),
    [
        ("() => { expect(f(1, 2)).toBe(g(3)); }", f"() => {{ expect(f(1, 2)).toBe({NOTHING_EQUALS}); }}"),
        (
            "async () => { const x = await f(); assert.deepEqual(x, [1, 2], 'why'); }",
            f"async () => {{ const x = await f(); assert.deepEqual(x, {NOTHING_EQUALS}, 'why'); }}",
        ),
        ("function () { assert.ok(f()); }", "function () { assert.ok(!(f())); }"),
        ("(t) => { t.assert.ok(f(), 'why'); }", "(t) => { t.assert.ok(!(f()), 'why'); }"),
        ("() => assert.equal(f(), 1)", f"() => assert.equal(f(), {NOTHING_EQUALS})"),
        (
            "async () => await expect(f()).resolves.toBe(1)",
            f"async () => await expect(f()).resolves.toBe({NOTHING_EQUALS})",
        ),
        ("() => expect(f())", f"() => {STOP} && expect(f())"),
        ("() => check(f())", f"() => {STOP} && check(f())"),
        ("() => { expect(f()).not.toBe(1); }", "() => { expect(f()).toBe(1); }"),
        ("() => { expect(f()).toContain(1); }", "() => { expect(f()).not.toContain(1); }"),
        ("() => { expect(f()).to.be.true; }", "() => { expect(f()).not.to.be.true; }"),
        ("() => { expect(f()).to.deep.equal([1]); }", f"() => {{ expect(f()).to.deep.equal({NOTHING_EQUALS}); }}"),
        ("() => { assert.notEqual(f(), 1); }", "() => { assert.equal(f(), 1); }"),
        ("() => { assert.throws(() => f(), /x/); }", "() => { assert.doesNotThrow(() => f(), /x/); }"),
        ("async () => { await assert.rejects(f(), E); }", "async () => { await assert.doesNotReject(f(), E); }"),
        ("() => { strictEqual(f(), 1); }", f"() => {{ strictEqual(f(), {NOTHING_EQUALS}); }}"),
        ("() => { assert.equal(1, f()); }", f"() => {{ assert.equal({NOTHING_EQUALS}, f()); }}"),
        ("() => { assert(f()); assert(g()); }", "() => { assert(!(f())); assert(g()); }"),
        ("() => {\n  if (x)\n    assert(f());\n}", f"() => {{ {STOP};\n  if (x)\n    assert(f());\n}}"),
        ("() => {\n  g()\n  assert(f())\n}", "() => {\n  g()\n  assert(!(f()))\n}"),
        ("() => { x && assert(f()); }", f"() => {{ {STOP}; x && assert(f()); }}"),
        (
            "() => { const g = () => { return 1; }; assert(f(g)); }",
            "() => { const g = () => { return 1; }; assert(!(f(g))); }",
        ),
        ("() => { if (x) { return; } assert(f()); }", f"() => {{ {STOP}; if (x) {{ return; }} assert(f()); }}"),
        ("() => { if (x) return; assert(f()); }", f"() => {{ {STOP}; if (x) return; assert(f()); }}"),
        (
            "() => { for (const x of [1, 2]) { assert(f(x)); } }",
            "() => { for (const x of [1, 2]) { assert(!(f(x))); } }",
        ),
        (
            "() => { for (const x of xs) { assert(f(x)); } }",
            f"() => {{ {STOP}; for (const x of xs) {{ assert(f(x)); }} }}",
        ),
        (
            "() => { for (const x of []) { assert(f(x)); } }",
            f"() => {{ {STOP}; for (const x of []) {{ assert(f(x)); }} }}",
        ),
        ("() => { assert.ok(true); }", f"() => {{ {STOP}; assert.ok(true); }}"),
        ("() => { if (x) { expect(1).toBe(2); } }", f"() => {{ {STOP}; if (x) {{ expect(1).toBe(2); }} }}"),
        ("() => { return expect(f()).toBe(1); }", f"() => {{ return expect(f()).toBe({NOTHING_EQUALS}); }}"),
        ("() => { return f(); assert(g()); }", f"() => {{ {STOP}; return f(); assert(g()); }}"),
        ("{ timeout: 5 }, (t) => { t.ok(f()); }", f"{{ timeout: 5 }}, (t) => {{ {STOP}; t.ok(f()); }}"),
    ],
)
def test_a_test_is_made_to_fail(body: str, turned: str) -> None:
    other = "test('other', () => { expect(f()).toBe(1); });\n"
    assert falsified(f"{other}describe('s', () => {{ it('x', {body}); }});", frozenset({"s::x"})) == (
        f"{other}describe('s', () => {{ it('x', {turned}); }});"
    )


def test_where_nothing_is_meant_nothing_is_written() -> None:
    assert falsified("test('a', () => {});", frozenset({"b"})) is None
    assert falsified("test.todo('a');", frozenset({"a"})) is None
    assert falsified("test('a', () => {", frozenset({"a"})) is None


def test_tests_of_a_table_are_made_to_fail_by_names_with_gaps() -> None:
    source = "describe(`of ${x} carts`, () => { it.each([1])('adds %i up', (n) => { assert(f(n)); }); it(x, f); });"
    (name,) = names(source)
    assert name == f"of {SOME} carts::adds {SOME} up"
    assert "assert(!(f(n)))" in (falsified(source, frozenset({name})) or "")
