"""Starting and stopping workflow runs: one run per nonce, and a refusal that says what to mend."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from tdd_orchestrator.core.effect import CancelJob, Dispatch
from tdd_orchestrator.core.event import Dispatched, DispatchRefused, Event
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.wire import from_wire
from tdd_orchestrator.github.dispatch import inputs
from tdd_orchestrator.github.identity import Identity
from tdd_orchestrator.github.perform import Performer
from tdd_orchestrator.github.read import RepositoryReader
from world.patient import ROOT, Clock, connected

ASSIGNMENT = Assignment(Step.WORK, "n0nce", "owner/name", 7, "h" * 40, "b" * 40, task=PlannedTask("TASK-3", "ü"))
BOT = Identity("tdd[bot]", "7+tdd[bot]@users.noreply.github.com")
FILE = f"{ROOT}/actions/workflows/tdd.yml"
RUN = {"id": 44, "status": "queued", "display_title": "tdd pr-7 TASK-3 work n0nce", "html_url": "https://run/44"}
OTHER = {**RUN, "id": 43, "display_title": "tdd pr-7 TASK-3 work other"}


def runs(*answers: list[dict[str, Any]]) -> respx.Route:
    pages = [httpx.Response(200, json={"workflow_runs": list(answer)}) for answer in answers]
    return respx.get(f"{FILE}/runs").mock(side_effect=pages)


def dispatches(*answers: httpx.Response | Exception) -> respx.Route:
    respx.get(ROOT).mock(return_value=httpx.Response(200, json={"default_branch": "main"}))
    return respx.post(f"{FILE}/dispatches").mock(side_effect=list(answers))


async def dispatch(*, again: bool = False, clock: Clock | None = None) -> Event | None:
    clock = clock or Clock()
    async with connected(clock) as github:
        reader = RepositoryReader(github, identity=BOT)
        performer = Performer(github, "owner/name", 7, clock=lambda: 5.0, reader=reader)
        return (await performer.perform(Dispatch(ASSIGNMENT), None, None, again=again)).event


STARTED = Dispatched(at=5.0, nonce="n0nce", workflow_run=44, url="https://run/44")
NAMED = httpx.Response(200, json={"workflow_run_id": 44, "html_url": "https://run/44", "run_url": "-"})


@respx.mock
async def test_only_runs_of_the_default_branch_are_taken_for_ours() -> None:
    """Whoever may push can have a workflow file of their own say the same title on another branch."""
    dispatches(httpx.Response(204))
    looked = runs([RUN])
    assert await dispatch(again=True) == STARTED
    assert looked.calls.last.request.url.params["branch"] == "main"


@respx.mock
async def test_a_dispatch_on_the_default_branch_answers_with_its_run() -> None:
    route = dispatches(NAMED)
    assert await dispatch() == STARTED
    sent = json.loads(route.calls.last.request.content)
    assert sent["ref"] == "main"
    assert sent["return_run_details"] is True
    assert sent["inputs"] == inputs(replace(ASSIGNMENT, author="tdd[bot] <7+tdd[bot]@users.noreply.github.com>"), "app")


def test_the_inputs_say_what_the_run_is_for_and_hold_the_whole_assignment() -> None:
    given = inputs(ASSIGNMENT, "workflow")
    assert from_wire(Assignment, json.loads(given.pop("assignment"))) == ASSIGNMENT
    assert given == {
        "nonce": "n0nce",
        "title": "pr-7 TASK-3 work",
        "step": "work",
        "head": "h" * 40,
        "base": "b" * 40,
        "lander": "workflow",
    }
    assert inputs(Assignment(Step.PLAN, "n", "o/r", 7, "h", "b"), "app")["title"] == "pr-7 plan plan"
    assert inputs(Assignment(Step.PROVE, "n", "o/r", 7, "h", "b"), "app")["title"] == "pr-7 merge prove"


@respx.mock
async def test_an_answer_without_a_run_is_completed_by_looking_for_the_nonce() -> None:
    dispatches(httpx.Response(204))
    runs([], [OTHER], [OTHER, RUN])
    clock = Clock()
    assert await dispatch(clock=clock) == STARTED
    assert clock.naps == [1.0, 1.0]


@respx.mock
async def test_a_run_that_does_not_show_is_left_to_the_next_look() -> None:
    dispatches(httpx.Response(204))
    runs(*[[]] * 6)
    assert await dispatch() is None


@respx.mock
async def test_a_dispatch_that_may_have_happened_is_looked_for_first() -> None:
    route = dispatches()
    runs([RUN])
    assert await dispatch(again=True) == STARTED
    assert not route.called


@respx.mock
async def test_a_dispatch_whose_answer_was_lost_is_not_sent_twice() -> None:
    route = dispatches(httpx.ReadTimeout("slow"))
    runs([], [RUN])
    assert await dispatch() == STARTED
    assert route.call_count == 1


@respx.mock
async def test_a_server_that_does_not_know_run_details_is_asked_without() -> None:
    unknown = httpx.Response(422, json={"message": '"return_run_details" is not a permitted key.'})
    route = dispatches(unknown, httpx.Response(204))
    runs([RUN])
    assert await dispatch() == STARTED
    assert "return_run_details" not in json.loads(route.calls.last.request.content)


@respx.mock
@pytest.mark.parametrize(
    ("status", "message", "remedy"),
    [
        (404, "Not Found", "`tdd init`"),
        (403, "Resource not accessible by integration", "`actions: write`"),
        (422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow", "disabled workflow"),
        (422, "Unexpected inputs provided: [lander]", "`tdd init --force`"),
    ],
)
async def test_a_refused_dispatch_says_what_to_mend(status: int, message: str, remedy: str) -> None:
    dispatches(httpx.Response(status, json={"message": message}))
    refused = await dispatch()
    assert isinstance(refused, DispatchRefused)
    assert refused.nonce == "n0nce"
    assert remedy in refused.reason


@respx.mock
@pytest.mark.parametrize("status", [202, 404, 409])
async def test_a_job_is_cancelled_and_one_that_has_ended_is_fine(status: int) -> None:
    route = respx.post(f"{ROOT}/actions/runs/44/cancel").mock(return_value=httpx.Response(status, json={}))
    async with connected() as github:
        performed = await Performer(github, "owner/name", 7).perform(CancelJob("n", 44), None, None, again=False)
    assert performed.event is None
    assert route.call_count == 1
