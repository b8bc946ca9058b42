"""What others' checks say of a commit: check runs, workflow runs without one yet, and commit statuses; never our own.

Three requests, free by their ETags when nothing has changed; the log of a failed job is read once.
https://docs.github.com/en/rest/checks/runs https://docs.github.com/en/rest/commits/statuses
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from tdd_orchestrator.core.ci import CiCheck, CiState, cut, telling_lines
from tdd_orchestrator.github.artifacts import downloaded
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import Forbidden, GitHubError, Gone, NotFound

OUR_FILE, OUR_CHECKS = ".github/workflows/tdd.yml", "tdd1:"
GREEN = frozenset({"success", "neutral", "skipped"})
HELD = frozenset({"cancelled", "action_required", "stale"})
LARGEST_LOG = 20_000_000
LOGS_KEPT = 50
MOST_CHECKS = 200
JOB = re.compile(r"/actions/runs/\d+/jobs?/(\d+)")
STATUS = {"success": CiState.PASSED, "pending": CiState.PENDING}


class OthersChecks:
    """Looks at commits of one repository. `workflow` is the file of our own workflow, whose runs never count."""

    def __init__(self, connection: Connection, workflow: str = OUR_FILE) -> None:
        self._connection, self._workflow = connection, workflow
        self._told: OrderedDict[int, str] = OrderedDict()

    async def on(self, sha: str) -> tuple[CiCheck, ...]:
        """Every check of others on a commit, by name; failures with the lines that tell them."""
        runs = await self._workflow_runs(sha)
        newest = {(run.get("path"), run.get("event")): run for run in reversed(runs)}  # GitHub lists the newest first
        counted = [run for run in newest.values() if not self._is_ours(run)]
        left_out = _suites(runs) - _suites(counted)
        shown = [check for check in await self._check_runs(sha) if self._counts(check, left_out)]
        filled = {(check.get("check_suite") or {}).get("id") for check in shown}
        found = [await self._check(check) for check in shown]
        found += [_unfilled(run) for run in counted if run["check_suite_id"] not in filled]
        found += await self._statuses(sha)
        return tuple(sorted(found, key=lambda check: check.name)[:MOST_CHECKS])

    def _is_ours(self, run: Mapping[str, Any]) -> bool:
        return str(run.get("path") or "").split("@")[0] == self._workflow

    def _counts(self, check: Mapping[str, Any], left_out: frozenset[int]) -> bool:
        app, suite = check.get("app") or {}, check.get("check_suite") or {}
        if self._connection.app_id is not None and app.get("id") == self._connection.app_id:
            return False
        return not str(check.get("external_id") or "").startswith(OUR_CHECKS) and suite.get("id") not in left_out

    async def _check_runs(self, sha: str) -> list[dict[str, Any]]:
        route = "/repos/{repo}/commits/{sha}/check-runs"
        return [check async for check in self._connection.pages(route, inside="check_runs", sha=sha)]

    async def _workflow_runs(self, sha: str) -> list[dict[str, Any]]:
        listed = self._connection.pages("/repos/{repo}/actions/runs", inside="workflow_runs", query={"head_sha": sha})
        return [run async for run in listed if run.get("check_suite_id")]

    async def _statuses(self, sha: str) -> list[CiCheck]:
        """Commit statuses; none where the permission `statuses: read` was never accepted."""
        try:
            shown = (await self._connection.get("/repos/{repo}/commits/{sha}/status", sha=sha)).json()
        except (Forbidden, NotFound):
            return []
        return [_status(one) for one in shown.get("statuses") or ()]

    async def _check(self, check: Mapping[str, Any]) -> CiCheck:
        state = _state(str(check.get("status")), check.get("conclusion"))
        url = str(check.get("html_url") or check.get("details_url") or "")
        lines = await self._lines(check) if state is CiState.FAILED else ""
        return CiCheck(str(check["name"]), state, url, lines)

    async def _lines(self, check: Mapping[str, Any]) -> str:
        number = int(check["id"])
        if number not in self._told:
            self._told[number] = cut(await self._read(check, number))
            while len(self._told) > LOGS_KEPT:
                self._told.popitem(last=False)
        return self._told[number]

    async def _read(self, check: Mapping[str, Any], number: int) -> str:
        """Annotations first, then the log of an Actions job, or what another app wrote into its check."""
        output = check.get("output") or {}
        said = [str(output.get(part) or "") for part in ("title", "summary", "text")]
        if output.get("annotations_count"):
            said.insert(0, await self._annotations(number))
        if (check.get("app") or {}).get("slug") == "github-actions":
            said.append(await self._log(check, number))
        return "\n".join(part for part in said if part.strip())

    async def _annotations(self, number: int) -> str:
        route = "/repos/{repo}/check-runs/{check}/annotations"
        told = (await self._connection.get(route, check=number)).json()
        graves = [note for note in told if note.get("annotation_level") == "failure"]
        return "\n".join(f"{note.get('path')}:{note.get('start_line')}: {note.get('message')}" for note in graves[:20])

    async def _log(self, check: Mapping[str, Any], number: int) -> str:
        """The telling lines of a job's log. A log that is gone or too large is no reason to stop."""
        named = JOB.search(str(check.get("details_url") or "")) or JOB.search(str(check.get("html_url") or ""))
        try:
            answer = await self._connection.get(
                "/repos/{repo}/actions/jobs/{job}/logs", job=named[1] if named else number
            )
            raw = await downloaded(answer, LARGEST_LOG, f"The log of job {number}")
        except (Forbidden, NotFound, Gone):
            return ""
        except GitHubError as unread:
            return f"Its log could not be read: {unread.message}"
        return telling_lines(raw.decode("utf-8", "replace"))


def _suites(runs: Iterable[Mapping[str, Any]]) -> frozenset[int]:
    return frozenset(int(run["check_suite_id"]) for run in runs)


def _state(status: str, conclusion: object) -> CiState:
    if status != "completed":
        return CiState.HELD if status == "waiting" else CiState.PENDING
    if conclusion in GREEN:
        return CiState.PASSED
    return CiState.HELD if conclusion in HELD else CiState.FAILED


def _unfilled(run: Mapping[str, Any]) -> CiCheck:
    """A workflow run of which no job shows yet, or that could not start."""
    name = str(run.get("name") or run.get("path"))
    state = _state(str(run.get("status")), run.get("conclusion"))
    lines = "The workflow could not start: look at its file." if state is CiState.FAILED else ""
    return CiCheck(name, state, str(run.get("html_url") or ""), lines)


def _status(one: Mapping[str, Any]) -> CiCheck:
    state = STATUS.get(str(one.get("state")), CiState.FAILED)
    lines = str(one.get("description") or "") if state is CiState.FAILED else ""
    return CiCheck(str(one.get("context")), state, str(one.get("target_url") or ""), cut(lines))
