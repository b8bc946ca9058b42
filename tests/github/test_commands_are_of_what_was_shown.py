"""What a comment is taken to be about: only an approval costs a look at the pull request."""

import json
from typing import Any

import httpx
import pytest
import respx

from tdd_orchestrator.core.event import Commanded
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.intake.commands import commented
from world.imagined import HEAD
from world.patient import ROOT, connected
from world.runs import run

EXAMPLE: dict[str, Any] = {
    "number": 7, "state": "open", "title": "Shop", "user": {"login": "writer"},
    "base": {"ref": "main", "sha": "b" * 40, "repo": {"full_name": "owner/name"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "now", "looks", "head"),
    [
        ("/tdd approve", HEAD.sha, 1, HEAD.sha),
        ("/tdd status\n/tdd approve", "c" * 40, 1, ""),
        ("/tdd pause", "c" * 40, 0, HEAD.sha),
    ],
)
async def test_an_approval_is_bound_to_the_head_that_was_shown(said: str, now: str, looks: int, head: str) -> None:
    shown = EXAMPLE | {"head": {"ref": "feature", "sha": now, "repo": {"full_name": "owner/name"}}}
    with respx.mock(assert_all_called=False) as github:
        github.get(f"{ROOT}/collaborators/writer/permission").mock(
            return_value=httpx.Response(200, json={"permission": "write", "role_name": "write"})
        )
        pull = github.get(f"{ROOT}/pulls/7").mock(return_value=httpx.Response(200, content=json.dumps(shown)))
        async with connected() as connection:
            events = await commented(
                RepositoryReader(connection), run(RunState.AWAITING_APPROVAL), 5, "writer", said, 9.0
            )
        assert pull.call_count == looks
    assert {event.head for event in events if isinstance(event, Commanded)} == {head}
