"""The README's drawings of the state machine are those of its tables."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from tdd_orchestrator.core.diagram import between, mermaid
from tdd_orchestrator.core.states import NEXT_RUN, NEXT_TASK

README = Path(__file__).resolve().parents[1] / "README.md"


@pytest.mark.parametrize(("name", "table"), [("run states", NEXT_RUN), ("task states", NEXT_TASK)])
def test_the_readme_draws_the_table(name: str, table: Mapping[StrEnum, frozenset[StrEnum]]) -> None:
    drawn = between(README.read_text(), name)
    if drawn is None:
        pytest.fail(f"README.md has no <!-- {name} --> ... <!-- /{name} -->; write between them:\n{mermaid(table)}")
    assert drawn == mermaid(table)
