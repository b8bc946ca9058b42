"""GraphQL at the hub: the same rules as REST, told as GitHub tells them; our requests against GitHub's own schema."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from tdd_orchestrator.github.mutations import Mutation, document
from tdd_orchestrator.github.showing import CHECK_RETURNS
from tdd_orchestrator.hub.graphql.endpoint import SDL, schema
from tdd_orchestrator.hub.shapes.basics import node_id
from world.hub_town import REPO, Town

OUTPUT = {"title": "t", "summary": "s"}
OURS = (
    Mutation("createCheckRun", "CreateCheckRunInput", {}, CHECK_RETURNS),
    Mutation("updateCheckRun", "UpdateCheckRunInput", {}, CHECK_RETURNS),
    Mutation("updateIssueComment", "UpdateIssueCommentInput", {}, "issueComment { id }"),
)


async def sent(town: Town, *inputs: dict[str, Any], field: str = "createCheckRun", **rights: str) -> dict[str, Any]:
    """Several mutations of one kind in one request, by the app (with these permissions, if any are named)."""
    bot, kind = await town.bot(**rights), field[0].upper() + field[1:] + "Input"
    asked = document([Mutation(field, kind, {}, CHECK_RETURNS)] * len(inputs))
    body = {"query": asked, "variables": {f"i{number}": one for number, one in enumerate(inputs)}}
    answer = await bot.post(f"{town.hub.url}/api/graphql", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def new(town: Town, name: str, **more: Any) -> dict[str, Any]:
    node = node_id("Repository", town.hub.repository(REPO).id)
    return {"repositoryId": node, "headSha": town.sha("feature"), "name": name, "output": OUTPUT, **more}


async def test_each_mutation_is_carried_out_and_one_that_fails_leaves_the_others_alone(town: Town) -> None:
    note = {"path": "a", "message": "m", "annotationLevel": "WARNING", "location": {"startLine": 2, "endLine": 2}}
    good = new(town, "one", conclusion="FAILURE", externalId="x", output={**OUTPUT, "annotations": [note]})
    bad = {**new(town, "two"), "headSha": "0" * 40}
    told = await sent(town, good, bad, new(town, "three", status="IN_PROGRESS"))
    assert [told["data"][f"m{number}"] is None for number in range(3)] == [False, True, False]
    (error,) = told["errors"]
    assert (error["type"], error["path"], "No commit found" in error["message"]) == ("UNPROCESSABLE", ["m1"], True)
    one, three = town.hub.repository(REPO).checks.values()
    assert (one.conclusion, one.external_id, one.annotations[0]["annotation_level"]) == ("failure", "x", "warning")
    assert (three.name, three.status) == ("three", "in_progress")
    assert told["data"]["m0"]["checkRun"]["url"].endswith(f"/runs/{one.id}")
    await town.hub.settled()
    assert len(town.ear.of("check_run", "created")) == 2


async def test_a_check_run_is_changed_by_its_node_id(town: Town) -> None:
    made = (await sent(town, new(town, "one")))["data"]["m0"]["checkRun"]
    change = {"repositoryId": (new(town, ""))["repositoryId"], "checkRunId": made["id"], "conclusion": "SUCCESS"}
    told = await sent(town, change, {**change, "checkRunId": "nothing"}, field="updateCheckRun")
    assert told["data"]["m0"]["checkRun"]["id"] == made["id"]
    assert told["errors"][0]["type"] == "NOT_FOUND"
    (run,) = town.hub.repository(REPO).checks.values()
    assert run.conclusion == "success"


async def test_what_rest_refuses_is_refused_here_too(town: Town) -> None:
    told = await sent(town, new(town, "one", output={**OUTPUT, "summary": "s" * 65_536}))
    assert "Only 65535 characters" in told["errors"][0]["message"]
    told = await sent(town, new(town, "one"), checks="read")
    assert told["errors"][0]["type"] == "FORBIDDEN"
    assert town.hub.repository(REPO).checks == {}


async def test_a_fault_of_the_document_is_found_before_anything_is_done(town: Town) -> None:
    told = await sent(town, {**new(town, "one"), "colour": "red"})
    assert "data" not in told
    assert "colour" in told["errors"][0]["message"]
    told = await sent(town, new(town, "one"), field="paintCheckRun")
    assert told["errors"][0]["extensions"]["code"]
    assert town.hub.repository(REPO).checks == {}


def test_our_requests_fit_the_hubs_schema() -> None:
    assert validate(schema(), parse(document(OURS))) == []


@pytest.mark.runners
def test_our_requests_and_the_hubs_schema_fit_githubs_own(tmp_path: Path) -> None:
    """GitHub's published schema, from the npm registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on this machine: GitHub's schema cannot be had")
    packed = subprocess.run(
        [npm, "pack", "--silent", "@octokit/graphql-schema@15"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode:
        pytest.skip(f"the npm registry does not give GitHub's schema: {packed.stderr[-200:]}")
    with tarfile.open(tmp_path / packed.stdout.strip().splitlines()[-1]) as archive:
        text = archive.extractfile("package/schema.graphql")
        assert text is not None
        theirs = build_schema(text.read().decode(), assume_valid=True, assume_valid_sdl=True)
    assert validate(theirs, parse(document(OURS))) == []
    ours = build_schema(SDL.read_text())
    for name, kind in ours.type_map.items():
        for field, told in getattr(kind, "fields", {}).items():
            if not name.startswith("__"):
                assert str(told.type) == str(theirs.type_map[name].fields[field].type), f"{name}.{field}"  # type: ignore[attr-defined]
