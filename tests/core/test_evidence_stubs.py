"""Stubs for second sight: the tests get past their imports, and what was in a file stays in it."""

import textwrap
from typing import Any

import pytest

from tdd_orchestrator.core.evidence import Planned
from tdd_orchestrator.core.stubs import Flavour, stub_files

PLANNED = Planned(("src/shop/**", "lib/tool.py"), source_roots=("", "src", "lib"))


def stubbed(
    test: str,
    existing: dict[str, str] | None = None,
    *,
    missing: tuple[str, ...] = (),
    flavour: Flavour = Flavour.NOTHING,
) -> dict[str, str]:
    return stub_files([textwrap.dedent(test)], PLANNED, (existing or {}).get, missing=missing, flavour=flavour)


def loaded(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "stub"}
    exec(compile(source, "stub", "exec"), names)  # noqa: S102 (our own text)
    return names


@pytest.mark.parametrize(
    ("test", "paths"),
    [
        ("from shop.cart import Cart", {"src/shop/cart.py"}),
        ("import shop.cart\nshop.cart.total()", {"src/shop/cart.py"}),
        ("import shop.cart as c\nc.total()", {"src/shop/cart.py"}),
        ("from shop import cart\ncart.total()", {"src/shop/cart.py"}),
        ("from shop import cart\ncart()", {"src/shop.py", "src/shop/__init__.py"}),
        ("from tool import run", {"lib/tool.py"}),
        ("from unittest.mock import patch\npatch('shop.cart.clock')", {"src/shop/cart.py"}),
        ("import json\nfrom bank import rate\nfrom .shop import x", set()),
        ("def (:", set()),
    ],
)
def test_each_planned_module_that_is_wanted_gets_a_file(test: str, paths: set[str]) -> None:
    found = set(stubbed(test))
    assert found <= paths
    assert bool(found) is bool(paths)


def test_a_package_that_is_there_is_extended_and_not_replaced() -> None:
    existing = {"src/shop/__init__.py": "RATE = 3\n\ndef price(item):\n    return 1\n"}
    found = stubbed("from shop import price, discount, RATE", existing)
    names = loaded(found["src/shop/__init__.py"])
    assert (names["price"]("a"), names["RATE"], names["discount"](1, b=2)) == (1, 3, None)
    assert stubbed("from shop import price", existing) == existing


TEST = """
    import pytest
    from shop.cart import Cart, OutOfStock, LIMIT, total, fetch, Mistake
    def test_it():
        cart = Cart(owner=1)
        with pytest.raises(OutOfStock): cart.add(3)
        try: pass
        except Mistake: pass
        assert cart.total() == 3 and cart.owner == 1 and LIMIT == 3 and total() == 1
    async def test_later():
        assert await fetch() == 1 and await cart.load() == 2
"""


def test_nothing_answers_none_in_the_shape_in_which_it_is_used() -> None:
    names = loaded(stubbed(TEST)["src/shop/cart.py"])
    cart = names["Cart"](owner=1)
    assert (cart.total(), cart.owner, names["LIMIT"], names["total"](1)) == (None, None, None, None)
    assert issubclass(names["OutOfStock"], Exception)
    assert issubclass(names["Mistake"], Exception)
    for later in (names["fetch"](), cart.load()):
        with pytest.raises(StopIteration) as stopped:
            later.send(None)
        assert stopped.value.value is None


def test_anything_goes_along_with_everything_and_equals_nothing() -> None:
    names = loaded(stubbed(TEST, flavour=Flavour.ANYTHING)["src/shop/cart.py"])
    thing = names["total"]()
    assert thing.a.b(3)[4]
    assert [thing == thing, thing < 3, 3 in thing] == [False, False, False]
    assert (str(thing + 1), [str(each) for each in thing]) == ("<stub>", ["<stub>"])
    assert names["Cart"].from_text("x").lines
    with thing as inner:
        inner.go()
    assert names["OutOfStock"](1, code=2).code
    with pytest.raises(StopIteration):
        names["fetch"]().send(None)


@pytest.mark.parametrize("flavour", list(Flavour))
@pytest.mark.parametrize(
    ("missing", "call"),
    [
        ("shop:price", "price('a', currency=1)"),
        ("shop:Cart.total", "Cart().total(1, 2)"),
        ("shop:Cart.__init__", "Cart(1, 2, 3)"),
        ("shop:Cart", "Cart(1).anything()"),
    ],
)
def test_what_is_there_in_another_shape_is_stubbed_over(flavour: Flavour, missing: str, call: str) -> None:
    existing = {"src/shop/__init__.py": "def price(item): return 1\nclass Cart:\n    def total(self): return 1\n"}
    test = "from shop import price, Cart\nCart().anything()"
    source = stubbed(test, existing, missing=(missing,), flavour=flavour)["src/shop/__init__.py"]
    exec(call, loaded(source))  # noqa: S102 (our own text)


def test_what_is_missing_elsewhere_is_no_business_of_ours() -> None:
    assert stubbed("x = 1", missing=("bank:rate", "numpy", "")) == {}
    assert set(stubbed("x = 1", missing=("shop.cart:total",))) == {"src/shop/cart.py"}
