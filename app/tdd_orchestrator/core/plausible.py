"""Figures that a runner may have made up: what no honest report says is refused before anything is counted with it.

A negative price would raise every cap, a NaN is above none, and a number that no column holds would stop the ledger.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

MOST = 1e12
MOST_USD = 10_000.0
"""What the calls of one model in one stage may have cost, in US dollars."""


def implausible(value: object) -> str:
    """Where a frozen value holds a number that is negative, endless or beyond all bounds, in one clause; "" if none."""
    return next(_found(value, type(value).__name__), "")


def _found(value: object, place: str) -> Iterator[str]:
    if isinstance(value, int | float):
        most = MOST_USD if place.endswith(".usd") else MOST
        if not 0 <= value <= most:  # neither does NaN compare, nor infinity
            yield f"{place} is no number from 0 to {most:,.0f}"
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _found(each, f"{place}[{number}]")
    elif is_dataclass(value):
        for one in fields(value):
            yield from _found(getattr(value, one.name), f"{place}.{one.name}")
