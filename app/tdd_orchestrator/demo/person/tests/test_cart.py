import pytest
from shop.cart import Cart


def test_an_empty_cart_costs_nothing():
    assert Cart().total() == 0


def test_articles_add_up():
    cart = Cart()
    cart.add("mug", 2)
    cart.add("tea")
    assert cart.total() == 2820


def test_a_quantity_below_one_is_refused():
    with pytest.raises(ValueError):
        Cart().add("tea", 0)
