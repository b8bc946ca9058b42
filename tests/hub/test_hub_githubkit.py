"""The client that the app uses, unchanged, against the hub; and the hub from a program without an event loop."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx
from githubkit import AppAuthStrategy, GitHub
from githubkit.cache import MemCacheStrategy

from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.thread import HubThread
from world.hub_town import PERMISSIONS, REPO, Town, git, seeded


async def test_githubkit_mints_a_token_writes_a_check_run_and_dispatches(town: Town) -> None:
    strategy = AppAuthStrategy(town.app.id, town.app.private_key_pem)
    base, cache = f"{town.hub.api_url}/", MemCacheStrategy()
    async with GitHub(strategy, base_url=base, cache_strategy=cache, auto_retry=False, timeout=5) as app:
        found = await app.rest.apps.async_get_repo_installation("town", "square")
        bot = app.with_auth(
            strategy.as_installation(found.parsed_data.id, permissions={"checks": "write", "actions": "write"})
        )
        async with bot:
            made = await bot.rest.checks.async_create("town", "square", name="TDD", head_sha=town.sha("feature"))
            assert made.parsed_data.status == "queued"
            changed = await bot.rest.checks.async_update(
                "town", "square", made.parsed_data.id, conclusion="success", output={"title": "t", "summary": "s"}
            )
            assert changed.parsed_data.conclusion == "success"
            started = await bot.arequest(
                "POST",
                f"/repos/{REPO}/actions/workflows/work.yml/dispatches",
                json={"ref": "main", "inputs": {"nonce": "n"}, "return_run_details": True},
                headers={"X-GitHub-Api-Version": "2022-11-28"},
            )
            assert started.json()["workflow_run_id"] in town.hub.repository(REPO).runs
    assert town.hub.unexpected == []


def test_a_synchronous_program_uses_the_hub_in_a_thread(tmp_path: Path) -> None:
    def make() -> Hub:
        hub = Hub(tmp_path)
        hub.add_repository(REPO, seeded())
        hub.install(hub.add_app("tdd", "http://127.0.0.1:9/", PERMISSIONS), REPO)
        return hub

    with HubThread(make) as thread:
        assert httpx.get(f"{thread.url}/zen", trust_env=False).text == "Keep it logically awesome."
        subprocess.run(["git", "clone", "-q", thread.hub.clone_url(REPO), str(tmp_path / "clone")], check=True)
        pull = thread.call(lambda hub: hub.open_pull(REPO, "writer", "One", "feature"))
        thread.run(thread.hub.settled())
        statuses = [one.status for one in thread.hub.post.deliveries]
    assert pull.number == 1
    assert statuses == ["failed to connect to host"] * 2
    assert git(tmp_path / "clone", "rev-parse", "origin/feature") == pull.head_sha
