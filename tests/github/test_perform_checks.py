"""Check runs: nothing is sent that changes nothing, nothing is created twice, and annotations only ever grow."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from tdd_orchestrator.core.content import Button, CheckContent
from tdd_orchestrator.core.effect import Retire, ShowTask
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.checks import show
from tdd_orchestrator.github.digest import check_digest
from tdd_orchestrator.github.perform import Performer
from world.patient import ROOT, connected

HEAD = "a" * 40
RUNS, RUN, LISTED = f"{ROOT}/check-runs", f"{ROOT}/check-runs/5", f"{ROOT}/commits/{HEAD}/check-runs"
CONTENT = CheckContent("TDD / TASK-1 · Add", "pr-7/TASK-1/0", HEAD, "in_progress", None, "RED", "words", started_at=0.0)


def remarks(count: int, start: int = 0) -> tuple[Remark, ...]:
    return tuple(Remark("tests/test_sum.py", number + 1, "failure", f"no {number}") for number in range(start, count))


def creates(check: int = 5) -> respx.Route:
    return respx.post(RUNS).mock(return_value=httpx.Response(201, json={"id": check}))


def updates(status: int = 200) -> respx.Route:
    return respx.patch(RUN).mock(return_value=httpx.Response(status, json={"id": 5}))


def lists(*found: dict[str, Any]) -> respx.Route:
    return respx.get(LISTED).mock(return_value=httpx.Response(200, json={"check_runs": list(found)}))


def sent(route: respx.Route, call: int = -1) -> dict[str, Any]:
    return dict(json.loads(route.calls[call].request.content))


def annotated(route: respx.Route) -> list[int]:
    return [len(sent(route, call)["output"]["annotations"]) for call in range(route.call_count)]


@respx.mock
async def test_a_new_check_is_posted_whole() -> None:
    created = creates()
    async with connected() as github:
        content = replace(CONTENT, buttons=(Button("Retry", "Start again", "retry:TASK-1"),), annotations=remarks(1))
        assert await show(github, content, None, again=False) == Shown(5, check_digest(content))
    assert sent(created) == {
        "name": "TDD / TASK-1 · Add",
        "external_id": "pr-7/TASK-1/0",
        "head_sha": HEAD,
        "status": "in_progress",
        "started_at": "1970-01-01T00:00:00Z",
        "output": {
            "title": "RED",
            "summary": "words",
            "text": "",
            "annotations": [
                {
                    "path": "tests/test_sum.py",
                    "start_line": 1,
                    "end_line": 1,
                    "annotation_level": "failure",
                    "message": "no 0",
                }
            ],
        },
        "actions": [{"label": "Retry", "description": "Start again", "identifier": "retry:TASK-1"}],
    }


@respx.mock
async def test_equal_content_sends_nothing() -> None:
    async with connected() as github:
        shown = Shown(5, check_digest(CONTENT))
        assert await show(github, CONTENT, shown, again=True) == shown
        assert not github.counts


@respx.mock
async def test_a_change_is_patched_without_the_annotations_that_are_there() -> None:
    patched = updates()
    before = replace(CONTENT, annotations=remarks(2))
    after = replace(before, annotations=remarks(3), conclusion="success", status="completed", completed_at=60.0)
    async with connected() as github:
        assert await show(github, after, Shown(5, check_digest(before)), again=False) == Shown(5, check_digest(after))
    assert annotated(patched) == [1]
    assert sent(patched)["conclusion"] == "success"
    assert sent(patched)["completed_at"] == "1970-01-01T00:01:00Z"
    assert "head_sha" not in sent(patched)


@respx.mock
async def test_annotations_go_in_pages_of_fifty() -> None:
    created, patched = creates(), updates()
    async with connected() as github:
        await show(github, replace(CONTENT, annotations=remarks(120)), None, again=False)
    assert annotated(created) == [50]
    assert annotated(patched) == [50, 20]


@respx.mock
async def test_annotations_that_change_make_a_new_check_run() -> None:
    created = creates(6)
    before = Shown(5, check_digest(replace(CONTENT, annotations=remarks(3))))
    async with connected() as github:
        shown = await show(github, replace(CONTENT, annotations=remarks(3, 1)), before, again=False)
    assert shown.id == 6
    assert annotated(created) == [2]


@respx.mock
@pytest.mark.parametrize("status", [404, 410])
async def test_a_check_run_that_is_gone_is_made_anew(status: int) -> None:
    updates(status)
    creates(6)
    async with connected() as github:
        assert (await show(github, CONTENT, Shown(5, "another"), again=False)).id == 6


@respx.mock
async def test_an_effect_that_may_have_been_performed_looks_for_its_own_key_first() -> None:
    mine = {"id": 5, "external_id": CONTENT.external_id, "output": {"annotations_count": 2}}
    lists({"id": 9, "external_id": "pr-8/TASK-1/0"}, mine, {**mine, "id": 3})
    stored = [
        {"path": r.path, "start_line": r.line, "annotation_level": r.level, "message": r.message, "title": None}
        for r in remarks(2)
    ]
    respx.get(f"{RUN}/annotations").mock(return_value=httpx.Response(200, json=stored))
    patched = updates()
    async with connected() as github:
        shown = await show(github, replace(CONTENT, annotations=remarks(3)), None, again=True)
    assert shown.id == 5
    assert annotated(patched) == [1]


@respx.mock
async def test_a_creation_whose_answer_was_lost_is_found_by_its_key() -> None:
    created = respx.post(RUNS).mock(side_effect=httpx.ReadTimeout("slow"))
    lists({"id": 5, "external_id": CONTENT.external_id})
    respx.get(RUN).mock(return_value=httpx.Response(200, json={"id": 5}))
    async with connected() as github:
        assert (await show(github, CONTENT, None, again=False)).id == 5
    assert created.call_count == 1


@respx.mock
async def test_the_check_run_that_is_replaced_is_not_taken_for_its_successor() -> None:
    created = respx.post(RUNS).mock(side_effect=[httpx.Response(502), httpx.Response(201, json={"id": 6})])
    lists({"id": 5, "external_id": CONTENT.external_id})
    before = Shown(5, check_digest(replace(CONTENT, annotations=remarks(1))))
    async with connected() as github:
        assert (await show(github, CONTENT, before, again=False)).id == 6
    assert created.call_count == 2


@respx.mock
async def test_texts_are_cut_to_githubs_limit_and_say_so() -> None:
    created = creates()
    async with connected() as github:
        await show(github, replace(CONTENT, summary="🙂" * 40_000, text="```\n" + "line\n" * 20_000), None, again=False)
    output = sent(created)["output"]
    assert len(output["summary"].encode("utf-16-le")) // 2 <= 65_535
    assert len(output["text"]) <= 65_535
    assert output["summary"].endswith("GitHub shows no more than this.")
    assert output["text"].count("```") == 2, "a code block that was cut is closed"


@respx.mock
async def test_what_was_never_shown_needs_no_retiring() -> None:
    lists()
    async with connected() as github:
        performer = Performer(github, "owner/name", 7)
        content = replace(CONTENT, status="completed", conclusion="neutral")
        performed = await performer.perform(Retire(HEAD, "b" * 40), content, None, again=True)
    assert performed.shown is None
    assert performed.event is None


@respx.mock
async def test_an_old_check_is_concluded_and_a_task_is_shown_through_the_performer() -> None:
    patched = updates()
    creates()
    async with connected() as github:
        performer = Performer(github, "owner/name", 7)
        neutral = replace(CONTENT, status="completed", conclusion="neutral")
        retired = await performer.perform(Retire(HEAD, "b" * 40), neutral, Shown(5, "old.0.x"), again=False)
        shown = await performer.perform(ShowTask("TASK-1", HEAD), CONTENT, None, again=False)
    assert retired.shown == Shown(5, check_digest(neutral))
    assert sent(patched)["conclusion"] == "neutral"
    assert annotated(patched) == [0], "what is annotated stays as it is"
    assert shown.shown == Shown(5, check_digest(CONTENT))


@respx.mock
async def test_a_completed_check_is_not_opened_again_a_new_one_takes_its_place() -> None:
    created, updated = creates(8), updates()
    waiting = replace(CONTENT, status="completed", conclusion="action_required")
    async with connected() as github:
        shown = await show(github, CONTENT, Shown(5, check_digest(waiting)), again=False)
    assert (shown.id, created.call_count, updated.call_count) == (8, 1, 0)
