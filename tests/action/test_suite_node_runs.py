"""node:test: what its runs are read as, by real node behind the real sandbox."""

import json
from pathlib import Path

import pytest

from tdd_action.sandbox import Limits
from tdd_action.suites.javascript_project import link_modules, node_files, node_words
from tdd_action.suites.node_suite import NODE
from tdd_orchestrator.core.evidence import Ended, Outcome, Phase, SuiteReport
from tdd_orchestrator.onboarding.detection import detect
from world.javascript_projects import javascript, node, ran, report
from world.small_projects import Project

PACKAGE = {"name": "shop", "type": "module", "scripts": {"test": "node --test"}}
HEAD = "import { test, describe, it, before } from 'node:test';\nimport assert from 'node:assert/strict';\n"
FILES = {
    "src/cart.js": "export const total = (x) => x.length;\nexport class Cart {}\n",
    "a.test.js": HEAD
    + """\
import { total, Cart } from './src/cart.js';
test('wrong', () => { assert.equal(total([1]), 2); });
test('expects', () => { assert.throws(() => {}); });
describe('cart', () => {
  it('right', () => { assert.equal(total([1]), 1); });
  it.skip('skipped', () => {});
  it.todo('later');
  it('raises', () => { total(null); });
  it('misses', () => { const cart = new Cart(); cart.add(1); });
});
test('outer', async (t) => { await t.test('inner', () => { assert.ok(total([]) === 1); }); });
test('same', () => {});
test('same', () => {});
describe('hooked', () => { before(() => { throw new Error('no disk'); }); it('never', () => {}); });
test('late', { timeout: 20 }, async () => { await new Promise((done) => setTimeout(done, 5000)); });
test('unsure', { todo: true }, () => { assert.ok(false); });
""",
    "export.test.js": "import { nope } from './src/cart.js';\n",
    "module.test.js": "import './src/none.js';\n",
    "syntax.test.js": "\nlet x = ;\n",
    "leaves.test.js": HEAD + "test('k', () => { process.exit(0); });\n",
    "dies.test.js": HEAD + "test('k', () => { process.kill(process.pid, 'SIGKILL'); });\n",
    "pending.test.js": HEAD + "test('hangs', async () => { await new Promise(() => {}); });\n",
    "test/support.js": "export const nothing = 0;\n",
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> SuiteReport:
    node()
    project = javascript(tmp_path_factory.mktemp("node"), FILES, PACKAGE, None)
    return report(project, NODE)


@pytest.mark.parametrize(
    ("test", "outcome", "exception", "line", "asserted"),
    [
        ("a.test.js::wrong", Outcome.FAILED, "AssertionError", 4, True),
        ("a.test.js::expects", Outcome.FAILED, "AssertionError", 5, True),
        ("a.test.js::cart::right", Outcome.PASSED, "", 7, False),
        ("a.test.js::cart::skipped", Outcome.SKIPPED, "", 8, False),
        ("a.test.js::cart::later", Outcome.SKIPPED, "", 9, False),
        ("a.test.js::cart::raises", Outcome.FAILED, "TypeError", 10, False),
        ("a.test.js::cart::misses", Outcome.FAILED, "TypeError", 11, False),
        ("a.test.js::outer", Outcome.FAILED, "AssertionError", 13, True),
        ("a.test.js::outer::inner", Outcome.FAILED, "AssertionError", 13, True),
        ("a.test.js::same", Outcome.PASSED, "", 14, False),
        ("a.test.js::same[2]", Outcome.PASSED, "", 15, False),
        ("a.test.js::hooked::never", Outcome.ERROR, "Error", 16, False),
        ("a.test.js::late", Outcome.FAILED, "Timeout", 17, False),
        ("a.test.js::unsure", Outcome.XFAILED, "", 18, False),
        ("pending.test.js::hangs", Outcome.ERROR, "Timeout", 3, False),
    ],
)
def test_every_test_is_read_with_its_end(
    seen: SuiteReport, test: str, outcome: Outcome, exception: str, line: int, asserted: bool
) -> None:
    result = seen.by_id[test]
    assert (result.outcome, result.exception, result.line, result.asserted) == (outcome, exception, line, asserted)


@pytest.mark.parametrize(
    ("file", "exception", "missing"),
    [
        ("export.test.js", "ImportError", "src/cart.js:nope"),
        ("module.test.js", "ImportError", "src/none.js"),
        ("syntax.test.js", "SyntaxError", ""),
        ("leaves.test.js", "Crash", ""),
        ("dies.test.js", "Crash", ""),
    ],
)
def test_files_that_break_are_read_with_what_they_lack(
    seen: SuiteReport, file: str, exception: str, missing: str
) -> None:
    result = seen.by_id[file]
    assert (result.phase, result.exception, result.missing) == (Phase.COLLECT, exception, missing)
    assert seen.ended is Ended.COMPLETED
    assert len(seen.everything) == 20, "a file of support is no test"


def test_what_planned_code_raised_or_lacks_is_said(seen: SuiteReport) -> None:
    assert seen.by_id["a.test.js::cart::raises"].raised_in == "src/cart.js"
    assert seen.by_id["a.test.js::cart::misses"].missing == "src/cart.js:Cart.add"
    assert seen.by_id["a.test.js::hooked::never"].message == "no disk"
    assert seen.by_id["syntax.test.js"].line == 2


@pytest.fixture
def small(tmp_path: Path) -> Project:
    node()
    files = {"a.test.js": HEAD + "test('a', () => {});\n", "b.test.js": HEAD + "test('b', () => {});\n"}
    return javascript(tmp_path, files, PACKAGE, None)


def test_only_the_files_asked_for_are_run(small: Project) -> None:
    assert report(small, NODE, "b.test.js::b").names == {"b.test.js::b"}
    collected = NODE.collection(small.root, None, small.scratch)
    read = NODE.read(collected, ran(small, NODE, collected), small.root)
    assert {result.outcome for result in read.results} == {Outcome.SKIPPED}


def test_a_record_that_somebody_else_touched_is_void(small: Project) -> None:
    command = NODE.command(small.root, None, small.scratch)
    outcome = ran(small, NODE, command)
    whole = command.report.read_bytes()
    for forged in (whole.replace(b'"passed"', b'"failed"'), whole + b'{"kind":"end"}\n', b"no json\n", b""):
        command.report.write_bytes(forged)
        ended = NODE.read(command, outcome, small.root).ended
        assert ended is (Ended.FORGED if forged else Ended.COULD_NOT_RUN)
    command.report.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert NODE.read(command, outcome, small.root).ended is Ended.CRASHED


def test_a_loop_without_end_is_stopped_and_named(tmp_path: Path) -> None:
    node()
    project = javascript(tmp_path, {"a.test.js": HEAD + "test('turns', () => { for (;;); });\n"}, PACKAGE, None)
    seen = report(project, NODE, limits=Limits(wall_s=2, cpu_s=20))
    assert (seen.ended, [result.id for result in seen.results]) == (Ended.TIMED_OUT, ["a.test.js"]), (
        "it never says which test"
    )


def test_a_project_without_tests_executes_nothing(tmp_path: Path) -> None:
    node()
    project = javascript(tmp_path, {"src/a.js": ""}, PACKAGE, None)
    seen = report(project, NODE)
    assert (seen.ended, seen.everything) == (Ended.COMPLETED, ())


@pytest.mark.parametrize(
    ("script", "flags", "places"),
    [
        ("node --test", (), ()),
        ("node --import tsx --test tests/*.ts", ("--import", "tsx"), ("tests/*.ts",)),
        ("lint && node --test --test-concurrency=1 spec || true", (), ("spec",)),
        ("node --test 'broken", (), ()),
        ("vitest run", (), ()),
    ],
)
def test_flags_and_places_are_those_of_the_projects_script(
    script: str, flags: tuple[str, ...], places: tuple[str, ...]
) -> None:
    assert node_words(script) == (flags, places)


def test_files_are_found_as_node_finds_them(tmp_path: Path) -> None:
    for path in (
        "a.test.js",
        "b_test.mjs",
        "src/c.js",
        "test/d.js",
        "spec/e.js",
        "node_modules/x/f.test.js",
        "g.test.ts",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert node_files(tmp_path, (), typed=False) == ("a.test.js", "b_test.mjs", "test/d.js")
    assert node_files(tmp_path, ("spec/**/*.js",), typed=False) == ("spec/e.js",)
    assert node_files(tmp_path, ("*.test.{js,ts}",), typed=True) == ("a.test.js", "g.test.ts")
    assert node_files(tmp_path, ("./test",), typed=False) == ("test/d.js",)


def test_node_is_recognised_by_the_script(tmp_path: Path) -> None:
    assert detect(tmp_path).suite is None
    (tmp_path / "package.json").write_text(json.dumps(PACKAGE))
    found = detect(tmp_path).suite
    assert found is not None
    assert found.because == "package.json runs `node --test`"
    assert NODE.is_config_path("package.json")
    assert NODE.is_test_path("lib/a.test.js")


def test_packages_of_a_workspace_are_those_of_the_work_tree(tmp_path: Path) -> None:
    checkout, root = tmp_path / "checkout", tmp_path / "place" / "tree"
    for folder in ("node_modules/left", "node_modules/@shop", "packages/cart"):
        (checkout / folder).mkdir(parents=True)
    (checkout / "node_modules/@shop/cart").symlink_to("../../packages/cart")
    root.mkdir(parents=True)
    (root.parent / "node_modules").symlink_to(checkout / "node_modules")
    link_modules(root)
    assert (root / "node_modules/left").resolve() == checkout / "node_modules/left"
    assert (root / "node_modules/@shop/cart").readlink() == root / "packages/cart"
    link_modules(root)
    (checkout / "node_modules/@shop/cart").unlink()
    other = tmp_path / "place" / "other"
    other.mkdir()
    link_modules(other)
    assert (other / "node_modules").readlink() == checkout / "node_modules"
