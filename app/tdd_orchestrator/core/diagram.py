"""The state machine's tables as Mermaid text, as the README shows them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)


def mermaid(table: Mapping[State, frozenset[State]]) -> str:
    """A `stateDiagram-v2` in the table's order: it begins with the first state, and states that lead nowhere end it."""
    states = list(table)
    lines = ["stateDiagram-v2", f"    [*] --> {states[0]}"]
    for state in states:
        lines += [f"    {state} --> {after}" for after in states if after in table[state]]
        lines += [] if table[state] else [f"    {state} --> [*]"]
    return "\n".join(lines)


def between(text: str, name: str) -> str | None:
    """The Mermaid text between `<!-- name -->` and `<!-- /name -->`, without its fence; `None` without the markers."""
    _, opened, rest = text.partition(f"<!-- {name} -->")
    inside, closed, _ = rest.partition(f"<!-- /{name} -->")
    if not (opened and closed):
        return None
    return inside.strip().removeprefix("```mermaid").removesuffix("```").strip()
