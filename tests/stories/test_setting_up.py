"""From a server without an App to one whose webhooks arrive and whose repository is ready, in a browser."""

import json
import logging
import time
from pathlib import Path

import pytest

from tdd_orchestrator.doctor.examination import examine
from tdd_orchestrator.doctor.finding import Level
from tdd_orchestrator.hub.acts.pulls import merge_pull
from tdd_orchestrator.server.settings import Settings
from world.setting_up import REPO, SettingUp, setting_up

WORKFLOW, SECRET, HEARD = "Workflow file on the default branch", "Secret ANTHROPIC_API_KEY", "First webhook received"


def secrets_of(scene: SettingUp) -> list[str]:
    """Everything that must never be seen: a long line of the key stands for the key."""
    app = scene.app
    return [app.webhook_secret, app.client_secret, *app.private_key_pem.splitlines()[1:4]]


async def healthy(scene: SettingUp) -> str:
    said: str = json.loads(await scene.browser.open(f"{scene.url}/health"))["status"]
    return said


async def test_an_app_is_made_installed_and_heard_of_and_its_repository_gets_what_it_needs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    async with setting_up(tmp_path) as scene:
        assert "/setup?token=" in await scene.browser.open(scene.url)
        assert scene.browser.status == 403
        assert await healthy(scene) == "waiting for set-up"

        await scene.create(workflows=True)
        assert scene.browser.url == f"{scene.url}/setup"
        kept = tmp_path / "data" / "app.json"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert json.loads(kept.read_text())["app_id"] == scene.app.id
        assert await healthy(scene) == "ok"  # without a restart

        await scene.steps()
        await scene.hub.settled()  # the ping that came too early is asked for again
        steps = await scene.steps()
        assert steps == {"App created": "done", "App installed": "waiting", HEARD: "done"}
        await scene.install()
        steps = await scene.steps()
        assert (steps["App installed"], steps[WORKFLOW], steps[SECRET]) == ("done", "waiting", "unseen")

        await scene.browser.press("/setup/onboarding")
        repository = scene.hub.repository(REPO)
        (pull,) = repository.pulls.values()
        assert (pull.user.login, pull.base_ref) == ("tdd-shop[bot]", "main")
        assert f"/{REPO}/pull/{pull.number}" in scene.browser.text
        workflow = repository.git.text("show", "tdd/onboarding:.github/workflows/tdd.yml")
        assert "run: python -I -m pip install pytest -e ." in workflow
        merge_pull(scene.hub.site, pull, scene.hub.world.users["maintainer"], None, None)
        assert (await scene.steps())[WORKFLOW] == "done"
        assert "<h1>Ready</h1>" in scene.browser.text

        await scene.hub.settled()
        said = "".join((*scene.browser.shown, *scene.browser.visited, caplog.text, *capfd.readouterr(), *scene.said))
        assert not [secret for secret in secrets_of(scene) if secret in said]
        assert {scene.app.webhook_secret, scene.app.private_key_pem} <= set(scene.hidden)
        stored = {"TDD_DATA_DIR": str(tmp_path / "data")}
        found = [finding async for finding in examine(stored, REPO, time.time())]
        assert not [finding for finding in found if finding.level is Level.FAIL]
        assert found[-1].about == REPO
    again = Settings.from_environ(stored)
    assert (again.app_id, again.github_url) == (scene.app.id, scene.hub.api_url)
