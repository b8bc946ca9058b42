"""The values of `${{ }}` expressions and how they turn into one another.

The rules are those of GitHub's "Evaluate expressions in workflows and actions": strings compare without regard to
case, unlike types meet as numbers, and an object equals only itself.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")


class Exact(dict[str, Value]):
    """A mapping whose keys are looked up as they are written; GitHub does so for `env` on Linux."""


class Filtered(list[Value]):
    """What `x.*` yields: a later `.name` is taken from each item."""


def truthy(value: Value) -> bool:
    """False, 0, NaN, the empty string and null are false; everything else, also an empty array, is true."""
    match value:
        case None:
            return False
        case bool():
            return value
        case int() | float():
            return value != 0 and not math.isnan(value)
        case str():
            return value != ""
        case _:
            return True


def number(value: Value) -> float:
    """The number that a comparison of unlike types sees; NaN where there is none."""
    match value:
        case None:
            return 0.0
        case bool() | int() | float():
            return float(value)
        case str():
            return _parsed(value.strip())
        case _:
            return math.nan


def _parsed(text: str) -> float:
    if not text:
        return 0.0
    if _BASED.fullmatch(text):
        return float(int(text, 0))
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def text(value: Value) -> str:
    """How a value appears within a string."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number_text(value)
        case str():
            return value
        case Mapping():
            return "Object"
        case _:
            return "Array"


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"


def plain(value: Value) -> str:
    """`toJSON`: two spaces of indentation, whole numbers without a point."""
    return json.dumps(_jsonable(value), indent=2, ensure_ascii=False)


def _jsonable(value: Value) -> object:
    match value:
        case float() if value.is_integer():
            return int(value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {key: _jsonable(item) for key, item in value.items()}
        case _:
            return [_jsonable(item) for item in value]


def equal(left: Value, right: Value) -> bool:
    """`==` as GitHub has it."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if _kind(left) == _kind(right) and _kind(left) in ("object", "array"):
        return left is right
    return number(left) == number(right)


def less(left: Value, right: Value) -> bool:
    """`<` as GitHub has it; never true when a side is no number."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() < right.casefold()
    return number(left) < number(right)


def _kind(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


def lookup(value: Value, key: Value) -> Value:
    """`value[key]`; what is not there is null."""
    if isinstance(value, Filtered):
        found = (lookup(item, key) for item in value)
        return Filtered([item for item in found if item is not None])
    if isinstance(value, Mapping):
        return _member(value, text(key))
    if isinstance(value, Sequence) and not isinstance(value, str):
        place = number(key)
        return value[int(place)] if 0 <= place < len(value) else None  # NaN is in no range
    return None


def _member(mapping: Mapping[str, Value], key: str) -> Value:
    if key in mapping or isinstance(mapping, Exact):
        return mapping.get(key)
    folded = key.casefold()
    return next((item for name, item in mapping.items() if name.casefold() == folded), None)


def members(value: Value) -> Filtered:
    """`value.*`: the items of an array, the values of an object, nothing of anything else."""
    if isinstance(value, Mapping):
        return Filtered(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Filtered(value)
    return Filtered()
