import pytest
from shop.catalogue import price_of


def test_a_known_article_has_a_price():
    assert price_of("tea") == "4.20"


def test_an_unknown_article_is_an_error():
    with pytest.raises(KeyError):
        price_of("yacht")
