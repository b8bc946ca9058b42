"""The tables of states: nothing is missing, nothing is out of reach, and they can be drawn."""

from enum import StrEnum

import pytest

from tdd_orchestrator.core.diagram import between, mermaid
from tdd_orchestrator.core.states import FINAL, NEXT_RUN, NEXT_TASK, SETTLED, RunState, TaskState

TABLES = [(NEXT_RUN, RunState.PLANNING), (NEXT_TASK, TaskState.PENDING)]


def reach(start: StrEnum, table: dict[StrEnum, frozenset[StrEnum]]) -> set[StrEnum]:
    found, waiting = {start}, [start]
    while waiting:
        new = table[waiting.pop()] - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize(("table", "first"), TABLES)
def test_every_state_is_in_its_table_and_can_be_reached(
    table: dict[StrEnum, frozenset[StrEnum]], first: StrEnum
) -> None:
    assert set(table) == set(type(first)) == reach(first, table)
    assert all(state not in after for state, after in table.items())


@pytest.mark.parametrize("state", [state for state in RunState if state not in FINAL])
def test_every_open_run_can_be_cancelled_and_can_be_completed(state: RunState) -> None:
    assert RunState.CANCELLED in NEXT_RUN[state]
    assert RunState.COMPLETED in reach(state, NEXT_RUN)  # type: ignore[arg-type]


def test_a_run_that_is_over_only_begins_anew() -> None:
    anew = {RunState.PLANNING, RunState.RUNNING}
    assert all(NEXT_RUN[state] <= anew for state in FINAL)


def test_only_landed_work_is_for_ever() -> None:
    assert [state for state, after in NEXT_TASK.items() if not after] == [TaskState.COMPLETE]
    assert all(reach(state, NEXT_TASK) & SETTLED for state in TaskState)  # type: ignore[arg-type]


def test_only_what_was_proven_lands() -> None:
    assert [state for state, after in NEXT_TASK.items() if TaskState.COMPLETE in after] == [TaskState.PASSING]
    assert [state for state, after in NEXT_TASK.items() if TaskState.PASSING in after] == [TaskState.IN_PROGRESS]


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


def test_a_table_is_drawn_in_its_own_order() -> None:
    table = {
        Light.RED: frozenset({Light.OFF, Light.GREEN}),
        Light.GREEN: frozenset({Light.RED}),
        Light.OFF: frozenset(),
    }
    assert mermaid(table).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> red",
        "    red --> green",
        "    red --> off",
        "    green --> red",
        "    off --> [*]",
    ]


@pytest.mark.parametrize(("table", "first"), TABLES)
def test_every_arrow_of_a_table_is_drawn(table: dict[StrEnum, frozenset[StrEnum]], first: StrEnum) -> None:
    drawn = mermaid(table)
    assert drawn.count("-->") == 1 + sum(len(after) or 1 for after in table.values())
    assert f"[*] --> {first}" in drawn


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!-- run states -->\n```mermaid\na\nb\n```\n<!-- /run states -->", "a\nb"),
        ("<!-- run states -->\n```mermaid\na\n```", None),
        ("<!-- task states -->a<!-- /task states -->", None),
    ],
)
def test_a_drawing_is_found_between_its_markers(text: str, found: str | None) -> None:
    assert between(text, "run states") == found
