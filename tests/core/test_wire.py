"""The codec: what is written is read back, and what is malformed is refused with its place, whatever it is."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.event import Event
from tdd_orchestrator.core.result import Assignment, PlanResult, ProofResult, WorkResult
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.core.wire import MalformedWire, from_wire, from_wire_union, to_wire
from world.arbitrary import any_member, anything

VALUES = [Run, Assignment, PlanResult, WorkResult, ProofResult]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.just("is"), inner, max_size=3),
    max_leaves=8,
)


class Colour(StrEnum):
    RED = "red"


class Rank(IntEnum):
    LOW = 0
    HIGH = 1


@dataclass(frozen=True, slots=True)
class Circle:
    radius: float


@dataclass(frozen=True, slots=True)
class Square:
    side: int
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True)
class Drawing:
    shapes: tuple[Circle | Square, ...] = ()
    corner: tuple[int, str] = (0, "")
    tags: frozenset[str] = frozenset()
    named: Mapping[str, Circle] = field(default_factory=dict)
    rank: Rank = Rank.LOW
    size: Literal["small", "large"] = "small"
    note: str | int | None = None
    extra: Any = None


def sent(value: object) -> Any:
    """As the other side sees it: through text."""
    return json.loads(json.dumps(to_wire(value)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_that_is_sent_comes_back_equal(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(anything(kind))
    assert from_wire(kind, sent(value)) == value


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_member(Event))
def test_every_event_comes_back_equal(event: Event) -> None:
    assert from_wire_union(Event, sent(event)) == event


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_member(Effect))
def test_every_effect_comes_back_equal(effect: Effect) -> None:
    assert from_wire_union(Effect, sent(effect)) == effect


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything(Drawing))
def test_mappings_sets_pairs_and_literals_come_back_equal(drawing: Drawing) -> None:
    assert from_wire(Drawing, sent(drawing)) == drawing


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_whatever_is_read_nothing_but_malformed_wire_is_raised(wire: object) -> None:
    for kind in (Drawing, WorkResult):
        with suppress(MalformedWire):
            assert isinstance(from_wire(kind, wire), kind)


@pytest.mark.parametrize(
    ("wire", "said"),
    [
        ({"shapes": [{"is": "Circle", "radius": "wide"}]}, "Drawing.shapes[0].radius: 'wide' is no float."),
        ({"shapes": [{"is": "Triangle"}]}, "Drawing.shapes[0]: no member named 'Triangle'."),
        ({"shapes": [{"is": ["Circle"]}]}, "Drawing.shapes[0]: no member named ['Circle']."),
        ({"shapes": [{"is": "Square", "side": True}]}, "Drawing.shapes[0].side: True is no int."),
        ({"shapes": [{"is": "Square"}]}, "side"),
        ({"shapes": {}}, "Drawing.shapes: {} is no list."),
        ({"corner": [1]}, "Drawing.corner: 1 items instead of 2."),
        ({"named": {"a": 1}}, "Drawing.named.'a': 1 is no dict."),
        ({"rank": True}, "Drawing.rank: True is no Rank."),
        ({"rank": [0]}, "Drawing.rank: [0] is no Rank."),
        ({"size": "huge"}, "Drawing.size: 'huge' is none of small, large."),
        ({"note": 1.5}, "Drawing.note: 1.5 fits no member."),
        ({"is": "Square"}, "Drawing: a 'Square' instead of a Drawing."),
        ([], "Drawing: [] is no dict."),
    ],
)
def test_a_malformed_value_is_refused_with_its_place(wire: object, said: str) -> None:
    with pytest.raises(MalformedWire) as refused:
        from_wire(Drawing, wire)
    assert said in str(refused.value)


def test_unknown_keys_are_ignored_and_missing_ones_take_their_defaults() -> None:
    assert from_wire(Square, {"side": 3, "depth": 4}) == Square(3)


def test_a_whole_number_is_read_as_a_float_however_large() -> None:
    assert from_wire(Circle, {"radius": 3}) == Circle(3.0)
    assert from_wire(Circle, {"radius": 10**400}) == Circle(float("inf"))


def test_a_refusal_does_not_repeat_what_is_endless() -> None:
    with pytest.raises(MalformedWire) as refused:
        from_wire(Square, {"side": "x" * 10_000})
    assert len(str(refused.value)) < 200


def test_what_has_no_wire_form_is_a_bug_and_not_a_refusal() -> None:
    with pytest.raises(TypeError):
        to_wire(object())
    with pytest.raises(TypeError):
        from_wire(bytes, "x")


def test_enums_travel_by_their_values() -> None:
    assert to_wire(RunState.RUNNING) == "running"
    assert type(to_wire(RunState.RUNNING)) is str
    assert from_wire(RunState, "running") is RunState.RUNNING
