"""Comments, reactions and replies: found again by marker and author, posted once, and within GitHub's limit."""

import json
from typing import Any

import httpx
import pytest
import respx

from tdd_orchestrator.core.content import CommentContent
from tdd_orchestrator.core.effect import React, Reply, ShowComment
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.digest import digest
from tdd_orchestrator.github.perform import Performed, Performer
from world.patient import ROOT, connected

MARKER = "<!-- tdd:status -->"
CONTENT = CommentContent(MARKER, "All is well.")
POSTS, ONE, ME = f"{ROOT}/issues/7/comments", f"{ROOT}/issues/comments/5", "https://api.github.test/user"


def posted(comment: int, login: str, body: str) -> dict[str, Any]:
    return {"id": comment, "user": {"login": login}, "body": body}


def posts() -> respx.Route:
    return respx.post(POSTS).mock(return_value=httpx.Response(201, json={"id": 5}))


async def perform(effect: ShowComment | Reply | React, shown: Shown | None = None, *, again: bool = False) -> Performed:
    content = CONTENT if isinstance(effect, ShowComment) else None
    async with connected() as github:
        return await Performer(github, "owner/name", 7).perform(effect, content, shown, again=again)


def body(route: respx.Route) -> str:
    return str(json.loads(route.calls.last.request.content)["body"])


@respx.mock
async def test_the_sticky_comment_is_posted_with_its_marker() -> None:
    route = posts()
    assert (await perform(ShowComment())).shown == Shown(5, digest(CONTENT))
    assert body(route) == f"{MARKER}\nAll is well."


@respx.mock
async def test_a_comment_that_is_known_is_edited_and_an_equal_one_left_alone() -> None:
    route = respx.patch(ONE).mock(return_value=httpx.Response(200, json={"id": 5}))
    first = await perform(ShowComment(), Shown(5, "old"))
    assert await perform(ShowComment(), first.shown) == first
    assert route.call_count == 1


@respx.mock
async def test_a_comment_that_somebody_deleted_is_posted_anew() -> None:
    respx.patch(ONE).mock(return_value=httpx.Response(404, json={}))
    route = posts()
    await perform(ShowComment(), Shown(5, "old"))
    assert route.called


@respx.mock
async def test_a_comment_is_found_by_marker_and_by_its_author() -> None:
    respx.get(ME).mock(return_value=httpx.Response(403, json={"message": "Resource not accessible by integration"}))
    quoted, ours = posted(4, "outsider", f"> {MARKER}"), posted(5, "github-actions[bot]", f"{MARKER}\nold")
    respx.get(POSTS).mock(return_value=httpx.Response(200, json=[quoted, ours]))
    edited = respx.patch(ONE).mock(return_value=httpx.Response(200, json={"id": 5}))
    shown = (await perform(ShowComment(), again=True)).shown
    assert shown is not None
    assert shown.id == 5
    assert edited.called


@respx.mock
async def test_a_post_whose_answer_was_lost_is_not_posted_twice() -> None:
    respx.get(ME).mock(return_value=httpx.Response(200, json={"login": "maintainer"}))
    route = respx.post(POSTS).mock(side_effect=httpx.ReadTimeout("slow"))
    respx.get(POSTS).mock(return_value=httpx.Response(200, json=[posted(5, "maintainer", f"{MARKER}\nx")]))
    respx.get(ONE).mock(return_value=httpx.Response(200, json={"id": 5}))
    assert (await perform(ShowComment())).shown == Shown(5, digest(CONTENT))
    assert route.call_count == 1


@respx.mock
async def test_a_reply_brings_its_own_marker_and_keeps_it_when_it_is_cut() -> None:
    route = posts()
    await perform(Reply("31:2", "word " * 20_000))
    assert body(route).startswith("<!-- tdd:reply:31:2 -->\nword")
    assert len(body(route)) <= 65_000


@respx.mock
@pytest.mark.parametrize("status", [200, 201, 404])
async def test_a_reaction_is_put_on_the_comment_if_it_is_still_there(status: int) -> None:
    route = respx.post(f"{ONE}/reactions").mock(return_value=httpx.Response(status, json={}))
    assert await perform(React(5, "confused")) == Performed()
    assert json.loads(route.calls.last.request.content) == {"content": "confused"}
