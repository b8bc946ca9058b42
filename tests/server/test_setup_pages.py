"""The set-up over real HTTP: who is turned away, what goes wrong, and what the pages then say."""

import json
import logging
from pathlib import Path

import httpx
import pytest

from tdd_orchestrator.inbox import Inbox
from world.browser import Browser
from world.setting_up import setting_up


async def test_without_the_token_the_set_up_is_closed_and_says_where_to_look(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene, Browser() as other:
        for path in ("/", "/setup", "/setup/created?code=x&state=y", "/setup?token=wrong"):
            page = await other.open(scene.url + path)
            assert (other.status, "Look into the terminal" in page) == (403, True), path
        await scene.enter()
        assert scene.browser.status == 200
        assert scene.desk.door.token not in scene.browser.url
        assert "restart the server" in await other.open(f"{scene.url}/setup?token={scene.desk.door.token}")
        assert other.status == 403
        await scene.enter()
        assert scene.browser.status == 200, "the same browser may use its address again"


async def test_before_there_is_an_app_a_webhook_is_asked_to_come_later(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene, httpx.AsyncClient(base_url=scene.url, trust_env=False) as client:
        early = await client.post("/webhook", content=b"{}")
        assert (early.status_code, early.headers["retry-after"]) == (503, "60")
        assert (await client.get("/health")).json() == {"status": "waiting for set-up"}
        assert (await client.get("/metrics")).status_code == 404


async def test_an_answer_that_was_not_asked_for_is_refused(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene:
        await scene.enter()
        await scene.browser.press("/settings/apps/new")
        await scene.browser.press("/settings/apps/manifest", state="forged", name="tdd-shop")
        assert scene.browser.status == 403
        assert "not the answer to a form of this page" in scene.browser.text
        assert not scene.desk.board.serves
        assert not (tmp_path / "data").exists()


async def test_a_code_is_used_once_and_a_second_app_is_not_taken(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene:
        await scene.enter()
        state = scene.desk.door.state()
        created = f"{scene.url}/setup/created"
        page = await scene.browser.open(f"{created}?code=unknown&state={state}")
        assert "it was used already, or is older than an hour" in page
        await scene.browser.open(f"{scene.url}/setup")
        await scene.browser.press("/settings/apps/new")
        await scene.browser.press("/settings/apps/manifest", name="tdd-shop")
        (answered,) = [each for each in scene.browser.visited if "/created?code=" in each and "unknown" not in each]
        assert "not the answer" in await scene.browser.open(answered)
        page = await scene.browser.open(f"{created}?code=x&state={scene.desk.door.state()}")
        assert "There is an App already" in page


async def test_secrets_can_be_printed_once_instead_of_stored(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with setting_up(tmp_path, {"TDD_SETUP": "print"}) as scene:
        await scene.create()
        assert "printed in the terminal, once" in scene.browser.text
        (said,) = scene.said
        lines = dict(line.split("=", 1) for line in said.splitlines()[1:])
        assert lines["TDD_APP_ID"] == str(scene.app.id)
        assert lines["TDD_PRIVATE_KEY"].replace("\\n", "\n").strip() == scene.app.private_key_pem.strip()
        assert lines["TDD_WEBHOOK_SECRET"] == scene.app.webhook_secret
        assert not (tmp_path / "data" / "app.json").exists()
        assert scene.desk.board.serves
        assert scene.app.webhook_secret not in caplog.text + "".join(scene.browser.shown)


async def test_a_place_that_cannot_be_written_is_told_before_and_after(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    environ = {"TDD_DATABASE_URL": f"sqlite:///{tmp_path / 'inbox.sqlite'}"}
    async with setting_up(tmp_path, environ) as scene:
        assert "is not writable: mend that first" in await scene.enter()
        await scene.browser.press("/settings/apps/new")
        page = await scene.browser.press("/settings/apps/manifest", name="tdd-shop")
        assert "this server forgets them" in page
        assert scene.desk.board.serves


async def test_a_server_that_cannot_begin_says_so_and_keeps_the_secrets(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene:
        await scene.enter()
        (tmp_path / "data").mkdir()
        taken = await Inbox.open(f"sqlite:///{tmp_path / 'data' / 'inbox.sqlite'}")
        try:
            await scene.browser.press("/settings/apps/new")
            page = await scene.browser.press("/settings/apps/manifest", name="tdd-shop")
        finally:
            await taken.close()
        assert "Serving could not begin" in page
        assert "Restart the server." in page
        assert json.loads((tmp_path / "data" / "app.json").read_text())["app_id"] == scene.app.id


@pytest.mark.parametrize("public", ["", "http://localhost:8080"])
async def test_a_github_elsewhere_needs_to_know_where_we_are(tmp_path: Path, public: str) -> None:
    environ = {"TDD_GITHUB_URL": "https://api.github.com", "TDD_PUBLIC_URL": public}
    async with setting_up(tmp_path, environ) as scene:
        page = await scene.enter()
        assert "<code>TDD_PUBLIC_URL=https://tdd.example.com</code>" in page
        assert "<button" not in page


async def test_the_button_sends_our_manifest_to_github(tmp_path: Path) -> None:
    environ = {"TDD_GITHUB_URL": "https://git.example/api/v3", "TDD_PUBLIC_URL": "https://tdd.example"}
    async with setting_up(tmp_path, environ) as scene:
        await scene.enter()
        form = scene.browser.form("/settings/apps/new")
        assert form.action == f"https://git.example/settings/apps/new?state={scene.desk.door.state()}"
        said = json.loads(form.fields["manifest"])
        assert said["hook_attributes"]["url"] == "https://tdd.example/webhook"
        assert said["redirect_url"] == f"{scene.url}/setup/created", "the browser comes back to where it was"
        shown = scene.browser.page
        assert shown is not None
        assert shown.headers["content-security-policy"].endswith("form-action 'self' https://git.example")
        assert shown.headers["cache-control"] == "no-store"
        await scene.browser.press("/setup", organization="octo", workflows="1")
        form = scene.browser.form("/settings/apps/new")
        assert form.action.startswith("https://git.example/organizations/octo/settings/apps/new?")
        assert json.loads(form.fields["manifest"])["default_permissions"]["workflows"] == "write"
        page = await scene.browser.open(f"{scene.url}/setup?organization=%3Cscript%3E")
        assert scene.browser.status == 400
        assert "<script>" not in page


async def test_a_github_that_stumbles_is_waited_for(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene:
        await scene.create()
        looking = scene.desk.looking
        assert looking is not None
        scene.hub.faults.respond("GET", "/app$", 401, times=None)
        looking.forget()
        page = await scene.browser.open(f"{scene.url}/setup")
        assert "GitHub answered 401 to GET /app" in page
        assert 'http-equiv="refresh"' in page
        scene.hub.faults.clear()
        assert "App installed" in await scene.browser.open(f"{scene.url}/setup")
