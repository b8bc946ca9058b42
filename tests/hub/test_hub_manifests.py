"""An app is registered from a manifest: a form, a button, a code that is good once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tdd_orchestrator.hub.acts.apps import converted, register, slug_of
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.pages import hub_with_pages
from tdd_orchestrator.hub.state import system_clock
from world.hub_town import PERMISSIONS, Town, app_key

BACK = "http://127.0.0.1:9/setup/created"
MANIFEST = {
    "name": "Shop Keeper",
    "url": "https://example.com",
    "hook_attributes": {"url": "http://127.0.0.1:9/webhook"},
    "redirect_url": BACK,
    "default_permissions": {"checks": "write", "issues": "read"},
    "default_events": ["issue_comment"],
}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with hub_with_pages(tmp_path) as hub:
        hub.add_user("maintainer")
        hub.add_repository("owner/one")
        hub.add_repository("owner/two")
        hub.add_repository("other/three")
        yield hub
        assert not hub.unexpected


@pytest.fixture
async def browser(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=hub.url, trust_env=False) as client:
        yield client


async def registered(browser: httpx.AsyncClient, **changed: str) -> httpx.Response:
    """Press the hub's own button."""
    form = {"manifest": json.dumps(MANIFEST), "state": "s/1", "owner": "maintainer", "name": "Shop Keeper", **changed}
    return await browser.post("/settings/apps/manifest", data=form)


def code_in(answer: httpx.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def test_the_form_of_any_site_shows_what_is_asked_for_and_makes_nothing(
    hub: Hub, browser: httpx.AsyncClient
) -> None:
    page = await browser.post(
        "/organizations/octo/settings/apps/new?state=s%2F1",
        data={"manifest": json.dumps(MANIFEST)},
        headers={"origin": "http://elsewhere.example"},
    )
    for text in ("Create GitHub App for octo", "Shop Keeper", "issue_comment", 'value="s/1"', "/webhook"):
        assert text in page.text
    assert "form-action 'self' http://127.0.0.1:9;" in page.headers["content-security-policy"]
    assert not hub.world.apps


async def test_the_code_is_good_for_everything_once(hub: Hub, browser: httpx.AsyncClient) -> None:
    answer = await registered(browser)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}?code=")
    assert answer.headers["location"].endswith("&state=s%2F1")
    (app,) = hub.world.apps.values()
    first = await browser.post(f"/api/v3/app-manifests/{code_in(answer)}/conversions")
    assert first.status_code == 201
    told = first.json()
    assert (told["id"], told["slug"], told["owner"]["login"]) == (app.id, "shop-keeper", "maintainer")
    assert (told["pem"], told["webhook_secret"]) == (app.private_key_pem, app.webhook_secret)
    assert told["permissions"] == {"checks": "write", "issues": "read", "metadata": "read"}
    again = await browser.post(f"/api/v3/app-manifests/{code_in(answer)}/conversions")
    assert again.status_code == 404
    await hub.post.settled()
    assert [one.event for one in hub.post.deliveries] == ["ping"]


async def test_a_code_is_old_after_an_hour(hub: Hub, browser: httpx.AsyncClient) -> None:
    code = code_in(await registered(browser))
    hub.world.clock = lambda: system_clock() + timedelta(minutes=61)
    with pytest.raises(Refused):
        converted(hub.world, code)


@pytest.mark.parametrize(
    "changed",
    [
        {"manifest": "{"},
        {"manifest": "[]"},
        {"manifest": json.dumps({**MANIFEST, "url": ""})},
        {"manifest": json.dumps({**MANIFEST, "hook_attributes": {"url": "javascript:x"}})},
        {"manifest": json.dumps({**MANIFEST, "default_events": ["push"]})},
        {"name": "!!"},
    ],
)
async def test_a_manifest_that_cannot_be_made_is_refused(
    hub: Hub, browser: httpx.AsyncClient, changed: dict[str, str]
) -> None:
    assert (await registered(browser, **changed)).status_code == 422
    assert not hub.world.apps


async def test_a_name_is_given_once(hub: Hub, browser: httpx.AsyncClient) -> None:
    await registered(browser)
    assert (await registered(browser, name="shop keeper")).status_code == 422
    assert slug_of("  Käse & Brot ") == "k-se-brot"


async def test_the_button_of_another_site_is_refused(hub: Hub, browser: httpx.AsyncClient) -> None:
    form = {"manifest": json.dumps(MANIFEST), "name": "x"}
    answer = await browser.post("/settings/apps/manifest", data=form, headers={"origin": "http://elsewhere.example"})
    assert (answer.status_code, len(hub.world.apps)) == (403, 0)


async def test_it_is_installed_where_it_was_ticked(hub: Hub, browser: httpx.AsyncClient) -> None:
    app = register(hub.world, "shop", "http://127.0.0.1:9/", {}, private_key_pem=app_key())
    assert (await browser.get("/apps/shop")).headers["location"] == "/apps/shop/installations/new"
    await browser.post("/apps/shop/installations/new", data={"repository": ["owner/one", "other/three"]})
    page = await browser.post(
        "/apps/shop/installations/new", data={"repository": ["owner/one", "owner/two"]}, follow_redirects=True
    )
    assert page.text.count("checked disabled") == 3
    assert sorted(len(one.repository_ids) for one in hub.world.installations.values()) == [1, 2]
    sent = [(one.event, one.action) for one in hub.post.deliveries if one.app is app]
    assert sent == [("installation", "created")] * 2 + [("installation_repositories", "added")]
    assert (await browser.get("/apps/nobody/installations/new")).status_code == 404


async def test_the_webhooks_address_and_names_of_secrets_can_be_asked_for(town: Town) -> None:
    hook = await town.client(town.app_jwt()).get(f"{town.hub.api_url}/app/hook/config")
    assert (hook.json()["url"], hook.json()["secret"]) == (town.app.webhook_url, "********")
    town.hub.set_secret("town/square", "KEY", "canary")
    assert (await (await town.bot()).get("/actions/secrets")).status_code == 403
    town.app.permissions["secrets"] = "read"
    bot = await town.bot()
    names = await bot.get("/actions/secrets")
    assert [one["name"] for one in names.json()["secrets"]] == ["KEY"]
    assert "canary" not in names.text
    assert (await bot.get("/actions/organization-secrets")).json() == {"total_count": 0, "secrets": []}


async def test_workflow_files_take_a_permission_of_their_own(town: Town) -> None:
    entry = {"path": ".github/workflows/new.yml", "mode": "100644", "type": "blob", "content": "on: push\n"}
    body = {"base_tree": town.sha("main"), "tree": [entry]}
    refused = await (await town.bot()).post("/git/trees", json=body)
    assert (refused.status_code, refused.headers["x-accepted-github-permissions"]) == (403, "workflows=write")
    town.app.permissions["workflows"] = "write"
    granted = await (await town.bot(**PERMISSIONS, workflows="write")).post("/git/trees", json=body)
    assert granted.status_code == 201
