"""Hearing without an app: the event that started this workflow run, as the webhook would have brought it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tdd_action.inputs import app_key
from tdd_action.serverless.opening import opened
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.intake.routing import lane_parts
from tdd_orchestrator.intake.webhooks import lane_of
from tdd_orchestrator.place import TICK, Hint, Place

NEEDED = ("GITHUB_REPOSITORY", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "TDD_TOKEN")
# The file of a pull request must not decide what is heard, so the workflow listens to `pull_request_target`.
SAME = {"pull_request_target": "pull_request"}


class NotAnEvent(TddError):
    """This step hears the event of a workflow run."""


def hear(environ: Mapping[str, str]) -> None:
    """Fold the event of this workflow run into the run that it concerns; a schedule looks at all of them."""
    if missing := [name for name in NEEDED if not environ.get(name)]:
        raise NotAnEvent(f"{', '.join(missing)} must be set.", remedy="Run `step: hear` in a job with `token`.")
    body = Path(environ["GITHUB_EVENT_PATH"]).read_bytes()
    asyncio.run(_heard(environ, body))


async def _heard(environ: Mapping[str, str], body: bytes) -> None:
    name = environ["GITHUB_EVENT_NAME"]
    event = SAME.get(name, name)
    opening = opened(
        environ["GITHUB_REPOSITORY"],
        environ["TDD_TOKEN"],
        environ.get("GITHUB_API_URL") or "https://api.github.com",
        state_interval_s=float(environ.get("TDD_STATE_INTERVAL_SECONDS") or 10),
        write_interval_s=float(environ.get("TDD_WRITE_INTERVAL_SECONDS") or 1),
        environ=environ,
        app=app_key(environ),
    )
    key = f"{environ.get('GITHUB_RUN_ID', '')}/{environ.get('GITHUB_RUN_ATTEMPT', '1')}"
    async with opening as place:
        for number in await _concerned(place, event, body):
            told = Hint(key, TICK if event == "schedule" else event, body)
            await place.handle(number, [told])
            await place.engine.flush(number)


async def _concerned(place: Place, event: str, body: bytes) -> list[int]:
    """The pull requests that an event is about: one, none, or with a schedule all that have a run or are open."""
    if event == "schedule":
        open_now = {pull.number for pull in await place.reader.open_pulls()}
        runs = {int(run.removeprefix("pr-")) for run in await place.store.runs()}
        return sorted(open_now | runs)
    payload: Any = json.loads(body)
    _, number = lane_parts(lane_of(event, payload) or "")
    return [] if number is None else [number]
