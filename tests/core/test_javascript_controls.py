"""JavaScript tests made to fail: the assertion turned round where it is surely reached, a stop at once elsewhere."""

import pytest

from tdd_orchestrator.core.controls_javascript import NOTHING_EQUALS, STOP, falsified


@pytest.mark.parametrize(
    ("body", "turned"),
    [
        ("() => { expect(f(1, 2)).toBe(g(3)); }", f"() => {{ expect(f(1, 2)).toBe({NOTHING_EQUALS}); }}"),
        (
            "async () => { const x = await f(); assert.deepEqual(x, [1, 2], 'why'); }",
            f"async () => {{ const x = await f(); assert.deepEqual(x, {NOTHING_EQUALS}, 'why'); }}",
        ),
        ("function () { assert.ok(f()); }", f"function () {{ {STOP}; assert.ok(f()); }}"),
        ("() => assert.equal(f(), 1)", f"() => {STOP} && assert.equal(f(), 1)"),
        ("() => { expect(f()).not.toBe(1); }", f"() => {{ {STOP}; expect(f()).not.toBe(1); }}"),
        ("() => { if (x) { expect(1).toBe(2); } }", f"() => {{ {STOP}; if (x) {{ expect(1).toBe(2); }} }}"),
        ("() => { return expect(f()).toBe(1); }", f"() => {{ {STOP}; return expect(f()).toBe(1); }}"),
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
