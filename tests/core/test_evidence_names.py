"""What is read out of Python text: public names, new tests, entry points, fingerprints, planned modules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.entry_points import through_entry_point
from tdd_orchestrator.core.evidence import Outcome, Phase, Planned, SuiteReport, TestResult, fingerprint
from tdd_orchestrator.core.evidence.fingerprints import steadied
from tdd_orchestrator.core.evidence.reports import chosen, selects
from tdd_orchestrator.core.new_tests import new_tests
from tdd_orchestrator.core.public_names import public_names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def total(items, *, tax=1): ...", {"total(items, *, tax=…)"}),
        ("def f(a, /, b=2, *args, c, **more): ...", {"f(a, /, b=…, *args, c, **more)"}),
        ("async def f(): ...", {"f() awaited"}),
        ("def _own(): ...\n_x = 1", set()),
        ("RATE = 1\nlimit: int = 2\na, b = 1, 2", {"RATE", "limit", "a", "b"}),
        (
            "class Cart:\n    size = 1\n    def __init__(self, a): ...\n    def add(self, x): ...\n    _a = 1",
            {"Cart", "Cart.size", "Cart.__init__(self, a)", "Cart.add(self, x)"},
        ),
        ("import os\nfrom x import y\nfrom x import z as z", {"z"}),
        ("__all__ = ['y', '_w']\nfrom x import y\ndef _w(): ...\ndef other(): ...", {"y", "_w()"}),
        ("if True:\n    def f(): ...\nelse:\n    g = 1", {"f()", "g"}),
        ("try:\n    import j\n    x = 1\nexcept ImportError:\n    y = 1", {"x", "y"}),
        ("", set()),
    ],
)
def test_public_names_are_what_others_may_use(source: str, names: set[str]) -> None:
    assert public_names(source) == names


def test_defaults_may_change_but_leaving_one_out_may_not() -> None:
    assert public_names("def f(a=1): ...") == public_names("def f(a=2): ...")
    assert public_names("def f(a=1): ...") != public_names("def f(a): ...")
    with pytest.raises(SyntaxError):
        public_names("def (:")


OLD = "import x\n\ndef test_a():\n    assert x.a == 1\n\nclass TestB:\n    def test_c(self):\n        assert x.c == 1\n"


@pytest.mark.parametrize(
    ("before", "after", "selectors"),
    [
        (None, OLD, ("t.py",)),
        (None, "import x\n", ()),
        (None, "def test_(:", ("t.py",)),
        (OLD, OLD, ()),
        (OLD, OLD + "\n# a comment\n", ()),
        (OLD, OLD + "\ndef test_d():\n    assert 1\n", ("t.py::test_d",)),
        (OLD, OLD.replace("x.c == 1", "x.c == 2"), ("t.py::TestB::test_c",)),
        (OLD, OLD.replace("test_a", "test_z"), ("t.py::test_z",)),
        (OLD, "def test_(:", ("t.py",)),
        (OLD, OLD + "\nasync def test_later():\n    pass\n", ("t.py::test_later",)),
        ("", "class CartCase(TestCase):\n    def test_x(self): pass", ("t.py::CartCase::test_x",)),
        ("", "class Helper:\n    def test_x(self): pass", ()),
    ],
)
def test_only_what_was_written_or_rewritten_is_new(before: str | None, after: str, selectors: tuple[str, ...]) -> None:
    assert new_tests("t.py", before, after) == selectors


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def test_a():\n    subprocess.run(['shop'])", True),
        ("def test_a():\n    assert main(['x']) == 0", True),
        ("def test_a():\n    runner.invoke(app, [])", True),
        ("def test_a():\n    with TestClient(app) as c: c.get('/')", True),
        ("async def test_a():\n    await asyncio.create_subprocess_exec('shop')", True),
        (
            "@fixture\ndef server():\n    yield subprocess.Popen(['shop'])\ndef test_a(server):\n    assert server",
            True,
        ),
        ("def shop():\n    return subprocess.check_output(['shop'])\ndef test_a():\n    assert shop()", True),
        ("def test_a():\n    assert total([]) == 0", False),
        ("def test_a():\n    app.run()", False),
        ("def test_(:", False),
    ],
)
def test_an_entry_point_is_something_that_starts_the_program(source: str, found: bool) -> None:
    assert through_entry_point(source, "t.py") == (("t.py::test_a",) if found else ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at line 3", "at line 77"),
        ("<Cart object at 0x7f1234>", "<Cart object at 0x55aa>"),
        ("File /home/a/b.py:12", "File /tmp/z/b.py:99"),
        ("took 0.12s", "took 3 s"),
        ("since 2026-01-02T03:04:05Z", "since 2025-11-12 13:14:15.123+01:00"),
        ("id 0b1e4a9c-1111-2222-3333-444455556666", "id ffffffff-1111-2222-3333-444455556666"),
        ("on port 8080", "on port 9999"),
        ("a  b\nc", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)
def test_what_varies_from_run_to_run_is_no_difference(one: str, other: str) -> None:
    assert steadied(one) == steadied(other)


@pytest.mark.parametrize(
    ("one", "other"), [("assert 1 == 2", "assert 1 == 3"), ("'x'", "'y'"), ("src/a.py is bad", "src/b.py is bad")]
)
def test_what_was_said_is_a_difference(one: str, other: str) -> None:
    assert steadied(one) != steadied(other)


@given(st.text(), st.integers(0, 10**6))
def test_a_fingerprint_does_not_depend_on_lines_or_times(message: str, line: int) -> None:
    one = TestResult("t.py::a", Outcome.FAILED, Phase.CALL, "E", message, "t.py", 1, 0.1)
    other = TestResult("t.py::a", Outcome.FAILED, Phase.CALL, "E", message, "t.py", line, 9.9)
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(TestResult("t.py::b", Outcome.FAILED, Phase.CALL, "E", message))


def test_a_selector_names_its_own_and_nothing_that_begins_like_it() -> None:
    assert selects("t.py", "t.py::a")
    assert selects("t.py::a", "t.py::a[1]")
    assert selects("t.py::A", "t.py::A::b")
    assert not selects("t.py::a", "t.py::ab")
    assert not selects("t.py", "t.pyx::a")
    broken = TestResult("t.py", Outcome.ERROR, Phase.COLLECT)
    assert chosen(["t.py::a"], SuiteReport((), (broken,))) == (broken,)
    assert chosen(["t.p"], SuiteReport((), (broken,))) == ()


@pytest.mark.parametrize(
    ("owned", "missing", "planned"),
    [
        ("src/shop/cart.py", "shop.cart", True),
        ("src/shop/cart.py", "shop.cart:Cart.total", True),
        ("src/shop/cart.py", "shop", True),
        ("src/shop/cart.py", "shop.stock", False),
        ("src/shop/cart/__init__.py", "shop.cart:x", True),
        ("src/shop/**", "shop.a.b", True),
        ("src/shop/**", "shopping", False),
        ("shop.py", "shop:x", True),
        ("src/shop/**", "", False),
    ],
)
def test_a_module_is_planned_where_its_file_is_owned(owned: str, missing: str, planned: bool) -> None:
    assert Planned((owned,)).plans(missing) is planned
