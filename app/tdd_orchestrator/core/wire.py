"""Frozen values to JSON and back, by their type hints alone.

One codec serves the state, the event log, the dispatch inputs and the runner's results, so that what is written by
one is read by
all. A member of a closed union carries its class name under `"is"`. Unknown keys are ignored: an older program may
read newer state.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union

from tdd_orchestrator.core.errors import TddError

T = TypeVar("T")
TAG = "is"


class MalformedWire(TddError):
    """A stored or received value does not have the expected shape."""


def to_wire(value: object) -> Any:
    """Plain JSON values (dict, list, str, int, float, bool, None) for a frozen value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_wire(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {TAG: type(value).__name__, **fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_wire(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [to_wire(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
    return value


def from_wire(expected: type[T], wire: object) -> T:
    """The value of type `expected` that `wire` describes; `MalformedWire` where it does not describe one."""
    return typing.cast(T, _read(expected, wire, expected.__name__))


def from_wire_union(union: object, wire: object) -> Any:
    """The same for a closed union such as `Event`: the tag names the member."""
    return _read(union, wire, "union")


def _read(expected: Any, wire: Any, where: str) -> Any:
    origin = typing.get_origin(expected)
    if origin in (Union, types.UnionType):
        return _read_union(typing.get_args(expected), wire, where)
    if origin in (tuple, frozenset):
        return _read_items(origin, typing.get_args(expected), wire, where)
    if origin is typing.Literal:
        return _checked(wire in typing.get_args(expected), wire, where)
    if dataclasses.is_dataclass(expected) and isinstance(expected, type):
        return _read_dataclass(expected, wire, where)
    return _read_scalar(expected, wire, where)


def _read_union(members: tuple[Any, ...], wire: Any, where: str) -> Any:
    if wire is None and type(None) in members:
        return None
    candidates = [member for member in members if member is not type(None)]
    if isinstance(wire, dict) and TAG in wire:
        for member in candidates:
            if getattr(member, "__name__", "") == wire[TAG]:
                return _read(member, wire, where)
        raise MalformedWire(f"{where}: no member named {wire[TAG]!r}.")
    for member in candidates:
        try:
            return _read(member, wire, where)
        except MalformedWire:
            continue
    raise MalformedWire(f"{where}: {wire!r} fits no member.")


def _read_items(origin: Any, arguments: tuple[Any, ...], wire: Any, where: str) -> Any:
    _checked(isinstance(wire, list), wire, where)
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        _checked(len(wire) == len(arguments), wire, where)
        return tuple(_read(kind, item, where) for kind, item in zip(arguments, wire, strict=True))
    return origin(_read(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(wire))


def _read_dataclass(expected: Any, wire: Any, where: str) -> Any:
    _checked(isinstance(wire, dict), wire, where)
    given = {
        name: _read(hint, wire[name], f"{where}.{name}") for name, hint in _hints(expected).items() if name in wire
    }
    try:
        return expected(**given)
    except TypeError as missing:
        raise MalformedWire(f"{where}: {missing}.") from missing


def _read_scalar(expected: Any, wire: Any, where: str) -> Any:
    if isinstance(expected, type) and issubclass(expected, Enum):
        try:
            return expected(wire)
        except ValueError as unknown:
            raise MalformedWire(f"{where}: {unknown}.") from unknown
    if expected is float and isinstance(wire, int) and not isinstance(wire, bool):
        return float(wire)
    if expected is Any:
        return wire
    fits = isinstance(wire, expected) and not (expected is int and isinstance(wire, bool))
    return _checked(fits, wire, where)


def _checked(fits: bool, wire: Any, where: str) -> Any:
    if not fits:
        raise MalformedWire(f"{where}: unexpected {type(wire).__name__} {str(wire)[:80]!r}.")
    return wire


@cache
def _hints(expected: type) -> dict[str, Any]:
    hints = typing.get_type_hints(expected)
    return {field.name: hints[field.name] for field in dataclasses.fields(expected)}
