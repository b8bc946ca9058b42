"""Tests made to fail, code that meddles, answers that echo, modules that stand in for others: by their text."""

import ast

import pytest

from tdd_orchestrator.core.asserting import asserting_lines
from tdd_orchestrator.core.controls import falsified
from tdd_orchestrator.core.echoes import Literals, echoes
from tdd_orchestrator.core.echoes_python import constants, examples
from tdd_orchestrator.core.evidence import Outcome, SuiteReport, TestResult, judge_control, judge_without
from tdd_orchestrator.core.meddling import meddling
from tdd_orchestrator.core.meddling_python import findings
from tdd_orchestrator.core.old_support import old_tests, overlaid, undermined
from tdd_orchestrator.core.public_names import imported_names
from tdd_orchestrator.core.shadows import imports_of, module_of_test, shadowing, top_module


def turned(body: str) -> str:
    source = "def test_it():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found = falsified(source, frozenset({"test_it"}))
    assert found is not None
    return ast.unparse(ast.parse(found).body[0]).partition("\n")[2].replace("    ", "", 1).replace("\n    ", "\n")


STOPPED = "raise AssertionError('this test was made to fail')"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assert price('x') == 90", "assert price('x') == object()"),
        ("assert 90 == price('x')", "assert price('x') == object()"),
        ("assert a == b and c", "assert a == object() and c"),
        ("assert not a", "assert a"),
        ("assert a > b", "assert not a > b"),
        ("with held():\n    assert a", "with held():\n    assert not a"),
        ("for x in [1, 2]:\n    assert x", "for x in [1, 2]:\n    assert not x"),
        ("self.assertEqual(a, 1)", "self.assertEqual(a, object())"),
        ("self.assertIsNone(a)", "self.assertIsNotNone(a)"),
        ("assert a == 1\nassert b == 2", "assert a == object()\nassert b == 2"),
    ],
)
def test_an_assertion_that_is_surely_reached_is_turned_round(body: str, expected: str) -> None:
    assert turned(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "with raises(ValueError):\n    assert a",
        "for x in found():\n    assert x",
        "if a:\n    return\nassert b",
        "check(a)",
        "assert True",
        "yield\nassert a",
    ],
)
def test_any_other_test_is_stopped_at_its_first_line(body: str) -> None:
    assert turned(body).splitlines()[0] == STOPPED


def test_only_the_tests_that_are_meant_are_made_to_fail() -> None:
    source = "class TestIt:\n    def test_a(self):\n        assert a\n\n    def test_b(self):\n        assert b\n"
    found = falsified(source, frozenset({"TestIt::test_b"}))
    assert found is not None
    assert "assert a" in found
    assert "assert not b" in found
    assert falsified(source, frozenset()) is None
    assert falsified("def test_(:", frozenset({"test_"})) is None


def result(name: str, outcome: Outcome) -> TestResult:
    return TestResult(name, outcome)


def test_what_passes_though_it_was_made_to_fail_is_named() -> None:
    control = SuiteReport(
        (result("t.py::a", Outcome.PASSED), result("t.py::b", Outcome.FAILED), result("u.py::c", Outcome.PASSED))
    )
    assert [each.test for each in judge_control(["t.py::a", "t.py::b"], control).reasons] == ["t.py::a"]
    assert not judge_control(["t.py::a"], SuiteReport()).accepted, "a run that ran nothing says nothing"


def test_a_subtest_may_pass_where_its_test_was_made_to_fail() -> None:
    results = (TestResult("a_test.go::A", Outcome.FAILED), TestResult("a_test.go::A::one", Outcome.PASSED))
    assert judge_control(["a_test.go::A"], SuiteReport(results)).accepted
    assert not judge_control(["a_test.go::A"], SuiteReport(results[1:])).accepted


def test_what_passes_without_the_code_is_named_unless_it_always_did() -> None:
    red = SuiteReport((result("t.py::a", Outcome.FAILED), result("t.py::b", Outcome.PASSED)))
    now = SuiteReport((result("t.py::a", Outcome.PASSED), result("t.py::b", Outcome.PASSED)))
    assert [each.test for each in judge_without(["t.py"], now, red).reasons] == ["t.py::a"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import pytest", "brings in `pytest`"),
        ("from unittest.mock import ANY", "brings in `unittest.mock`"),
        ("import os\nx = os.environ.get('PYTEST_VERSION')", "looks for the test run (`PYTEST_VERSION`)"),
        ("import sys\nx = 'pytest' in sys.modules", "looks for the test run (`pytest`)"),
        ("import inspect\ndef f():\n    return 'test' in inspect.stack()[1].filename", "looks at who called it"),
        ("class A:\n    def __eq__(self, other):\n        return True", "`__eq__` in a.py says yes"),
        ("class A:\n    __eq__ = lambda self, other: True", "`__eq__` in a.py says yes"),
        ("import time\ntime.time = lambda: 0", "replaces `time.time`"),
        ("import random\nsetattr(random, 'random', f)", "replaces `random.random`"),
        ("'''Runs under pytest.'''\nfrom pytestlike import x", ""),
        ("class A:\n    def __eq__(self, other):\n        return self.x == other.x", ""),
        ("class A:\n    def __eq__(self, other):\n        raise NotImplementedError", ""),
        ("import inspect\ndef f():\n    return inspect.stack()[1].function", ""),
        ("import time\nx = time.time()\nself.time = 1", ""),
        ("def (:", ""),
    ],
)
def test_code_that_reaches_for_its_judge_is_named(code: str, said: str) -> None:
    found = meddling(findings, "a.py", None, code)
    assert (said in found[0].sentence) if said else not found
    assert meddling(findings, "a.py", code, code) == (), "what was there before is no news"
    assert meddling(findings, "a.py", None, code, [code]) == (), "nor what the project did elsewhere"


LITERALS = Literals(examples, constants)
TEST = {"tests/test_a.py": "def test_a():\n    assert price('green tea') == 90\n    assert price('x') == 1\n"}


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (None, "def price(a):\n    return 90 if a == 'green tea' else 100", 1),
        (None, "PRICES = {'green tea': 90}", 1),
        ("A = 'green tea'", "A = 'green tea'\nB = 90", 0),
        (None, "def price(a):\n    return len(a) * 10", 0),
        (None, "'''green tea costs 90'''", 0),
    ],
)
def test_an_answer_that_echoes_the_example_is_remarked_on(before: str | None, after: str, count: int) -> None:
    assert len(echoes(LITERALS, TEST, "src/a.py", before, after)) == count


def test_support_of_old_tests_may_grow_and_not_change() -> None:
    old = "from shop import price\nCASES = [1, 2]\nLIMIT = 3\n"
    assert list(undermined("t.py", old, old.replace("[1, 2]", "[1, 2, 3]") + "from shop import tax\n")) == []
    changed = old.replace("[1, 2]", "[1]").replace("shop", "fake").replace("3", "4")
    assert [each.sentence.split("`")[1] for each in undermined("t.py", old, changed)] == ["price", "CASES", "LIMIT"]


FIXTURE = "import pytest\n\n\n@pytest.fixture{}\ndef {}():\n    return 1\n"


@pytest.mark.parametrize(
    ("path", "after", "count"),
    [
        ("tests/conftest.py", FIXTURE.format("", "cart"), 1),
        ("tests/conftest.py", FIXTURE.format("", "till"), 0),
        ("tests/conftest.py", FIXTURE.format("(autouse=True)", "till"), 1),
        ("tests/conftest.py", FIXTURE.format("(name='cart')", "till"), 1),
        ("tests/new/conftest.py", FIXTURE.format("(autouse=True)", "till"), 0),
        ("tests/test_old.py", "def setup_module():\n    pass\n", 1),
        ("tests/test_new.py", "def setup_module():\n    pass\n", 0),
        ("tests/test_old.py", "def (:", 0),
    ],
)
def test_a_fixture_that_reaches_old_tests_is_named(path: str, after: str, count: int) -> None:
    old = old_tests("tests/test_old.py", "def test_old(cart):\n    assert cart\n")
    assert len(list(overlaid(path, None, after, old))) == count
    assert list(overlaid(path, after, after, old)) == []


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("src/shop.py", "shop"),
        ("src/till/bill.py", "till"),
        ("src/till/data.json", ""),
        ("setup.py", "setup"),
        ("lib/app/x.py", "app"),
    ],
)
def test_the_module_that_a_file_becomes(path: str, module: str) -> None:
    assert top_module(path, ("", "src", "lib")) == module


def test_the_module_that_a_test_file_becomes_depends_on_the_packages_around_it() -> None:
    assert module_of_test("tests/shop.py", frozenset()) == "shop"
    tree = frozenset({"tests/__init__.py", "tests/shop/__init__.py"})
    assert module_of_test("tests/shop/test_a.py", tree) == "tests"
    assert module_of_test("tests/shop/test_a.py", tree - {"tests/__init__.py"}) == "shop"


def test_a_module_that_stands_in_for_another_is_refused() -> None:
    found = shadowing([("src/json.py", "json"), ("src/numpy.py", "numpy"), ("src/a.py", "a")], ["numpy"], "installed")
    assert [each.path for each in found] == ["src/json.py", "src/numpy.py"]
    assert imports_of("import a.b\nfrom c.d import e\nfrom . import f\nfrom .g import h") == {"a", "c"}


def test_the_lines_of_assertions_and_the_names_that_are_imported() -> None:
    source = "assert (\n    a\n)\nx = 1\nself.assertEqual(\n    1, 2)\ncheck(1)\npytest.raises(E, f)\n"
    assert asserting_lines(source) == {1, 2, 3, 5, 6, 8}
    assert asserting_lines("def (:") == frozenset()
    assert imported_names("import a\nfrom b import c as d\ntry:\n    import e\nexcept ImportError:\n    e = None") == {
        "a",
        "d",
        "e",
    }
