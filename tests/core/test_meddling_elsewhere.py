"""Code in other languages than Python that reaches for its judge, or echoes an example: what is found, what is not."""

import pytest

from tdd_orchestrator.core.echoes import echoes
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.meddling import meddling


def found(path: str, code: str, before: str | None = None, others: tuple[str, ...] = ()) -> list[str]:
    language = language_of(path)
    assert language is not None
    return [each.sentence for each in meddling(language.findings, path, before, code, others)]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import { mock } from 'node:test';", "brings in `node:test`"),
        ("const { expect } = require('@jest/globals');", "brings in `@jest/globals`"),
        ("const x = await import('vitest');", "brings in `vitest`"),
        ("const x = process.env.JEST_WORKER_ID;", "looks for the test run (`JEST_WORKER_ID`)"),
        ("const { VITEST } = process.env;", "looks for the test run (`VITEST`)"),
        ("const x = process.env['NODE_TEST_CONTEXT'];", "looks for the test run (`NODE_TEST_CONTEXT`)"),
        ("if (process.env.NODE_ENV === 'test') f();", "looks for the test run (`NODE_ENV`)"),
        ("const x = import.meta.vitest;", "looks for the test run (`import.meta.vitest`)"),
        ("const x = typeof describe === 'function';", "looks for the test run (`describe`)"),
        ("const x = 'expect' in globalThis;", "looks for the test run (`expect`)"),
        ("const x = globalThis.it;", "looks for the test run (`it`)"),
        ("const x = process.argv.some((w) => w.endsWith('.test.js'));", "looks for the test run (`.test.js`)"),
        ("function f() { return new Error().stack.includes('a.test'); }", "looks at who called it and for tests"),
        ("class A { equals(other) { return true; } }", "`equals` in a.js says yes"),
        ("const any = { asymmetricMatch: () => true };", "`asymmetricMatch` in a.js says yes"),
        ("Date.now = () => 0;", "replaces `Date.now`"),
        ("globalThis.Date = class {};", "replaces `Date`"),
        ("f();\nsetTimeout = (f) => f();", "replaces `setTimeout`"),
        ("Math['random'] = () => 0.5;", "replaces `Math.random`"),
        ("Object.assign(Math, { random: () => 0.5 });", "replaces `Math.random`"),
        ("Object.defineProperty(globalThis, 'performance', {});", "replaces `performance`"),
        ("Reflect.set(Number.prototype, 'valueOf', f);", "replaces `Number.prototype.valueOf`"),
        ("Promise.prototype.then = f;", "replaces `Promise.prototype.then`"),
        ("import assert from 'node:assert';\nassert.equal = () => {};", "replaces `assert.equal`"),
        ("process.exit = () => {};", "replaces `process.exit`"),
        ("process.stdout.write = () => true;", "replaces `process.stdout.write`"),
        ("// runs under jest, see process.env.VITEST\nconst x = 1;", ""),
        ("import assert from 'node:assert';\nassert(x > 1);", ""),
        ("if (process.env.NODE_ENV === 'production') f();", ""),
        ("class A { equals(other) { return this.x === other.x; } }", ""),
        ("class A { equals(other) { return true && other.x === this.x; } }", ""),
        ("const Math = {};\nMath.random = f;", ""),
        ("String.prototype.titleize = f;", ""),
        ("Date.VERSION = 1;", ""),
        ("const log = new Error('x').stack;", ""),
        ("process.exitCode = 1;", ""),
        ("const settings = { Date: 1, performance: 2 };", ""),
        ("function f(Date = now) {}", ""),
        ("const test = (word) => word;\nexport const x = test('a');", ""),
        ("if (process.argv[2] === 'test') f();", ""),
        ("const [a, Date] = f();", ""),
        ("globalThis.fetch = f;", ""),
        ("const x = {", ""),
    ],
)
def test_javascript_that_reaches_for_its_judge_is_named(code: str, said: str) -> None:
    sentences = found("a.js", code)
    assert (said in " ".join(sentences)) if said else not sentences
    assert found("a.ts", code, code) == [], "what was there before is no news"
    assert found("a.ts", code, None, (code,)) == [], "nor what the project did elsewhere"


TEST = {
    "a.test.js": "test('t', () => { assert.equal(price('green tea'), 90); expect(f(7, x)).toBe('seven'); f(1); });",
    "b.test.js": "test('u', () => {",
}


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (None, "const price = (a) => a === 'green tea' ? 90 : 100;", 1),
        (None, "switch (a) { case 7: return `seven`; }", 1),
        ("const a = 'green tea';", "const a = 'green tea', b = 90;", 0),
        (None, "const price = (a) => a.length * 10;", 0),
        (None, "// green tea costs 90", 0),
        (None, "const a = 'green tea', b = '90';", 0),
    ],
)
def test_an_answer_in_javascript_that_echoes_an_example_is_remarked_on(
    before: str | None, after: str, count: int
) -> None:
    language = language_of("a.js")
    assert language is not None
    assert len(echoes(language.literals, TEST, "src/a.js", before, after)) == count
