"""Whose lane a delivery belongs to, and what is dropped."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import world.hooks as hooks
from tdd_orchestrator.intake.webhooks import EVENTS, lane_of, parsed

PULL, REPOSITORY = "octo/tree#42", "octo/tree"
ELSEWHERE = {"number": 3, "base": {"repo": {"id": 8}}}
ONE, TWO = [hooks.STUB], [hooks.STUB, {"number": 3}]
INSTALLED: dict[str, Any] = {"installation": {"id": 9}}

CASES = {
    "a pull request is opened": ("pull_request", hooks.pull_request("opened"), PULL),
    "a pull request is reopened": ("pull_request", hooks.pull_request("reopened"), PULL),
    "a pull request gets commits": ("pull_request", hooks.pull_request("synchronize", before="a", after="b"), PULL),
    "a pull request is closed": ("pull_request", hooks.pull_request("closed"), PULL),
    "a pull request is moved": ("pull_request", hooks.pull_request("edited", changes={"base": {"ref": {}}}), PULL),
    "a title is edited": ("pull_request", hooks.pull_request("edited", changes={"title": {"from": "x"}}), None),
    "a label": ("pull_request", hooks.pull_request("labeled"), None),
    "a pull request without a number": ("pull_request", hooks.of(action="opened", pull_request={}), None),
    "a pull request numbered true": ("pull_request", hooks.of(action="opened", pull_request={"number": True}), None),
    "a command": ("issue_comment", hooks.comment("/tdd status"), PULL),
    "a command below words": ("issue_comment", hooks.comment("Well.\r\n   /tdd retry TASK-1\r\n"), PULL),
    "a bare command": ("issue_comment", hooks.comment("/tdd"), PULL),
    "a command in capitals": ("issue_comment", hooks.comment("/TDD help"), PULL),
    "a command indented as code": ("issue_comment", hooks.comment("    /tdd status"), None),
    "a command within a line": ("issue_comment", hooks.comment("say /tdd status"), None),
    "a command quoted": ("issue_comment", hooks.comment("> /tdd status"), None),
    "another command": ("issue_comment", hooks.comment("/tddx status"), None),
    "a comment without text": ("issue_comment", hooks.comment(None), None),
    "a bot's command": ("issue_comment", hooks.comment("/tdd status", user="Bot"), None),
    "a command on an issue": ("issue_comment", hooks.comment("/tdd prd", on_pull=False), PULL),
    "an edited command": ("issue_comment", hooks.comment("/tdd status", action="edited"), None),
    "our check": ("check_run", hooks.check_run("rerequested", external_id="tdd1:pr-42:run:1"), PULL),
    "our check, named otherwise": ("check_run", hooks.check_run("rerequested", external_id="tdd1:pr-42"), REPOSITORY),
    "our check before GitHub's list": (
        "check_run",
        hooks.check_run("requested_action", external_id="tdd1:pr-42:TASK-1:2", pull_requests=[{"number": 3}]),
        PULL,
    ),
    "a check of one pull request": ("check_run", hooks.check_run("rerequested", pull_requests=[hooks.STUB]), PULL),
    "a check of two": ("check_run", hooks.check_run("rerequested", pull_requests=TWO), REPOSITORY),
    "a check with none": ("check_run", hooks.check_run("rerequested", pull_requests=None), REPOSITORY),
    "a check that ends": ("check_run", hooks.check_run("completed", external_id="tdd1:pr-42:run:1"), None),
    "a suite": ("check_suite", hooks.check_suite("requested", hooks.STUB), PULL),
    "a suite, with a fork's own": ("check_suite", hooks.check_suite("rerequested", ELSEWHERE, hooks.STUB), PULL),
    "a suite of a fork": ("check_suite", hooks.check_suite("rerequested"), REPOSITORY),
    "a suite that ends": ("check_suite", hooks.check_suite("completed", hooks.STUB), PULL),
    "a suite that ends nowhere": ("check_suite", hooks.check_suite("completed"), None),
    "our workflow": ("workflow_run", hooks.workflow_run("completed", display_title="tdd pr-42 work n0nce"), PULL),
    "our workflow, cut off": ("workflow_run", hooks.workflow_run("completed", display_title="tdd pr-42"), REPOSITORY),
    "a workflow": ("workflow_run", hooks.workflow_run("completed", display_title="x", pull_requests=ONE), PULL),
    "a workflow that starts": ("workflow_run", hooks.workflow_run("requested", display_title="tdd pr-42 a b"), None),
    "a push": ("push", hooks.push("refs/heads/main"), REPOSITORY),
    "a push of our state": ("push", hooks.push("refs/heads/tdd-state/pr-42"), None),
    "a tag": ("push", hooks.push("refs/tags/v1"), None),
    "an installation": ("installation", {"action": "created", **INSTALLED}, "installation:9"),
    "repositories added": ("installation_repositories", {"action": "added", **INSTALLED}, "installation:9"),
    "a ping": ("ping", {"zen": "Keep it logically awesome.", "hook_id": 1}, None),
    "a star": ("star", hooks.of(action="created"), None),
    "a strange repository": ("push", {"ref": "refs/heads/main", "repository": {"full_name": "a#b/c"}}, None),
    "a lone surrogate": ("push", {"ref": "refs/heads/main", "repository": {"full_name": "a/\ud800"}}, None),
    "nothing": ("push", {}, None),
}  # fmt: skip


@pytest.mark.parametrize(("event", "payload", "lane"), CASES.values(), ids=CASES)
def test_each_delivery_has_its_lane(event: str, payload: dict[str, Any], lane: str | None) -> None:
    assert lane_of(event, payload) == lane


STRANGE: tuple[object, ...] = (None, True, -1, 2**70, math.nan, "", "\ud800", "x" * 300, [], [None], {}, {"id": {}})


def replaced(value: object, by: object) -> Iterator[object]:
    """The value with each of its parts replaced in turn."""
    yield by
    if isinstance(value, dict):
        for key, part in value.items():
            yield from ({**value, key: other} for other in replaced(part, by))


@pytest.mark.parametrize("strange", STRANGE, ids=ascii)
def test_no_value_is_too_strange_anywhere(strange: object) -> None:
    for event, payload, _ in CASES.values():
        for other in replaced(payload, strange):
            lane = lane_of(event, other)
            assert lane is None or lane.startswith("octo/tree") or lane == "installation:9"


CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "webhook-examples.json"


def recorded() -> list[tuple[str, dict[str, Any]]]:
    if not CONTRACT.exists():
        pytest.skip("no recorded webhooks here: webhook-examples.json is absent")
    groups = json.loads(CONTRACT.read_text())
    return [(group["name"], example) for group in groups for example in group["examples"]]


def test_every_recorded_webhook_is_read() -> None:
    examples = recorded()
    assert len(examples) > 300
    lanes = {event: lane_of(event, payload) for event, payload in examples}
    assert {event for event, lane in lanes.items() if lane} <= EVENTS


def test_the_recorded_webhooks_that_we_want_fit_our_models() -> None:
    wanted: Mapping[str, set[str | None]] = {
        "pull_request": {"opened", "reopened", "synchronize", "closed"},
        "issue_comment": {"created"},
        "check_run": {"rerequested", "requested_action"},
        "check_suite": {"requested", "rerequested"},
        "workflow_run": {"completed"},
        "push": {None},
        "installation": {"created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"},
        "installation_repositories": {"added", "removed"},
    }
    misfits = [
        (event, payload.get("action"))
        for event, payload in recorded()
        if payload.get("action") in wanted.get(event, set()) and parsed(event, payload) is None
    ]
    assert misfits == []
