"""Tests that say nothing about the code, and tests that look like it but do say something."""

import textwrap

import pytest

from tdd_orchestrator.core.evidence import FailureClass
from tdd_orchestrator.core.hooks import foreign_hooks
from tdd_orchestrator.core.vacuous import vacuous_tests


def complaints(body: str, head: str = "") -> list[str]:
    source = f"import pytest\nfrom unittest.mock import Mock, patch\nfrom shop import total\n{textwrap.dedent(head)}\n"
    text = textwrap.dedent(body)
    if "def test" not in text:
        text = "def test_it(client, monkeypatch):\n" + textwrap.indent(text.strip("\n") or "pass", "    ")
    return [reason.sentence for reason in vacuous_tests(source + text + "\n", "tests/test_a.py")]


STUB, TAUTOLOGY, ITSELF, SWALLOWED, BROAD, EXISTS, OWN, NOTHING = (
    "is a stub",
    "what is always so",
    "with itself",
    "catches its own",
    "any exception",
    "something is there",
    "made up itself",
    "asserts nothing",
)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("assert False", STUB),
        ("assert 0, 'not written yet'", STUB),
        ("assert not True", STUB),
        ("assert 1 == 2", STUB),
        ("raise AssertionError('later')", STUB),
        ("assert total([]) == 0\nassert False", STUB),
        ("assert True", TAUTOLOGY),
        ("assert 'text'", TAUTOLOGY),
        ("assert 1 == 1", TAUTOLOGY),
        ("assert (total([]) == 1, 'message')", TAUTOLOGY),
        ("assert total([]) or True", TAUTOLOGY),
        ("assert len(total([])) >= 0", TAUTOLOGY),
        ("assert isinstance(total([]), object)", TAUTOLOGY),
        ("assert lambda: total([])", TAUTOLOGY),
        ("x = total([1])\nassert x == x", ITSELF),
        ("assert total([1]) == total([1])", ITSELF),
        ("assert total is total", ITSELF),
        ("total([1])", NOTHING),
        ("pass", NOTHING),
        ("import time\ntime.sleep(1)\ntotal([])", NOTHING),
        ("print(total([1]))", NOTHING),
        ("pytest.fail('later')", NOTHING),
        ("total([])\nreturn\nassert total([]) == 1", NOTHING),
        ("if False:\n    assert total([]) == 1", NOTHING),
        ("try:\n    assert total([]) == 1\nexcept Exception:\n    pass", SWALLOWED),
        ("try:\n    assert total([]) == 1\nexcept:\n    print('no')", SWALLOWED),
        ("try:\n    assert total([]) == 1\nexcept (ValueError, AssertionError):\n    pass", SWALLOWED),
        ("import contextlib\nwith contextlib.suppress(Exception):\n    assert total([]) == 1", SWALLOWED),
        ("with pytest.raises(Exception):\n    total(None)", BROAD),
        ("with pytest.raises(BaseException):\n    total(None)", BROAD),
        ("assert hasattr(total, 'x')", EXISTS),
        ("import shop\nassert hasattr(shop, 'total') and callable(shop.total)", EXISTS),
        ("from pathlib import Path\nassert Path('src/shop/cart.py').exists()", EXISTS),
        ("try:\n    from shop import cart\nexcept ImportError:\n    assert False, 'no cart'", STUB),
        ("x = 1\nassert x == 2", OWN),
        ("x = [1, 2]\ntotal(3)\nassert len(x) == 2", OWN),
        ("m = Mock()\nm.run(1)\nm.run.assert_called_once_with(1)", OWN),
        ("m = Mock(return_value=3)\nassert m() == 3", OWN),
        ("for x in [1, 2]:\n    assert x > 0", OWN),
        ("@pytest.mark.parametrize('a,b', [(1, 1)])\ndef test_it(a, b):\n    total(a)\n    assert a == b", OWN),
        ("class TestIt:\n    def test_it(self):\n        self.assertTrue(True)", TAUTOLOGY),
        ("class TestIt:\n    def test_it(self):\n        self.assertEqual(total, total)", ITSELF),
        ("async def test_it():\n    await total()", NOTHING),
    ],
)
def test_what_proves_nothing_is_named(body: str, fault: str) -> None:
    found = complaints(body)
    assert len(found) == 1
    assert fault in found[0]
    assert "test_it" in found[0]


@pytest.mark.parametrize(
    "body",
    [
        "assert total([1]) == 1",
        "assert not total([])",
        "assert not hasattr(total([]), 'x')",
        "from pathlib import Path\ntotal('a')\nassert Path('a.txt').exists()",
        "assert total([1]) != total([2])",
        "x = total([1])\nassert x == 1",
        "x = 1\nassert total([x]) == x",
        "x = []\ntotal(x)\nassert x == [1]",
        "x = []\ntotal(on_done=x.append)\nassert x == [1]",
        "x = []\ndef seen(y):\n    x.append(y)\ntotal(seen)\nassert x == [1]",
        "m = Mock()\ntotal(m)\nm.run.assert_called_once_with(1)",
        "with patch('shop.clock') as m:\n    total([])\nm.assert_called_once()",
        "m = Mock()\nmonkeypatch.setattr('shop.clock', m)\ntotal([])\nm.assert_called_once_with()",
        "with pytest.raises(ValueError):\n    total(None)",
        "with pytest.raises(Exception, match='no items'):\n    total(None)",
        "pytest.raises(ValueError, total, None)",
        "try:\n    total(None)\nexcept ValueError as error:\n    assert 'items' in str(error)",
        "try:\n    assert total([]) == 1\nexcept Exception:\n    raise",
        "try:\n    assert total([]) == 1\nfinally:\n    total(None)",
        "for x in [1, 2]:\n    assert total([x]) == x",
        "if total([]) != 0:\n    raise AssertionError('not empty')",
        "assert client.get('/').status == 200",
        "assert_total([1], 1)",
        "check_total([1], 1)",
        "self.assertEqual(total([1]), 1)",
        "import numpy\nnumpy.testing.assert_allclose(total([1]), 1)",
        "assert True\nassert total([1]) == 1",
        "match total([1]):\n    case 1:\n        pass\n    case other:\n        assert other == 2",
        "with client:\n    assert total([1]) == 1",
        "@pytest.mark.parametrize('a,b', [(1, 1)])\ndef test_it(a, b):\n    assert total([a]) == b",
        "class TestIt:\n    def test_it(self):\n        with self.assertRaises(ValueError):\n            total(None)",
        "async def test_it():\n    assert await total([1]) == 1",
        "count = 0\ndef seen():\n    nonlocal count\n    count += 1\ntotal(seen)\nassert count == 1",
        "def helper_asserting(x):\n    assert total(x) == 1\ndef test_it():\n    helper_asserting([1])",
    ],
)
def test_what_does_say_something_is_left_alone(body: str) -> None:
    assert complaints(body) == []


def test_a_helper_that_asserts_nothing_does_not_help() -> None:
    assert "asserts nothing" in complaints("def look(x):\n    total(x)\ndef test_it():\n    look(1)")[0]
    assert "asserts nothing" in complaints("def look(x):\n    look(x)\ndef test_it():\n    look(1)")[0]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def pytest_runtest_call(item): ...", ["pytest_runtest_call"]),
        ("pytest_plugins = ['evil']", ["pytest_plugins"]),
        ("from evil import pytest_pyfunc_call", ["pytest_pyfunc_call"]),
        ("from evil import x as pytest_pyfunc_call", ["pytest_pyfunc_call"]),
        ("if True:\n    def pytest_configure(): ...", ["pytest_configure"]),
        ("pytest_configure = lambda config: None", ["pytest_configure"]),
        ("collect_ignore = ['test_old.py']", ["collect_ignore"]),
        ("try:\n    from evil import pytest_configure\nexcept ImportError:\n    pass", ["pytest_configure"]),
        ("def f():\n    global pytest_plugins", ["pytest_plugins"]),
        ("def load_tests(*_):\n    return None", ["load_tests"]),
        (
            "import pytest, pytest_asyncio\n@pytest.fixture\ndef cart(): ...\ndef pytest_generate_tests(metafunc): ...",
            [],
        ),
        ("def (:", []),
    ],
)
def test_hooks_are_no_part_of_a_test(source: str, names: list[str]) -> None:
    found = foreign_hooks(source, "tests/conftest.py")
    assert [reason.sentence.split("`")[1] for reason in found] == names
    assert all(reason.test == reason.path == "tests/conftest.py" for reason in found)


def test_a_hook_that_was_there_word_for_word_is_no_news() -> None:
    before = "def pytest_configure(config):\n    pass\n"
    assert foreign_hooks(before + "x = 1\n", "conftest.py", before) == ()
    assert len(foreign_hooks(before.replace("pass", "return"), "conftest.py", before)) == 1


def test_each_complaint_stands_at_its_line() -> None:
    source = "def test_a():\n    pass\n\n\nclass TestB:\n    def test_c(self):\n        x = 1\n        assert x\n"
    found = vacuous_tests(source, "tests/t.py")
    assert [(r.test, r.line, r.failure) for r in found] == [
        ("tests/t.py::test_a", 1, FailureClass.VACUOUS),
        ("tests/t.py::TestB::test_c", 8, FailureClass.VACUOUS),
    ]


def test_what_is_no_python_is_left_to_the_run() -> None:
    assert vacuous_tests("def test_(:", "t.py") == ()
