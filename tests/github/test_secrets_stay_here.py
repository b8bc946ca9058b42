"""Whatever is written to GitHub passes the redactor on its way; the contents of commits pass as they are."""

import json

import httpx
import pytest
import respx

from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.pace import Urgency
from world.canaries import LOOKS
from world.patient import API, ROOT, connected

CANARY = LOOKS["anthropic"]
BODY = {"output": {"summary": f"said {CANARY}", "annotations": [{"message": f"a-token {CANARY}"}]}, "name": "TDD"}


async def nothing() -> Answer | None:
    return None


async def speak(github: Connection, how: str) -> None:
    match how:
        case "write":
            await github.write("PATCH", "/repos/{repo}/check-runs/{check}", BODY, check=5)
        case "create":
            await github.create("/repos/{repo}/issues/{number}/comments", BODY, find=nothing, number=7)
        case "graphql":
            await github.graphql("mutation { updateCheckRun }", {"i0": BODY}, urgency=Urgency.SHOW, weight=1)
        case "tree":
            await github.write("POST", "/repos/{repo}/git/trees", BODY)
        case "file":
            await github.write("PUT", "/repos/{repo}/contents/{path}", BODY, path="a.py")
        case _:
            await github.graphql("mutation { createCommitOnBranch }", {"i0": BODY}, urgency=Urgency.WORK, weight=1)


@respx.mock
@pytest.mark.parametrize(
    ("how", "struck"),
    [("write", True), ("create", True), ("graphql", True), ("tree", False), ("file", False), ("commit", False)],
)
async def test_texts_are_struck_and_code_is_not(how: str, struck: bool) -> None:
    route = respx.route(url__startswith=API).mock(return_value=httpx.Response(200, json={"id": 1, "data": {}}))
    async with connected() as github:
        await speak(github, how)
    sent = route.calls.last.request.content.decode()
    assert ROOT.startswith(API)
    assert (CANARY not in sent) is struck
    assert ("***" in sent) is struck
    assert "TDD" in json.dumps(json.loads(sent))
