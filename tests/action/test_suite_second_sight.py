"""The gates on real runs: a small task from RED through second sight to GREEN, and the ways to cheat at each."""

from pathlib import Path

from tdd_orchestrator.core.evidence import (
    FailureClass,
    Outcome,
    Planned,
    Standing,
    SuiteReport,
    TestResult,
    Verdict,
    judge_green,
    judge_red,
    judge_second_sight,
    missing_in,
)
from tdd_orchestrator.core.stubs import Flavour, stub_files
from tdd_orchestrator.core.vacuous import vacuous_tests
from world.small_projects import Project

PLANNED = Planned(("src/shop/**",))
OLD = {
    "src/shop/__init__.py": "def price(item): return 1\n",
    "tests/test_old.py": "import shop\ndef test_old(): assert shop.price('a') == 1\n",
}
NEW = "tests/test_new.py"
BEFORE = SuiteReport((TestResult("tests/test_old.py::test_old", Outcome.PASSED),))


class Attempt:
    """One attempt at a task: its tests, and what the gates say of them and of code."""

    def __init__(self, folder: Path, test: str) -> None:
        self.project = Project.of(folder, OLD)
        self.before = BEFORE
        self.project.write({NEW: test})
        self.red = self.project.report()
        self.collected = self.red

    def judged(self) -> Verdict:
        source = self.project.read(NEW) or ""
        vacuous = vacuous_tests(source, NEW)
        verdict = judge_red(new_tests=[NEW], before=self.before, red=self.red, planned=PLANNED, vacuous=vacuous)
        return self.at_second_sight() if verdict.standing is Standing.SECOND_SIGHT else verdict

    def at_second_sight(self) -> Verdict:
        runs: list[SuiteReport] = []
        for flavour in (*Flavour, *Flavour):
            runs.append(self.stubbed(flavour, missing_in([self.red, *runs], PLANNED)))
            verdict = judge_second_sight(
                new_tests=[NEW], before=self.before, red=self.red, stubbed=runs, planned=PLANNED
            )
            if verdict.accepted or (verdict.standing is Standing.REFUSED and len(runs) == len(Flavour)):
                break
        self.collected = runs[-1]
        return verdict

    def stubbed(self, flavour: Flavour, missing: tuple[str, ...]) -> SuiteReport:
        files = stub_files([self.project.read(NEW) or ""], PLANNED, self.project.read, missing=missing, flavour=flavour)
        kept = {path: self.project.read(path) for path in files}
        self.project.write(files)
        try:
            return self.project.report(NEW)
        finally:
            for path, text in kept.items():
                (self.project.root / path).unlink() if text is None else self.project.write({path: text})

    def green(self, code: dict[str, str], *again: int) -> Verdict:
        self.project.write(code)
        green = self.project.report()
        reruns = [self.project.report(seed=seed) for seed in again]
        return judge_green(new_tests=[NEW], before=self.before, red=self.collected, green=green, reruns=reruns)


CART = """
    import pytest
    from shop.cart import Cart, OutOfStock

    @pytest.fixture
    def cart():
        return Cart(owner="reader")

    def test_an_empty_cart_costs_nothing(cart):
        assert cart.total() == 0

    def test_items_add_up(cart):
        cart.items.append("a")
        assert cart.total() == 1

    def test_there_is_no_more_than_there_is(cart):
        with pytest.raises(OutOfStock) as caught:
            cart.add("a", count=100)
        assert caught.value.left == 3

    def test_an_unknown_item_is_none(cart):
        assert cart.find("z") is None
"""
GOOD = {
    "src/shop/cart.py": """
        class OutOfStock(Exception):
            left = 3
        class Cart:
            def __init__(self, owner): self.items = []
            def total(self): return len(self.items)
            def add(self, item, count):
                if count > 3: raise OutOfStock
            def find(self, item): return None
    """
}


def test_a_task_goes_from_red_by_second_sight_to_green(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path, CART)
    verdict = attempt.judged()
    assert verdict.accepted, verdict.reasons
    assert len(verdict.classes) == 4
    assert attempt.green(GOOD, 3).accepted
    half = {**GOOD, "src/shop/__init__.py": "def price(item): return 2\n"}
    half["src/shop/cart.py"] = half["src/shop/cart.py"].replace("> 3", "> 300")
    assert {reason.test for reason in attempt.green(half).reasons} == {
        f"{NEW}::test_there_is_no_more_than_there_is",
        "tests/test_old.py::test_old",
    }


SEEMING = """
    import math
    from shop.cart import Cart

    def test_says_nothing_of_the_cart():
        Cart()
        assert math.sqrt(4) == 2

    def test_never_gets_there():
        with open("/no/such") as file:
            assert Cart(file).x == 1

    def test_of_a_file_that_nobody_writes():
        import shop.cart
        assert math.nothing(Cart) == 3
"""


def test_tests_that_only_seem_to_fail_are_sent_back(tmp_path: Path) -> None:
    verdict = Attempt(tmp_path, SEEMING).judged()
    assert verdict.standing is Standing.REFUSED
    assert {reason.test.rpartition("::")[2]: reason.failure for reason in verdict.reasons} == {
        "test_says_nothing_of_the_cart": FailureClass.PASSED_ALREADY,
        "test_never_gets_there": FailureClass.OTHER_EXCEPTION,
        "test_of_a_file_that_nobody_writes": FailureClass.OTHER_EXCEPTION,
    }


SHAPES = """
    from unittest.mock import patch
    import shop
    import shop.rates as r
    from shop import price

    def test_a_new_parameter():
        assert shop.price("a", currency="EUR") == 2

    def test_an_attribute_of_the_package():
        assert shop.discount("a") > 2

    def test_a_constant_of_another_module():
        assert sorted(r.RATES) == ["a"]

    def test_arithmetic():
        assert shop.tax(price("a")) + 1 == 2

    def test_a_name_that_is_patched():
        with patch("shop.clock") as clock:
            shop.tick()
        clock.assert_called_once()
"""


def test_planned_names_are_stubbed_in_whatever_shape_they_are_used(tmp_path: Path) -> None:
    verdict = Attempt(tmp_path, SHAPES).judged()
    assert verdict.accepted, verdict.reasons
    assert len(verdict.classes) == 5
