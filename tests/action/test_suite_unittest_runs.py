"""unittest: what its runs are read as, by a real Python behind the real sandbox."""

import sys
from pathlib import Path

import pytest

from tdd_action.suites.unittest_suite import Unittest
from tdd_orchestrator.core.evidence import Ended, Outcome, Phase, SuiteReport
from tdd_orchestrator.onboarding.detection import detect
from world.small_projects import QUICK, Project

SUITE = Unittest(python=sys.executable)
FILES = {
    "shop.py": "class Cart: pass\n\ndef total(x):\n    return len(x)\n",
    "tests/__init__.py": "",
    "tests/test_a.py": """\
        import asyncio
        import unittest
        from shop import Cart, total

        class TestCart(unittest.TestCase):
            def test_wrong(self):
                self.assertEqual(total([1]), 2)

            def test_plain(self):
                assert total([]) == 1

            def test_raises(self):
                with self.assertRaises(ValueError):
                    total([])

            def test_right(self):
                self.assertEqual(total([1]), 1)

            def test_planned_raises(self):
                total(None)

            def test_misses(self):
                Cart().add(1)

            @unittest.skip("why")
            def test_skipped(self):
                pass

            @unittest.expectedFailure
            def test_expected(self):
                self.fail()

            @unittest.expectedFailure
            def test_unexpected(self):
                pass

            def test_parts(self):
                for n in (1, 2):
                    with self.subTest(n=n):
                        self.assertEqual(n, 1)

        class TestSetUp(unittest.TestCase):
            def setUp(self):
                raise OSError("no disk")

            def test_never(self):
                pass

        class TestClassSetUp(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise OSError("no class")

            def test_one(self):
                pass

            def test_two(self):
                pass

        class TestLater(unittest.IsolatedAsyncioTestCase):
            async def test_awaits(self):
                self.assertEqual(await asyncio.sleep(0, 1), 2)
        """,
    "tests/test_name.py": "from shop import nope\n",
    "tests/test_module.py": "import nowhere\n",
    "tests/test_syntax.py": "\ndef (:\n",
    "lib/test_deep.py": "import unittest\nclass TestDeep(unittest.TestCase):\n    def test_x(self): pass\n",
}


def report(project: Project, *tests: str, seed: int | None = None) -> SuiteReport:
    command = SUITE.command(project.root, tests or None, project.scratch, shuffle_seed=seed)
    return SUITE.read(command, project.ran(command, QUICK), project.root)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> SuiteReport:
    return report(Project.of(tmp_path_factory.mktemp("unittest"), FILES))


@pytest.mark.parametrize(
    ("test", "outcome", "phase", "exception", "line", "asserted"),
    [
        ("TestCart::test_wrong", Outcome.FAILED, Phase.CALL, "AssertionError", 7, True),
        ("TestCart::test_plain", Outcome.FAILED, Phase.CALL, "AssertionError", 10, True),
        ("TestCart::test_raises", Outcome.FAILED, Phase.CALL, "AssertionError", 13, True),
        ("TestCart::test_right", Outcome.PASSED, Phase.CALL, "", 16, False),
        ("TestCart::test_planned_raises", Outcome.FAILED, Phase.CALL, "TypeError", 20, False),
        ("TestCart::test_misses", Outcome.FAILED, Phase.CALL, "AttributeError", 23, False),
        ("TestCart::test_skipped", Outcome.SKIPPED, Phase.CALL, "", 25, False),
        ("TestCart::test_expected", Outcome.XFAILED, Phase.CALL, "", 29, False),
        ("TestCart::test_unexpected", Outcome.XPASSED, Phase.CALL, "", 33, False),
        ("TestCart::test_parts", Outcome.FAILED, Phase.CALL, "AssertionError", 40, True),
        ("TestSetUp::test_never", Outcome.ERROR, Phase.SETUP, "OSError", 44, False),
        ("TestClassSetUp::test_one", Outcome.ERROR, Phase.SETUP, "OSError", 52, False),
        ("TestClassSetUp::test_two", Outcome.ERROR, Phase.SETUP, "OSError", 52, False),
        ("TestLater::test_awaits", Outcome.FAILED, Phase.CALL, "AssertionError", 62, True),
    ],
)
def test_every_test_is_read_with_its_end(
    seen: SuiteReport, test: str, outcome: Outcome, phase: Phase, exception: str, line: int, asserted: bool
) -> None:
    assert seen.ended is Ended.COMPLETED, seen.explanation + seen.output_tail
    result = seen.by_id[f"tests/test_a.py::{test}"]
    assert (result.outcome, result.phase, result.exception) == (outcome, phase, exception)
    assert (result.line, result.asserted) == (line, asserted)


@pytest.mark.parametrize(
    ("file", "exception", "missing"),
    [
        ("tests/test_name.py", "ImportError", "shop:nope"),
        ("tests/test_module.py", "ModuleNotFoundError", "nowhere"),
        ("tests/test_syntax.py", "SyntaxError", ""),
    ],
)
def test_files_that_cannot_be_imported_speak_for_themselves(
    seen: SuiteReport, file: str, exception: str, missing: str
) -> None:
    broken = {error.id: error for error in seen.collection_errors}
    assert (broken[file].exception, broken[file].missing) == (exception, missing)
    assert "lib/test_deep.py::TestDeep::test_x" in seen.names
    assert seen.by_id["tests/test_a.py::TestCart::test_misses"].missing == "shop:Cart.add"
    assert seen.by_id["tests/test_a.py::TestCart::test_planned_raises"].raised_in == "shop.py"


def test_only_what_is_asked_for_is_run_and_a_seed_gives_another_order(tmp_path: Path) -> None:
    body = "".join(f"    def test_{name}(self): pass\n" for name in "abcdefgh")
    head = "import unittest\nclass TestX(unittest.TestCase):\n"
    project = Project.of(tmp_path, {"test_x.py": head + body, "test_y.py": head.replace("TestX", "TestY") + body})
    one = report(project, "test_y.py", "test_x.py::TestX::test_a", seed=3)
    assert len(one.results) == 9
    order = [name for name in one.by_id if name.startswith("test_y")]
    assert order != sorted(order)


@pytest.mark.parametrize(
    ("body", "ended"),
    [
        ("import os; os._exit(0)", Ended.CRASHED),
        ("import sys; sys.exit(0)", Ended.COMPLETED),
        ("while True: pass", Ended.TIMED_OUT),
    ],
)
def test_a_test_that_ends_the_run_is_named(tmp_path: Path, body: str, ended: Ended) -> None:
    text = f"import unittest\nclass TestX(unittest.TestCase):\n    def test_x(self):\n        {body}\n"
    project = Project.of(tmp_path, {"test_x.py": text})
    command = SUITE.command(project.root, None, project.scratch)
    outcome = project.ran(command, type(QUICK)(wall_s=2, cpu_s=20))
    read = SUITE.read(command, outcome, project.root)
    assert read.ended is ended
    assert [result.id for result in read.results] == ["test_x.py::TestX::test_x"]
    assert read.results[0].bad


WRITTEN = "import unittest\n"


@pytest.mark.parametrize(
    ("files", "because"),
    [
        ({"tests/test_a.py": WRITTEN}, "tests/test_a.py is written for it, and nothing names pytest"),
        ({"tests/test_a.py": WRITTEN, "requirements-dev.txt": "pytest\n"}, None),
        ({"tests/test_a.py": WRITTEN, "conftest.py": ""}, None),
        ({"tests/test_a.py": "import pytest, unittest\n"}, None),
        ({"tests/test_a.py": ""}, None),
        ({"src/a.py": WRITTEN}, None),
    ],
)
def test_a_project_is_recognised_where_nothing_names_pytest(
    tmp_path: Path, files: dict[str, str], because: str | None
) -> None:
    found = detect(Project.of(tmp_path, files).root).suite
    assert (found.because if found and found.name == "unittest" else None) == because


def test_collecting_runs_nothing(tmp_path: Path) -> None:
    text = "import unittest\nclass TestX(unittest.TestCase):\n    def test_x(self):\n        1 / 0\n"
    project = Project.of(tmp_path, {"test_x.py": text})
    command = SUITE.collection(project.root, None, project.scratch)
    read = SUITE.read(command, project.ran(command, QUICK), project.root)
    assert [(result.id, result.outcome) for result in read.results] == [("test_x.py::TestX::test_x", Outcome.SKIPPED)]
