"""What the doctor makes of what it sees: tables, without a GitHub."""

from typing import Any

import pytest

from tdd_orchestrator.doctor.app import address, clock, deliveries, events, permissions
from tdd_orchestrator.doctor.finding import Finding
from tdd_orchestrator.doctor.machine import git, python, walls
from tdd_orchestrator.doctor.repository import refs, requests_left
from tdd_orchestrator.doctor.workflow import examine_workflow
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.manifests import manifest

OURS = manifest("workflows/tdd.yml").read_text()
JSON = {"content_type": "json"}
HERE = "https://tdd.example.com"


def levels(*found: Finding) -> list[str]:
    return [finding.level.value for finding in found]


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("git version 2.38.0", "ok"),
        ("git version 2.39.5 (Apple Git-154)", "ok"),
        ("git version 3.0", "ok"),
        ("git version 2.37.9", "fail"),
        ("git version 1.99", "fail"),
        ("", "fail"),
    ],
)
def test_git_must_know_merge_tree(said: str, level: str) -> None:
    assert levels(git(said)) == [level]


def test_python_must_be_new_enough() -> None:
    assert levels(python((3, 10, 14)), python((3, 11, 0)), python((3, 14, 1))) == ["fail", "ok", "ok"]


@pytest.mark.parametrize(
    ("said", "level", "told"),
    [
        ('{"weaknesses": []}', "ok", "behind all walls"),
        ('{"weaknesses": ["No network namespace."]}', "warn", "No network namespace."),
        ("", "warn", "could not be tried"),
        ("[]", "warn", "could not be tried"),
    ],
)
def test_walls_that_are_missing_are_named(said: str, level: str, told: str) -> None:
    finding = walls(said)
    assert (finding.level, told in finding.told) == (level, True)


@pytest.mark.parametrize(
    ("ours", "level"), [(0, "ok"), (19, "ok"), (30, "warn"), (-30, "warn"), (60, "fail"), (-600, "fail")]
)
def test_clocks_may_differ_by_less_than_a_minute(ours: float, level: str) -> None:
    theirs = 1_795_176_000.0
    said = Answer(200, {"date": "Fri, 20 Nov 2026 12:00:00 GMT"}, b"")
    assert levels(clock(said, theirs + ours)) == [level]
    assert levels(clock(Answer(200, {}, b""), theirs)) == ["warn"]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ({"contents": "write", "actions": "write"}, "All that the manifest asks for."),
        ({"contents": "admin", "actions": "write", "more": "write"}, "All that the manifest asks for."),
        ({"contents": "read", "actions": "write"}, "Missing: contents: write."),
        ({}, "Missing: actions: write, contents: write."),
    ],
)
def test_a_weaker_permission_is_a_missing_one(held: dict[str, str], told: str) -> None:
    (finding,) = permissions(held, {"contents": "write", "actions": "write", "metadata": "read"})
    assert finding.told == told


def test_events_that_are_not_heard_are_named() -> None:
    assert events(["push"], ["push", "pull_request"]).told == "Missing: pull_request."


@pytest.mark.parametrize(
    ("hook", "public", "level"),
    [
        ({**JSON, "url": f"{HERE}/webhook"}, HERE, "ok"),
        ({**JSON, "url": f"{HERE}/webhook/"}, HERE, "ok"),
        ({**JSON, "url": f"{HERE}/webhook"}, None, "ok"),
        ({**JSON, "url": f"{HERE}/hook"}, None, "fail"),
        ({**JSON, "url": "https://elsewhere.example/webhook"}, HERE, "fail"),
        ({"content_type": "form", "url": f"{HERE}/webhook"}, HERE, "fail"),
        ({}, HERE, "fail"),
    ],
)
def test_webhooks_must_come_here_as_json(hook: dict[str, str], public: str | None, level: str) -> None:
    assert levels(address(hook, public)) == [level]


def sent(*statuses: str, event: str = "push") -> list[dict[str, Any]]:
    return [{"event": event, "status": status} for status in statuses]


@pytest.mark.parametrize(
    ("records", "level"),
    [
        ([], "warn"),
        (sent("failed to connect to host", event="ping"), "warn"),
        (sent("OK", event="ping"), "ok"),
        (sent("OK", "OK"), "ok"),
        (sent("OK", "timed out"), "warn"),
        (sent("timed out", "OK"), "fail"),
    ],
)
def test_the_latest_delivery_counts_most(records: list[dict[str, Any]], level: str) -> None:
    assert levels(deliveries(records)) == [level]


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        (OURS, ["ok"], "takes what we send"),
        (None, ["fail"], "`main` has no .github/workflows/tdd.yml"),
        ("a: [1", ["fail"], "is not YAML (line 1)"),
        ("\x00", ["fail"], "is not YAML"),
        ("- 1", ["fail"], "assignment, base, head"),
        ("on: [push]", ["fail"], "assignment, base, head"),
        (OURS.replace("      nonce:\n", "      key: {required: true}\n      nonce:\n"), ["fail"], "not send: key"),
        (OURS.replace("      nonce:\n", "      key: {default: x, required: true}\n      nonce:\n"), ["ok"], "takes"),
        (OURS.replace("runs-on: ubuntu-latest", "runs-on: [self-hosted, big]", 1), ["ok", "warn"], "takes"),
    ],
)
def test_a_workflow_file_is_read_for_its_inputs_and_runners(text: str | None, expected: list[str], told: str) -> None:
    found = list(examine_workflow("owner/shop", None if text is None else text.encode(), "main"))
    assert levels(*found) == expected
    assert told in found[0].told


def test_runners_of_ones_own_are_named() -> None:
    text = OURS.replace("runs-on: ubuntu-latest", "runs-on: [self-hosted, big]", 1)
    *_, last = examine_workflow("owner/shop", text.encode(), "main")
    assert "big, self-hosted" in last.told


def test_a_branch_in_the_way_is_named_and_runs_are_counted() -> None:
    state, tasks = "refs/heads/tdd-state", "refs/heads/tdd"
    (good,) = refs("owner/shop", {state: [f"{state}/pr-1", f"{state}/repo"], tasks: [f"{tasks}/1/TASK-1", f"{tasks}s"]})
    assert good.told == "State can be written below refs/heads/tdd-state (1 run there)."
    (bad,) = refs("owner/shop", {state: [], tasks: [tasks]})
    assert bad.told.startswith("The branch `tdd` is in the way")


@pytest.mark.parametrize(("left", "level"), [(5000, "ok"), (499, "warn"), (0, "fail")])
def test_requests_that_are_left(left: int, level: str) -> None:
    assert levels(requests_left("x", {"resources": {"core": {"remaining": left, "limit": 5000}}})) == [level]
