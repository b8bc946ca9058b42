"""Many checks in one GraphQL request; whatever that cannot do, or leaves unknown, is done by REST."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from tdd_orchestrator.core.content import Button, CheckContent, CommentContent
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.addresses import graphql_url
from tdd_orchestrator.github.digest import check_digest, digest
from tdd_orchestrator.github.errors import RateLimited
from tdd_orchestrator.github.showing import Came, Shower, Showing
from world.patient import API, ROOT, connected

HEAD = "a" * 40
NOTE = Remark("tests/test_sum.py", 3, "failure", "no", "2 is not 3")
TASK = CheckContent("TDD / TASK-1 · Add", "pr-7/TASK-1/0", HEAD, "in_progress", None, "RED", "words")
DONE = replace(
    TASK, status="completed", conclusion="success", annotations=(NOTE,), buttons=(Button("Retry", "Again", "retry"),)
)
RUN = CheckContent("TDD", "pr-7/run/0", HEAD, "in_progress", None, "1 of 2", "words")
COMMENT = CommentContent("<!-- tdd -->", "words")


def fresh(content: CheckContent | CommentContent, shown: Shown | None = None) -> Showing:
    return Showing(content, shown, again=False)


def node() -> None:
    respx.get(ROOT).mock(return_value=httpx.Response(200, json={"node_id": "R_1"}))


def graphql(*answers: httpx.Response | type[Exception]) -> respx.Route:
    return respx.post(f"{API}/graphql").mock(side_effect=list(answers))


def check(number: int) -> dict[str, Any]:
    return {"checkRun": {"id": f"CR_{number}", "url": f"https://github.test/owner/name/runs/{number}"}}


def found(**data: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": data})


async def shown(*wanted: Showing) -> list[Came]:
    async with connected() as github:
        return await Shower(github, 7).show(wanted)


def asked(route: respx.Route) -> dict[str, Any]:
    return dict(json.loads(route.calls[-1].request.content))


@respx.mock
async def test_new_checks_changed_ones_and_the_comment_take_one_request() -> None:
    node()
    route = graphql(found(m0=check(5_000_000_000), m1=check(6), m2={"issueComment": {"id": "IC_9"}}))
    before = Shown(5_000_000_000, check_digest(TASK), "CR_5000000000")
    came = await shown(fresh(DONE, before), fresh(RUN), fresh(COMMENT, Shown(9, "old", "IC_9")))
    assert came == [
        Shown(5_000_000_000, check_digest(DONE), "CR_5000000000"),
        Shown(6, check_digest(RUN), "CR_6"),
        Shown(9, digest(COMMENT), "IC_9"),
    ]
    told = asked(route)
    assert "m0: updateCheckRun(input: $i0)" in told["query"]
    assert told["variables"]["i1"] == {
        "name": "TDD",
        "externalId": "pr-7/run/0",
        "status": "IN_PROGRESS",
        "output": {"title": "1 of 2", "summary": "words", "text": "", "annotations": []},
        "actions": [],
        "repositoryId": "R_1",
        "headSha": HEAD,
    }
    changed = told["variables"]["i0"]
    assert (changed["checkRunId"], changed["conclusion"]) == ("CR_5000000000", "SUCCESS")
    assert changed["output"]["annotations"] == [
        {
            "path": "tests/test_sum.py",
            "message": "no",
            "title": "2 is not 3",
            "annotationLevel": "FAILURE",
            "location": {"startLine": 3, "endLine": 3},
        }
    ]
    assert told["variables"]["i2"] == {"id": "IC_9", "body": "<!-- tdd -->\nwords"}


@respx.mock
async def test_what_stands_already_is_not_sent() -> None:
    same = [Shown(5, check_digest(TASK), "CR_5"), Shown(6, check_digest(RUN), "CR_6"), Shown(9, digest(COMMENT), "IC")]
    assert await shown(fresh(TASK, same[0]), fresh(RUN, same[1]), fresh(COMMENT, same[2])) == same
    assert not respx.calls


@respx.mock
async def test_a_single_write_is_plain_rest() -> None:
    respx.post(f"{ROOT}/check-runs").mock(return_value=httpx.Response(201, json={"id": 5, "node_id": "CR_5"}))
    assert await shown(fresh(TASK)) == [Shown(5, check_digest(TASK), "CR_5")]


@respx.mock
async def test_more_than_ten_go_in_several_requests() -> None:
    node()
    many = [fresh(replace(TASK, external_id=f"pr-7/TASK-{number}/0")) for number in range(12)]
    route = graphql(
        found(**{f"m{number}": check(number + 1) for number in range(10)}),
        found(m0=check(11), m1=check(12)),
    )
    came = await shown(*many)
    assert [one.id for one in came if isinstance(one, Shown)] == list(range(1, 13))
    assert route.call_count == 2


@respx.mock
@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(404, json={"message": "Not Found"}),
        httpx.Response(
            200, json={"errors": [{"message": "Field 'createCheckRun' doesn't exist", "locations": [{"line": 1}]}]}
        ),
    ],
    ids=["no GraphQL", "not this mutation"],
)
async def test_a_server_without_it_is_asked_once_and_served_by_rest(refusal: httpx.Response) -> None:
    node()
    route = graphql(refusal)
    created = respx.post(f"{ROOT}/check-runs").mock(
        side_effect=[httpx.Response(201, json={"id": number}) for number in range(1, 5)]
    )
    async with connected() as github:
        shower = Shower(github, 7)
        await shower.show([fresh(TASK), fresh(RUN)])
        await shower.show([fresh(TASK), fresh(RUN)])
    assert (route.call_count, created.call_count) == (1, 4)


@respx.mock
async def test_one_that_is_refused_leaves_the_others_alone_and_says_what_is_the_matter() -> None:
    node()
    refused = {"type": "UNPROCESSABLE", "path": ["m0"], "message": "No commit found for SHA"}
    graphql(httpx.Response(200, json={"data": {"m0": None, "m1": check(6)}, "errors": [refused]}))
    respx.get(f"{ROOT}/commits/{HEAD}/check-runs").mock(return_value=httpx.Response(200, json={"check_runs": []}))
    respx.post(f"{ROOT}/check-runs").mock(return_value=httpx.Response(422, json={"message": "No commit found"}))
    came = await shown(fresh(TASK), fresh(RUN))
    assert "No commit found" in str(came[0])
    assert came[1] == Shown(6, check_digest(RUN), "CR_6")


@respx.mock
@pytest.mark.parametrize("storm", [httpx.ReadTimeout, httpx.Response(502)], ids=["time-out", "502"])
async def test_an_answer_that_is_lost_is_looked_for_and_nothing_is_made_twice(
    storm: httpx.Response | type[Exception],
) -> None:
    node()
    graphql(storm)
    there = {"id": 5, "node_id": "CR_5", "external_id": TASK.external_id, "status": "in_progress", "output": {}}
    respx.get(f"{ROOT}/commits/{HEAD}/check-runs", params={"check_name": TASK.name}).mock(
        return_value=httpx.Response(200, json={"check_runs": [there]})
    )
    respx.get(f"{ROOT}/commits/{HEAD}/check-runs", params={"check_name": "TDD"}).mock(
        return_value=httpx.Response(200, json={"check_runs": []})
    )
    respx.patch(f"{ROOT}/check-runs/5").mock(return_value=httpx.Response(200, json={"id": 5, "node_id": "CR_5"}))
    created = respx.post(f"{ROOT}/check-runs").mock(return_value=httpx.Response(201, json={"id": 6, "node_id": "CR_6"}))
    came = await shown(fresh(TASK), fresh(RUN))
    assert came == [Shown(5, check_digest(TASK), "CR_5"), Shown(6, check_digest(RUN), "CR_6")]
    assert created.call_count == 1


@respx.mock
async def test_the_limit_of_graphql_is_a_wait_and_not_a_failure() -> None:
    node()
    limited = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000600"}
    graphql(httpx.Response(200, json={"errors": [limited]}, headers=headers))
    came = await shown(fresh(TASK), fresh(RUN))
    assert all(isinstance(one, RateLimited) and one.until == 1_000_600 for one in came)


@respx.mock
async def test_the_order_is_kept_where_some_cannot_go_together() -> None:
    """A check with more annotations than one request takes is made by REST, and before what comes after it."""
    node()
    wordy = replace(DONE, annotations=(NOTE,) * 60)
    respx.post(f"{ROOT}/check-runs").mock(return_value=httpx.Response(201, json={"id": 5, "node_id": "CR_5"}))
    respx.patch(f"{ROOT}/check-runs/5").mock(return_value=httpx.Response(200, json={"id": 5, "node_id": "CR_5"}))
    graphql(found(m0=check(6), m1={"issueComment": {"id": "IC_9"}}))
    came = await shown(fresh(wordy), fresh(RUN), fresh(COMMENT, Shown(9, "old", "IC_9")))
    assert [one.id for one in came if isinstance(one, Shown)] == [5, 6, 9]
    assert [call.request.url.path.rpartition("/")[2] for call in respx.calls] == ["check-runs", "5", "name", "graphql"]


@pytest.mark.parametrize(
    ("api", "where"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://ghes.example/api/v3", "https://ghes.example/api/graphql"),
        ("https://api.acme.ghe.com/", "https://api.acme.ghe.com/graphql"),
    ],
)
def test_where_graphql_is(api: str, where: str) -> None:
    assert graphql_url(api) == where
