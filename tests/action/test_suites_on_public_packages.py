"""Public packages with suites of their own: every adapter reads a real suite, and what a change of the code does."""

import shutil
from pathlib import Path

import pytest

from tdd_action.suites.javascript_suite import JavascriptSuite
from tdd_action.suites.jest_suite import JEST
from tdd_action.suites.node_suite import NODE
from tdd_action.suites.vitest_suite import VITEST
from tdd_orchestrator.core.evidence import Ended, Outcome
from tdd_orchestrator.core.javascript_tests import blocks_of, titled
from tdd_orchestrator.core.vacuous_javascript import NO_CLAIM, vacuous_tests
from tdd_orchestrator.onboarding.detection import detect
from world.javascript_projects import RUNNERS, installed, javascript, report
from world.small_projects import Project

PACKAGES = ("@fastify/error@4.2.1", "process-warning@5.1.1", "zod@3.25.76", "damerau-levenshtein@1.0.8")


def package(folder: Path, name: str) -> Project:
    """The package's own files as a project, with the runners above it."""
    modules = installed(*PACKAGES, *(f"{runner}@{version}" for runner, version in RUNNERS.items()))
    project = javascript(folder, {}, {}, modules)
    shutil.copytree(modules / "node_modules" / name, project.root, dirs_exist_ok=True)
    return project


def changed(project: Project, path: str, before: str, after: str) -> None:
    text = (project.root / path).read_text()
    assert before in text
    (project.root / path).write_text(text.replace(before, after))


def test_node_test_reads_fastify_error(tmp_path: Path) -> None:
    project = package(tmp_path, "@fastify/error")
    seen = detect(project.root).suite
    assert seen is not None
    assert seen.name == "node:test"
    whole = report(project, NODE)
    assert (whole.ended, {result.outcome for result in whole.results}) == (Ended.COMPLETED, {Outcome.PASSED})
    assert len(whole.results) > 25
    changed(project, "index.js", "this.statusCode = statusCode", "this.statusCode = 418")
    told = report(project, NODE)
    bad = [result for result in told.results if result.bad]
    assert bad
    assert all(result.asserted and result.path.startswith("test/") and result.line for result in bad)


@pytest.mark.parametrize(
    ("suite", "name", "tests", "least", "change"),
    [
        (NODE, "process-warning", (), 10, ("index.js", "emitted = true", "emitted = 7")),
        (JEST, "process-warning", ("test/jest.test.js",), 1, None),
        (JEST, "damerau-levenshtein", ("test/test.js",), 5, ("index.js", "steps: ", "steps: 7 + ")),
        (
            VITEST,
            "zod",
            tuple(f"src/v3/tests/{name}.test.ts" for name in ("array", "enum", "record", "tuple")),
            30,
            None,
        ),
    ],
)
def test_real_suites_pass_as_they_are_and_fail_on_assertions_where_code_is_changed(
    tmp_path: Path,
    suite: JavascriptSuite,
    name: str,
    tests: tuple[str, ...],
    least: int,
    change: tuple[str, str, str] | None,
) -> None:
    project = package(tmp_path, name)
    whole = report(project, suite, *tests)
    assert (whole.ended, [result for result in whole.everything if result.bad]) == (Ended.COMPLETED, [])
    assert whole.executed >= least
    if change is not None:
        changed(project, *change)
        bad = [result for result in report(project, suite, *tests).results if result.bad]
        assert bad
        assert all(result.asserted and result.line for result in bad)


def test_in_a_real_suite_only_tests_that_assert_nothing_are_called_empty(tmp_path: Path) -> None:
    root = package(tmp_path, "zod").root
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in root.glob("src/**/tests/*.test.ts")}
    assert sum(len(list(titled(blocks_of(text)))) for text in texts.values()) > 1200
    refused = [reason for path, text in texts.items() for reason in vacuous_tests(text, path)]
    known = {reason.test for reason in refused if NO_CLAIM not in reason.sentence}
    assert known == {  # each of them says `expect(true).toEqual(true)`
        "src/v4/classic/tests/coalesce.test.ts::coalesce",
        "src/v4/core/tests/index.test.ts::test",
        "src/v4/mini/tests/functions.test.ts::z.function",
    }
    silent = [reason for reason in refused if NO_CLAIM in reason.sentence]
    assert silent
    for reason in silent:
        block = next(b for _, b in titled(blocks_of(texts[reason.path])) if b.line == reason.line)
        assert "expect" not in block.said or any("expectTypeOf" in word for word in block.said)
