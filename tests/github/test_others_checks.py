"""Others' checks at the wire: what counts, what never does, and the lines of a log that GitHub keeps elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import respx

from tdd_orchestrator.core.ci import CiCheck, CiState
from tdd_orchestrator.github.ci import OthersChecks
from world.patient import ROOT, connected

SHA = "a" * 40
ACTIONS, OURS = {"id": 15368, "slug": "github-actions"}, {"id": 77, "slug": "tdd"}
LOG = "2026-11-20T10:00:00Z quiet\n##[error]a.py:1: E501\n"


def check(id: int, name: str, conclusion: str | None, app: Mapping[str, Any] = ACTIONS, **more: Any) -> dict[str, Any]:
    """A check run, in the suite 1 unless told otherwise."""
    shown = {
        "id": id,
        "name": name,
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "app": app,
        "check_suite": {"id": 1},
        "external_id": "",
        "html_url": f"https://github.com/o/r/runs/{id}",
        "details_url": f"https://github.com/o/r/actions/runs/5/job/{id}",
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0},
    }
    return {**shown, **more}


def workflow_run(id: int, suite: int, path: str, conclusion: str | None = "success", **more: Any) -> dict[str, Any]:
    status, page = "completed" if conclusion else "queued", f"https://github.com/o/r/actions/runs/{id}"
    shown = {"id": id, "name": path.rpartition("/")[2], "check_suite_id": suite, "path": path, "event": "push"}
    return {**shown, "status": status, "conclusion": conclusion, "html_url": page, **more}


def shows(
    checks: Sequence[Mapping[str, Any]] = (),
    runs: Sequence[Mapping[str, Any]] = (),
    statuses: Sequence[Mapping[str, Any]] | None = (),
) -> None:
    """What GitHub shows on the commit; `None`: statuses may not be read."""
    respx.get(f"{ROOT}/commits/{SHA}/check-runs").respond(json={"check_runs": list(checks)})
    respx.get(f"{ROOT}/actions/runs").respond(json={"workflow_runs": list(runs)})
    status = respx.get(f"{ROOT}/commits/{SHA}/status")
    if statuses is None:
        status.respond(403, json={"message": "Resource not accessible by integration"})
    else:
        status.respond(json={"statuses": list(statuses)})


async def seen() -> tuple[CiCheck, ...]:
    async with connected() as github:
        github.app_id = 77
        return await OthersChecks(github).on(SHA)


@respx.mock
async def test_our_own_checks_and_runs_never_count_and_neither_do_superseded_ones() -> None:
    shows(
        [
            check(1, "TDD", "failure", OURS),
            check(2, "TDD", "failure", ACTIONS, external_id="tdd1:pr-7:run:abc:g0"),
            check(3, "work", "failure", check_suite={"id": 3}),
            check(4, "build", "cancelled", check_suite={"id": 4}),
            check(5, "build", "success", check_suite={"id": 5}),
        ],
        [
            workflow_run(9, 5, ".github/workflows/ci.yml"),
            workflow_run(8, 4, ".github/workflows/ci.yml", "cancelled"),
            workflow_run(7, 3, ".github/workflows/tdd.yml@refs/heads/main", "failure"),
        ],
    )
    assert [(each.name, each.state) for each in await seen()] == [("build", CiState.PASSED)]


@respx.mock
async def test_the_log_of_a_failed_job_is_read_once_without_our_token() -> None:
    shows([check(5, "build", "failure"), check(6, "slow", None), check(7, "stopped", "cancelled")])
    store = "https://store.example.com/logs/5?sig=x"
    log = respx.get(f"{ROOT}/actions/jobs/5/logs").respond(302, headers={"Location": store})
    kept = respx.get(store).respond(text=LOG)
    async with connected() as github:
        github.app_id = 77
        others = OthersChecks(github)
        first, again = await others.on(SHA), await others.on(SHA)
    assert first == again
    assert {each.name: each.state for each in first} == {
        "build": CiState.FAILED,
        "slow": CiState.PENDING,
        "stopped": CiState.HELD,
    }
    assert first[0].lines == "quiet\n##[error]a.py:1: E501"
    assert (log.call_count, kept.call_count) == (1, 1)
    assert "Authorization" not in kept.calls.last.request.headers


@respx.mock
async def test_another_app_is_told_by_its_annotations_and_texts() -> None:
    output = {"title": "2 faults", "summary": "see below", "text": None, "annotations_count": 2}
    shows([check(5, "lint", "failure", {"id": 9, "slug": "linter"}, output=output)])
    notes = [
        {"path": "a.py", "start_line": 3, "annotation_level": "failure", "message": "too long"},
        {"path": "a.py", "start_line": 4, "annotation_level": "notice", "message": "well done"},
    ]
    respx.get(f"{ROOT}/check-runs/5/annotations").respond(json=notes)
    (lint,) = await seen()
    assert lint.lines == "a.py:3: too long\n2 faults\nsee below"


@respx.mock
async def test_a_log_that_is_gone_or_too_large_stops_nothing() -> None:
    shows([check(5, "gone", "failure"), check(6, "large", "failure")])
    respx.get(f"{ROOT}/actions/jobs/5/logs").respond(410, json={"message": "Gone"})
    respx.get(f"{ROOT}/actions/jobs/6/logs").respond(302, headers={"Location": "https://store.example.com/6"})
    respx.get("https://store.example.com/6").mock(return_value=httpx.Response(200, content=b"x" * 20_000_001))
    gone, large = await seen()
    assert gone.lines == ""
    assert "could not be read" in large.lines


@respx.mock
async def test_runs_without_a_job_yet_and_statuses_count_and_statuses_may_be_out_of_reach() -> None:
    runs = [
        workflow_run(9, 5, ".github/workflows/ci.yml", None),
        workflow_run(8, 6, ".github/workflows/bad.yml", "startup_failure"),
        workflow_run(7, 8, ".github/workflows/ask.yml", "action_required"),
    ]
    statuses: list[dict[str, Any]] = [
        {"context": "jenkins", "state": "error", "description": "It broke.", "target_url": "https://ci.example.com/1"},
        {"context": "slow", "state": "pending", "description": None, "target_url": None},
    ]
    shows((), runs, statuses)
    told = {each.name: (each.state, each.lines) for each in await seen()}
    assert told["ci.yml"] == (CiState.PENDING, "")
    assert told["bad.yml"][0] is CiState.FAILED
    assert told["ask.yml"][0] is CiState.HELD
    assert told["jenkins"] == (CiState.FAILED, "It broke.")
    assert told["slow"] == (CiState.PENDING, "")
    shows((), runs, None)
    assert len(await seen()) == 3
