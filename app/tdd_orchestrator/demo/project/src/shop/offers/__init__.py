"""Offers: every module in here has a function `taken_off(article, quantity)`, in cents. The best one counts."""

from importlib import import_module
from pkgutil import iter_modules


def best(article, quantity=1):
    """The most that any offer takes off, in cents."""
    offers = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return max([offer.taken_off(article, quantity) for offer in offers], default=0)
