"""Hypothesis strategies for frozen values, by their type hints: any value that the type allows."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, Union

from hypothesis import strategies as st

T = TypeVar("T")

SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    type(None): st.none(),
    Any: st.none() | st.booleans() | st.text(max_size=8),
}


def anything(kind: type[T]) -> st.SearchStrategy[T]:
    """Any value of a type made of frozen dataclasses, enums, unions, tuples, sets, mappings, literals and scalars."""
    return _strategy(kind)


def any_member(union: object) -> st.SearchStrategy[Any]:
    """Any value of a closed union."""
    return _strategy(union)


def _strategy(kind: Any) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([_strategy(member) for member in arguments])
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        return st.tuples(*map(_strategy, arguments))
    if origin in (tuple, frozenset):
        return st.lists(_strategy(arguments[0]), max_size=2).map(origin)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(_strategy(arguments[0]), _strategy(arguments[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return SCALARS[kind] if kind in SCALARS else st.deferred(lambda: _dataclass(kind))


def _dataclass(kind: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: _strategy(hints[field.name]) for field in dataclasses.fields(kind)})
