"""The pages show the hub as it is, and what is pressed on them happens in the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.state import PullRequest
from world.sample_hub import NAME, open_sample, work


@dataclass(frozen=True)
class Visit:
    """A hub and a browser without a window."""

    hub: Hub
    pull: PullRequest
    client: httpx.AsyncClient

    async def get(self, path: str) -> str:
        """A page of the pull request."""
        answer = await self.client.get(f"/{NAME}/pull/{self.pull.number}{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the repository."""
        return await self.client.post(f"/{NAME}{path}", data=fields)

    def check(self, name: str) -> int:
        """The id of a check by a part of its name."""
        return next(one.id for one in self.pull.repository.checks.values() if name in one.name)

    def told(self, event: str, action: str) -> list[str]:
        """Who caused the deliveries of this kind."""
        found = [one.payload for one in self.hub.post.deliveries if (one.event, one.action) == (event, action)]
        return [payload["sender"]["login"] for payload in found]


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    hub, pull = await open_sample(tmp_path)
    async with httpx.AsyncClient(base_url=hub.url, trust_env=False) as client:
        yield Visit(hub, pull, client)
    await hub.stop()


async def test_every_tab_shows_what_there_is(visit: Visit) -> None:
    await work(visit.hub)
    index = (await visit.client.get("/")).text
    assert "Ledger: interest, paid monthly &lt;b&gt;&amp;&lt;/b&gt; rounded" in index
    talk = await visit.get("")
    for text in ("/tdd approve", "tdd[bot]", "PRD: interest", "has started", 'aria-label="rocket"', "1 failing"):
        assert text in talk
    assert "tdd:sticky" not in talk
    checks = await visit.get("/checks")
    for text in ("TDD / TASK-3 · Rounding", "3 of 6 tasks, 2 running", '<svg class="flow"', "What happens next"):
        assert text in checks
    task = await visit.get(f"/checks?check_run_id={visit.check('TASK-3')}")
    for text in ("tests/test_rounding.py:7–9", "Passed before the code existed", ">Take over<", ">Re-run<"):
        assert text in task
    assert "+2" in await visit.get("/files")
    actions = await visit.get("/actions")
    for text in ("work TASK-3", "the claim holds", "Run the new tests", "tests/test_rounding.py:7</code>"):
        assert text in actions
    assert not visit.hub.unexpected


async def test_a_commit_has_a_page(visit: Visit) -> None:
    page = (await visit.client.get(f"/{NAME}/commit/{visit.pull.head_sha}")).text
    for text in ("TASK-1: a rate is never negative", "TDD-Stage: green", "raise ValueError(rate)"):
        assert text in page
    assert (await visit.client.get(f"/{NAME}/commit/{'0' * 40}")).status_code == 404


async def test_a_comment_is_written_in_the_chosen_name(visit: Visit) -> None:
    visit.client.cookies.set("as", "reader")
    answer = await visit.post("/pull/1/comment", body="/tdd status\r\nplease")
    assert answer.status_code == 303
    made = list(visit.pull.repository.comments.values())[-1]
    assert (made.user.login, made.body) == ("reader", "/tdd status\nplease")
    assert answer.headers["location"].endswith(f"/pull/1#issuecomment-{made.id}")


async def test_what_checks_say_stands_at_the_lines_of_the_files(visit: Visit) -> None:
    head = visit.pull.head_sha
    run = next(run for run in visit.pull.repository.checks.values() if run.name == "TDD" and run.head_sha == head)
    note = {"path": "prds/interest.prd.md", "start_line": 3, "end_line": 3, "annotation_level": "notice"}
    run.annotations += [{**note, "title": "REQ-1 · held", "message": "Tests: <one>"}]
    page = await visit.get("/files")
    at = page.index("An account earns interest monthly")
    assert "REQ-1 · held" in page[at:]
    assert "Tests: &lt;one&gt;" in page[at:]
    assert page.index("REQ-1 · held") < page.index("Amounts are rounded half to even")
    assert "1 notice" in await visit.get(f"/checks?check_run_id={run.id}")


async def test_buttons_and_rerun_reach_the_app(visit: Visit) -> None:
    check = visit.check("TASK-3")
    assert (await visit.post(f"/runs/{check}/press", identifier="retry")).status_code == 303
    assert (await visit.post(f"/runs/{check}/rerequest")).status_code == 303
    assert visit.told("check_run", "requested_action") == ["maintainer"]
    assert visit.told("check_run", "rerequested") == ["maintainer"]
    assert (await visit.post(f"/runs/{check}/press", identifier="nothing")).status_code == 404


async def test_a_workflow_runs_again_from_its_page(visit: Visit) -> None:
    await work(visit.hub)
    run = next(iter(visit.pull.repository.runs.values()))
    assert (await visit.post(f"/actions/runs/{run.id}/rerun")).status_code == 303
    await visit.hub.settled()
    assert (run.attempt, run.conclusion) == (2, "success")
    assert "attempt 2" in await visit.get(f"/actions?run={run.id}")


async def test_addresses_in_payloads_lead_to_pages(visit: Visit) -> None:
    await work(visit.hub)
    run = next(iter(visit.pull.repository.runs.values()))
    for path in (
        f"/runs/{visit.check('TASK-1')}",
        f"/actions/runs/{run.id}",
        f"/actions/runs/{run.id}/job/{run.jobs[0].id}",
    ):
        answer = await visit.client.get(f"/{NAME}{path}")
        assert answer.status_code == 303
        assert (await visit.client.get(answer.headers["location"])).status_code == 200
    for path in ("/octo/none/pull/1", f"/{NAME}/pull/9", f"/{NAME}/runs/1", f"/{NAME}/actions/runs/1"):
        assert (await visit.client.get(path)).status_code == 404


async def test_a_form_of_another_site_is_refused(visit: Visit) -> None:
    before = len(visit.pull.repository.comments)
    headers = {"origin": "http://elsewhere.test"}
    answer = await visit.client.post(f"/{NAME}/pull/1/comment", data={"body": "x"}, headers=headers)
    assert (answer.status_code, len(visit.pull.repository.comments)) == (403, before)


async def test_a_page_lets_nothing_in_from_elsewhere(visit: Visit) -> None:
    answer = await visit.client.get(f"/{NAME}/pull/1")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "http" not in policy
    assert 'src="http' not in answer.text
