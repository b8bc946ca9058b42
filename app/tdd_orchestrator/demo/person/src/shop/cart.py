"""A cart: articles and how many of each."""

from shop.catalogue import price_of
from shop.money import cents


class Cart:
    """Articles in the order in which they were put in."""

    def __init__(self):
        self.quantities = {}

    def add(self, article, quantity=1):
        """Put in some of an article; ValueError for a quantity below one."""
        if quantity < 1:
            raise ValueError(f"quantity below one: {quantity}")
        self.quantities[article] = self.quantities.get(article, 0) + quantity

    def total(self):
        """The sum in cents."""
        return sum(quantity * cents(price_of(article)) for article, quantity in self.quantities.items())
