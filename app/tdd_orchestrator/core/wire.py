"""Frozen values to JSON and back, by their type hints alone.

One codec serves the state, the event log, the dispatch inputs and the runner's results, so that what is written by one
is read by all. A dataclass carries its class name under `"is"`, by which a closed union finds its member. Unknown keys
are ignored: an older program may read newer state. What comes from a runner is hostile, so whatever is read, nothing
but `MalformedWire` is raised.
"""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from reprlib import repr as brief
from typing import Any, TypeVar, Union

from tdd_orchestrator.core.errors import TddError

T = TypeVar("T")
Reader = Callable[[Any], Any]
TAG = "is"


class MalformedWire(TddError):
    """A stored or received value does not have the expected shape."""


class _Misfit(Exception):
    """Where (innermost step last) and why a value does not fit; the outermost reader makes a `MalformedWire` of it."""

    def __init__(self, why: str) -> None:
        self.why = why
        self.steps: list[str] = []

    def at(self, step: str) -> "_Misfit":
        self.steps.insert(0, step)
        return self


def to_wire(value: object) -> Any:
    """Plain JSON values (dict, list, str, int, float, bool, None) for a frozen value."""
    if isinstance(value, str | int | float | None) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {TAG: type(value).__name__, **{name: to_wire(getattr(value, name)) for name in _names(type(value))}}
    if isinstance(value, Mapping):
        return {str(to_wire(key)): to_wire(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((to_wire(item) for item in value), key=json.dumps)
    if isinstance(value, tuple | list):
        return [to_wire(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no wire form")


def from_wire(expected: type[T], wire: object) -> T:
    """The value of type `expected` that `wire` describes; `MalformedWire` where it does not describe one."""
    return typing.cast(T, _read(expected, wire, expected.__name__))


def from_wire_union(union: object, wire: object) -> Any:
    """The same for a closed union such as `Event`: the tag names the member."""
    return _read(union, wire, "union")


def _read(expected: Any, wire: object, name: str) -> Any:
    reader = _reader(expected)
    try:
        return reader(wire)
    except _Misfit as misfit:
        raise MalformedWire(f"{name}{''.join(misfit.steps)}: {misfit.why}.") from None


@cache
def _reader(expected: Any) -> Reader:
    """The function that reads one type. Made once per type: a large run has tens of thousands of values."""
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (Union, types.UnionType):
        return _union_reader(arguments)
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        return _fixed_reader(arguments)
    if origin in (tuple, frozenset):
        return _items_reader(origin, arguments[0])
    if origin is typing.Literal:
        return _literal_reader(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_reader(*arguments)
    if dataclasses.is_dataclass(expected):
        return _dataclass_reader(typing.cast(type, expected))
    if isinstance(expected, type) and issubclass(expected, Enum):
        return _enum_reader(expected)
    return _scalar_reader(expected)


def _union_reader(members: tuple[Any, ...]) -> Reader:
    tagged = {member.__name__: member for member in members if isinstance(member, type)}
    plain = tuple(member for member in members if member is not type(None))

    def read(wire: Any) -> Any:
        if wire is None and type(None) in members:
            return None
        if isinstance(wire, dict) and TAG in wire:
            member = tagged.get(wire[TAG]) if isinstance(wire[TAG], str) else None
            if member is None:
                raise _Misfit(f"no member named {brief(wire[TAG])}")
            return _reader(member)(wire)
        misfits = []
        for member in plain:
            try:
                return _reader(member)(wire)
            except _Misfit as misfit:
                misfits.append(misfit)
        raise misfits[0] if len(misfits) == 1 else _Misfit(f"{brief(wire)} fits no member")

    return read


def _fixed_reader(kinds: tuple[Any, ...]) -> Reader:
    def read(wire: Any) -> Any:
        if len(_expect(list, wire)) != len(kinds):
            raise _Misfit(f"{len(wire)} items instead of {len(kinds)}")
        paired = zip(kinds, wire, strict=True)
        return tuple(_stepped(_reader(kind), item, f"[{place}]") for place, (kind, item) in enumerate(paired))

    return read


def _items_reader(origin: type[tuple[Any, ...]] | type[frozenset[Any]], kind: Any) -> Reader:
    def read(wire: Any) -> Any:
        reader = _reader(kind)
        return origin([_stepped(reader, item, f"[{place}]") for place, item in enumerate(_expect(list, wire))])

    return read


def _mapping_reader(key: Any, kind: Any) -> Reader:
    def read(wire: Any) -> Any:
        name, reader = _reader(key), _reader(kind)
        return {
            _stepped(name, one, f".{brief(one)}"): _stepped(reader, item, f".{brief(one)}")
            for one, item in _expect(dict, wire).items()
        }

    return read


def _literal_reader(allowed: tuple[Any, ...]) -> Reader:
    def read(wire: Any) -> Any:
        if not any(type(wire) is type(one) and wire == one for one in allowed):
            raise _Misfit(f"{brief(wire)} is none of {', '.join(map(str, allowed))}")
        return wire

    return read


def _dataclass_reader(expected: type) -> Reader:
    hints = typing.get_type_hints(expected)
    names = _names(expected)

    def read(wire: Any) -> Any:
        if _expect(dict, wire).get(TAG, expected.__name__) != expected.__name__:
            raise _Misfit(f"a {brief(wire[TAG])} instead of a {expected.__name__}")
        given = {name: _stepped(_reader(hints[name]), wire[name], f".{name}") for name in names if name in wire}
        try:
            return expected(**given)
        except (TypeError, ValueError) as missing:
            raise _Misfit(str(missing)) from missing

    return read


def _enum_reader(expected: type[Enum]) -> Reader:
    known = {(type(member.value), member.value): member for member in expected}

    def read(wire: Any) -> Any:
        member = known.get((type(wire), wire)) if isinstance(wire, str | int) else None
        if member is None:
            raise _Misfit(f"{brief(wire)} is no {expected.__name__}")
        return member

    return read


def _scalar_reader(expected: Any) -> Reader:
    if expected is Any or expected is object:
        return lambda wire: wire
    if expected is float:
        return _number
    if expected not in (str, int, bool, type(None)):
        raise TypeError(f"{expected!r} has no wire form")
    return lambda wire: _expect(expected, wire)


def _number(wire: Any) -> float:
    if type(wire) is int:
        try:
            return float(wire)
        except OverflowError:
            return math.inf if wire > 0 else -math.inf
    return typing.cast(float, _expect(float, wire))


def _expect(kind: type, wire: Any) -> Any:
    if type(wire) is not kind:
        raise _Misfit(f"{brief(wire)} is no {kind.__name__}")
    return wire


def _stepped(reader: Reader, wire: Any, step: str) -> Any:
    try:
        return reader(wire)
    except _Misfit as misfit:
        raise misfit.at(step) from None


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))
