"""Compares a certificate that somebody holds with the proof as it comes out now: the first difference, in words."""

from collections.abc import Mapping
from typing import Any

from tdd_orchestrator.core.errors import TddError

# What may differ on another day, on another machine, or by another interpreter of the same name.
PASSING = ("times", "environment")
SAID = "{where}: the certificate says {given}, the proof found {found}."
NOTHING = "nothing"


class NoCertificate(TddError):
    """This file is no certificate."""


def first_difference(given: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Where two certificates first disagree, in the order in which they are written; empty where they agree."""
    if given.get("schema") != found.get("schema"):
        return SAID.format(where="schema", given=_shown(given.get("schema")), found=_shown(found.get("schema")))
    mine = {key: value for key, value in given.items() if key not in PASSING}
    yours = {key: value for key, value in found.items() if key not in PASSING}
    return _differ(mine, yours, "")


def _differ(given: Any, found: Any, where: str) -> str:
    match given, found:
        case dict(), dict():
            names = [*found, *(name for name in given if name not in found)]
            pairs = [(given.get(name, NOTHING), found.get(name, NOTHING), _key(where, name)) for name in names]
        case list(), list():
            longest = max(len(given), len(found))
            pairs = [(_at(given, each), _at(found, each), f"{where}[{each}]") for each in range(longest)]
        case _:
            return "" if given == found else SAID.format(where=where, given=_shown(given), found=_shown(found))
    if where.endswith(".command"):
        pairs = pairs[1:]  # where the interpreter lies is the machine's affair
    return next((said for mine, yours, place in pairs if (said := _differ(mine, yours, place))), "")


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else NOTHING


def _key(where: str, name: str) -> str:
    if name.isidentifier():
        return f"{where}.{name}" if where else name
    return f"{where}[{name}]"


def _shown(value: Any) -> str:
    text = f"`{value}`" if isinstance(value, str) and value != NOTHING else str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
