"""Code in other languages than Python that reaches for its judge, or echoes an example: what is found, what is not."""

import pytest

from tdd_orchestrator.core.echoes import echoes
from tdd_orchestrator.core.languages import language_of, stand_ins
from tdd_orchestrator.core.meddling import meddling, named_tests


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


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('require "minitest/mock"', "brings in `minitest/mock`"),
        ("x = defined?(Minitest)", "looks for the test run (`Minitest`)"),
        ("x = $LOADED_FEATURES.grep(/rspec/)", "looks for the test run (`rspec`)"),
        ('x = ENV["RACK_ENV"] == "test"', "looks for the test run (`RACK_ENV`)"),
        ("return 1 if Rails.env.test?", "looks for the test run (`Rails.env.test?`)"),
        ('x = $0.end_with?("rake")', "looks for the test run (`$0`)"),
        ("def f\n  caller.grep(/_test/)\nend", "looks at who called it and for tests"),
        ("class A\n  def ==(other)\n    true\n  end\nend", "`==` in a.rb says yes"),
        ("class A\n  def eql?(_) = true\nend", "`eql?` in a.rb says yes"),
        ("class Integer\n  def ==(o)\n    o\n  end\nend", "replaces `Integer#==`"),
        ("class Time\n  class << self\n    def now = 1\n  end\nend", "replaces `Time.now`"),
        ("class << Time\n  def now = 1\nend", "replaces `Time.now`"),
        ("def Time.now = 1", "replaces `Time.now`"),
        ("Time.define_singleton_method(:now) { 1 }", "replaces `Time.now`"),
        ("Kernel.send(:define_method, :rand) { 1 }", "replaces `Kernel#rand`"),
        ("Integer.prepend(Same)", "replaces `Integer`"),
        ("srand 42", "replaces `Kernel.srand`"),
        ("# for minitest\nx = 1", ""),
        ("class A\n  def ==(other) = other.x == x\nend", ""),
        ("class A\n  def ==(other)\n    other.is_a?(A) && true\n  end\nend", ""),
        ("class String\n  def titleize = capitalize\nend", ""),
        ("module Shop\n  class Time\n    def now = 1\n  end\nend", ""),
        ("class Shop::Set\n  def size = 1\nend", ""),
        ("main if __FILE__ == $0", ""),
        ('warn "usage: #{$PROGRAM_NAME} FILE"', ""),
        ("rescue KeyError => error\n  log error.backtrace", ""),
        ('x = ENV["RAILS_ENV"] == "production"', ""),
        ("def each = @items.each", ""),
    ],
)
def test_ruby_that_reaches_for_its_judge_is_named(code: str, said: str) -> None:
    sentences = found("a.rb", code)
    assert (said in " ".join(sentences)) if said else not sentences
    assert found("a.rb", code, code) == []


RUBY_TEST = {
    "a_test.rb": "class ATest < Minitest::Test\n  def test_a\n    assert_equal 90, price('green tea')\n"
    "    expect(f(7, x)).to eq 'seven'\n  end\nend\n"
}


@pytest.mark.parametrize(
    ("after", "count"),
    [
        ("def price(a) = a == 'green tea' ? 90 : 100", 1),
        ('def f(a, b)\n  return "seven" if a == 7\nend', 1),
        ("def price(a) = a.size * 10", 0),
        ("# green tea costs 90", 0),
    ],
)
def test_an_answer_in_ruby_that_echoes_an_example_is_remarked_on(after: str, count: int) -> None:
    language = language_of("a.rb")
    assert language is not None
    assert len(echoes(language.literals, RUBY_TEST, "lib/a.rb", None, after)) == count


def test_code_that_names_a_file_of_tests_may_read_there_what_is_expected() -> None:
    files = ["new_test.rb"]
    assert "`new_test.rb`" in named_tests("a.rb", {}, {("str", "test/new_test.rb"): 3}, files)[0].sentence
    assert named_tests("a.rb", {("str", "new_test.rb"): 1}, {("str", "new_test.rb"): 1}, files) == ()
    assert named_tests("a.rb", {}, {("str", "new"): 1, ("int", 7): 2}, files) == ()


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("lib/minitest/autorun.rb", "minitest/autorun"),
        ("lib/set.rb", "set"),
        ("test/rspec.rb", "rspec"),
        ("lib/shop/set.rb", ""),
        ("spec/rspec_helper.rb", ""),
        ("lib/shop.rb", ""),
    ],
)
def test_a_ruby_file_that_would_be_loaded_instead_of_another_is_named(path: str, what: str) -> None:
    assert [what] * bool(what) == [each.sentence.split("`")[1] for each in stand_ins([path, "README.md"])]
