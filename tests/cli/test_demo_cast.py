"""The people of the demo: when they act, and that they do not act twice."""

from pathlib import Path

import pytest
import respx

from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.local.cast import Cast, Scene, approving
from tdd_orchestrator.local.following import Followed
from tdd_orchestrator.local.watching import CheckSeen, PullSeen, Watcher
from world.runs import run

HUB = "http://hub.test"


def scene(watcher: Watcher, state: RunState, check: int, title: str = "Plan of 3 tasks waits for approval") -> Scene:
    shown = CheckSeen(check, "TDD", "a" * 40, "completed", "action_required", title, "", "", 0)
    pull = PullSeen(1, "a" * 40, "checkout", "open", (shown,))
    return Scene(watcher, 1, Path(), run(state), Followed(pull, {}))


def played(cast: Cast, *scenes: tuple[RunState, int]) -> list[str]:
    """Play these scenes one after the other; the checks whose button was pressed."""
    with (
        respx.mock(base_url=HUB, assert_all_called=False) as hub,
        Watcher(f"{HUB}/api/v3", "token", "maintainer/shop") as watcher,
    ):
        hub.post(path__regex=r"/check-runs/\d+/press$").respond(204)
        for state, check in scenes:
            cast.play(scene(watcher, state, check))
        return [call.request.url.path.split("/")[-2] for call in hub.calls]


WAITS = RunState.AWAITING_APPROVAL


@pytest.mark.parametrize(
    ("scenes", "pressed"),
    [
        ([(RunState.PLANNING, 7)], []),
        ([(WAITS, 7)], ["7"]),
        ([(WAITS, 7), (WAITS, 7), (RunState.RUNNING, 7)], ["7"]),
        ([(WAITS, 7), (WAITS, 8)], ["7", "8"]),
        ([(WAITS, 7), (RunState.RUNNING, 7), (WAITS, 9)], ["7", "9"]),
    ],
    ids=["nothing to approve", "once", "not again on the same check", "again on the check of a new head", "a new plan"],
)
def test_a_plan_is_approved_once_on_each_check(scenes: list[tuple[RunState, int]], pressed: list[str]) -> None:
    assert played(Cast((approving(),)), *scenes) == pressed
