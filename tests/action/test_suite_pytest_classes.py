"""One real pytest run over every way in which a test can end, and what becomes of each."""

import pytest

from tdd_orchestrator.core.evidence import FailureClass, Outcome, Phase, Planned, SuiteReport, classify
from world.small_projects import Project

FILES = {
    "src/shop/__init__.py": """
        def price(item): return 1
        def todo(): raise NotImplementedError
        def broken(): return {}["no"]
        def strict(value):
            assert value, "inner"
        class Cart:
            pass
    """,
    "src/bank/__init__.py": "def rate(): return {}['no']\n",
    "tests/helping.py": "def assert_price(item, wanted):\n    import shop\n    assert shop.price(item) == wanted\n",
    "tests/test_call.py": """
        import asyncio, sys, unittest
        import pytest
        import bank, shop
        sys.path.insert(0, __file__.rpartition("/")[0])
        from helping import assert_price

        def test_passes(): assert shop.price("a") == 1
        def test_assertion(): assert shop.price("a") == 2
        def test_by_helper(): assert_price("a", 2)
        def test_never_raised():
            with pytest.raises(ValueError):
                shop.price("a")
        def test_never_warned():
            with pytest.warns(UserWarning):
                shop.price("a")
        def test_fail_by_hand(): pytest.fail("DID NOT RAISE <class 'ValueError'>")
        def test_missing_function(): assert shop.discount("a") == 2
        def test_missing_import():
            from shop import discount
        def test_missing_module():
            import shop.stock
        def test_missing_method(): assert shop.Cart().total() == 2
        def test_missing_parameter(): assert shop.price("a", currency="EUR") == 2
        def test_not_implemented(): assert shop.todo() == 3
        def test_patched_name(monkeypatch):
            monkeypatch.setattr(shop, "clock", 3)
        def test_unplanned_attribute(): assert bank.nothing() == 2
        def test_unplanned_import():
            import no_such_thing
        def test_planned_code_raises(): assert shop.broken() == 2
        def test_planned_code_asserts(): assert shop.strict(0)
        def test_unplanned_code_raises(): assert bank.rate() == 2
        def test_own_mistake(): assert undefined_name == 2
        def test_wrong_exception():
            with pytest.raises(ValueError):
                bank.rate()

        @pytest.fixture
        def poor(): raise RuntimeError("no money")
        @pytest.fixture
        def wishful():
            return shop.Wish()
        @pytest.fixture
        def untidy():
            yield
            raise RuntimeError("not cleaned")
        def test_poor(poor): assert poor
        def test_wishful(wishful): assert wishful
        def test_untidy(untidy): assert True
        def test_no_fixture(nobody): assert nobody

        @pytest.mark.skip(reason="later")
        def test_skipped(): assert 0
        def test_skips_itself(): pytest.skip("later")
        @pytest.mark.xfail
        def test_expected_to_fail(): assert 0
        @pytest.mark.xfail
        def test_surprise(): assert shop.price("a") == 1
        @pytest.mark.xfail(strict=True)
        def test_strict_surprise(): assert shop.price("a") == 1

        @pytest.mark.parametrize("wanted", [1, 2])
        def test_table(wanted): assert shop.price("a") == wanted
        async def test_async(): assert shop.price("a") == 2
        class TestInClass:
            def test_method(self): assert shop.price("a") == 2
        class Cases(unittest.TestCase):
            def test_equal(self): self.assertEqual(shop.price("a"), 2)
            def test_raises(self):
                with self.assertRaises(ValueError):
                    shop.price("a")
            def test_parts(self):
                for wanted in (1, 2):
                    with self.subTest(wanted=wanted):
                        self.assertEqual(shop.price("a"), wanted)
            @unittest.expectedFailure
            def test_expected(self): self.assertEqual(1, 2)
            @unittest.skip("later")
            def test_skip(self): pass
    """,
    "tests/test_imports_planned.py": "from shop.stock import Stock\ndef test_stock(): assert Stock().left() == 3\n",
    "tests/test_imports_unplanned.py": "import no_such_thing\ndef test_it(): assert no_such_thing.x == 3\n",
    "tests/test_syntax.py": "def test_it(:\n    assert 1\n",
    "tests/test_broken_body.py": "import shop\n1 / 0\ndef test_it(): assert 1\n",
    "tests/test_skips_all.py": "import pytest\npytest.skip('later', allow_module_level=True)\n",
}
PLANNED = Planned(("src/shop/**",))
CALL = "tests/test_call.py::"

EXPECTED = {
    f"{CALL}test_passes": FailureClass.PASSED_ALREADY,
    f"{CALL}test_assertion": FailureClass.ASSERTION,
    f"{CALL}test_by_helper": FailureClass.ASSERTION,
    f"{CALL}test_never_raised": FailureClass.ASSERTION,
    f"{CALL}test_never_warned": FailureClass.ASSERTION,
    f"{CALL}test_fail_by_hand": FailureClass.OTHER_EXCEPTION,
    f"{CALL}test_missing_function": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_missing_import": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_missing_module": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_missing_method": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_missing_parameter": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_not_implemented": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_patched_name": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_unplanned_attribute": FailureClass.OTHER_EXCEPTION,
    f"{CALL}test_unplanned_import": FailureClass.UNPLANNED_IMPORT,
    f"{CALL}test_planned_code_raises": FailureClass.PLANNED_CODE_RAISED,
    f"{CALL}test_planned_code_asserts": FailureClass.PLANNED_CODE_RAISED,
    f"{CALL}test_unplanned_code_raises": FailureClass.OTHER_EXCEPTION,
    f"{CALL}test_own_mistake": FailureClass.OTHER_EXCEPTION,
    f"{CALL}test_wrong_exception": FailureClass.OTHER_EXCEPTION,
    f"{CALL}test_poor": FailureClass.FIXTURE_ERROR,
    f"{CALL}test_wishful": FailureClass.MISSING_PLANNED_SYMBOL,
    f"{CALL}test_untidy": FailureClass.FIXTURE_ERROR,
    f"{CALL}test_no_fixture": FailureClass.FIXTURE_ERROR,
    f"{CALL}test_skipped": FailureClass.SKIPPED,
    f"{CALL}test_skips_itself": FailureClass.SKIPPED,
    f"{CALL}test_expected_to_fail": FailureClass.SKIPPED,
    f"{CALL}test_surprise": FailureClass.PASSED_ALREADY,
    f"{CALL}test_strict_surprise": FailureClass.PASSED_ALREADY,
    f"{CALL}test_table[1]": FailureClass.PASSED_ALREADY,
    f"{CALL}test_table[2]": FailureClass.ASSERTION,
    f"{CALL}test_async": FailureClass.OTHER_EXCEPTION,
    f"{CALL}TestInClass::test_method": FailureClass.ASSERTION,
    f"{CALL}Cases::test_equal": FailureClass.ASSERTION,
    f"{CALL}Cases::test_raises": FailureClass.ASSERTION,
    f"{CALL}Cases::test_parts": FailureClass.ASSERTION,
    f"{CALL}Cases::test_expected": FailureClass.SKIPPED,
    f"{CALL}Cases::test_skip": FailureClass.SKIPPED,
    "tests/test_imports_planned.py": FailureClass.MISSING_PLANNED_SYMBOL,
    "tests/test_imports_unplanned.py": FailureClass.UNPLANNED_IMPORT,
    "tests/test_syntax.py": FailureClass.SYNTAX_ERROR,
    "tests/test_broken_body.py": FailureClass.COLLECTION_ERROR,
    "tests/test_skips_all.py": FailureClass.SKIPPED,
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> SuiteReport:
    return Project.of(tmp_path_factory.mktemp("classes"), FILES).report()


@pytest.mark.parametrize(("name", "failure"), EXPECTED.items(), ids=list(EXPECTED))
def test_each_way_to_end_has_its_class(everything: SuiteReport, name: str, failure: FailureClass) -> None:
    result = everything.by_id[name]
    assert classify(result, PLANNED) is failure, result


def test_nothing_is_reported_that_is_not_in_the_table(everything: SuiteReport) -> None:
    assert set(everything.by_id) == set(EXPECTED)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("test_missing_function", "shop:discount"),
        ("test_missing_import", "shop:discount"),
        ("test_missing_module", "shop.stock"),
        ("test_missing_method", "shop:Cart.total"),
        ("test_missing_parameter", "shop:price"),
        ("test_not_implemented", "shop:todo"),
        ("test_patched_name", "shop:clock"),
        ("test_wishful", "shop:Wish"),
    ],
)
def test_what_was_looked_for_in_vain_is_named(everything: SuiteReport, name: str, missing: str) -> None:
    assert everything.by_id[CALL + name].missing == missing


def test_a_failure_points_at_the_line_of_the_test_that_failed(everything: SuiteReport) -> None:
    lines = FILES["tests/test_call.py"].splitlines()
    for name, said in (("test_assertion", "== 2"), ("test_planned_code_raises", "shop.broken")):
        result = everything.by_id[CALL + name]
        assert (result.path, said in lines[result.line - 1]) == ("tests/test_call.py", True)
    helped = everything.by_id[f"{CALL}test_by_helper"]
    assert (helped.path, helped.line) == ("tests/helping.py", 3)
    assert everything.by_id["tests/test_syntax.py"].line == 1
    assert everything.by_id[f"{CALL}test_planned_code_raises"].raised_in == "src/shop/__init__.py"


def test_the_phase_says_where_it_was_settled(everything: SuiteReport) -> None:
    assert everything.by_id[f"{CALL}test_poor"].phase is Phase.SETUP
    assert everything.by_id[f"{CALL}test_untidy"].phase is Phase.TEARDOWN
    assert everything.by_id[f"{CALL}test_untidy"].outcome is Outcome.ERROR
    assert everything.by_id["tests/test_syntax.py"].phase is Phase.COLLECT


def test_only_bodies_that_ran_count_as_executed(everything: SuiteReport) -> None:
    ran = [r for r in everything.results if r.outcome in ("passed", "failed", "xfailed", "xpassed")]
    assert everything.executed == len(ran) < len(everything.results)
    assert len(everything.collection_errors) == 4
