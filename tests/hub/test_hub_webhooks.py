"""Webhooks: signed, in order, never sent again by themselves, and all on record."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from pathlib import Path

from world.hub_town import REPO, Town, open_town


async def test_a_webhook_is_signed_and_says_where_it_comes_from(town: Town) -> None:
    await town.hub.settled()
    headers, body = town.ear.headers[0], town.ear.bodies[0]
    digest = hmac.new(town.app.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={digest}"
    assert headers["x-github-event"] == "ping"
    assert headers["x-github-hook-installation-target-id"] == str(town.app.id)
    assert headers["user-agent"].startswith("GitHub-Hookshot/")
    assert len(headers["x-github-delivery"]) == 36


async def test_webhooks_arrive_in_the_order_of_the_acts(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    for number in range(20):
        town.hub.comment(REPO, 1, "reader", f"comment {number}")
    await town.hub.settled()
    assert [one["comment"]["body"] for one in town.ear.of("issue_comment")] == [f"comment {n}" for n in range(20)]


async def test_an_app_hears_only_what_it_subscribed_to_and_its_own_acts_too(town: Town) -> None:
    quiet = town.hub.add_app("quiet", town.app.webhook_url, {"checks": "read"})
    town.hub.install(quiet, REPO)
    bot = await town.bot()
    await bot.post("/check-runs", json={"name": "TDD", "head_sha": "main"})
    await town.hub.settled()
    hooks: dict[str, list[str]] = {"quiet": [], "tdd": []}
    for one in town.hub.post.deliveries:
        hooks[one.app.slug].append(one.event)
    assert hooks["quiet"] == ["ping", "installation"]
    assert hooks["tdd"] == ["ping", "installation", "check_run"]
    assert town.ear.of("check_run")[0]["sender"]["login"] == "tdd[bot]"


async def test_a_second_repository_joins_the_installation(town: Town) -> None:
    town.hub.add_repository("town/hall", town.work)
    assert town.hub.install(town.app, "town/hall") is town.installation
    await town.hub.settled()
    (told,) = town.ear.of("installation_repositories", "added")
    assert [one["full_name"] for one in told["repositories_added"]] == ["town/hall"]


async def test_a_suspended_installation_is_deaf_and_dumb_and_an_uninstalled_one_is_gone(town: Town) -> None:
    bot = await town.bot()
    town.hub.suspend(town.installation)
    town.hub.open_pull(REPO, "writer", "One", "feature")
    assert (await bot.get("/pulls")).status_code == 401
    town.hub.suspend(town.installation, suspended=False)
    assert (await bot.get("/pulls")).status_code == 200
    town.hub.uninstall(town.installation)
    assert (await bot.get("/pulls")).status_code == 401
    await town.hub.settled()
    assert town.ear.names()[2:] == ["installation.suspend", "installation.unsuspend", "installation.deleted"]


async def test_a_failed_webhook_is_listed_and_sent_again_under_its_guid(town: Town) -> None:
    await town.hub.settled()
    app, root = town.client(town.app_jwt()), f"{town.hub.api_url}/app/hook/deliveries"
    town.ear.status = 503
    town.hub.open_pull(REPO, "writer", "One", "feature")
    await town.hub.settled()
    (failed,) = (await app.get(root, params={"status": "failure"})).json()
    assert (failed["event"], failed["status"], failed["status_code"]) == (
        "pull_request",
        "Invalid HTTP Response: 503",
        503,
    )
    assert len(town.ear.of("pull_request")) == 1
    town.ear.status = 200
    assert (await app.post(f"{root}/{failed['id']}/attempts")).status_code == 202
    await town.hub.settled()
    again = (await app.get(root)).json()[0]
    assert (again["guid"], again["redelivery"], again["status"]) == (failed["guid"], True, "OK")
    assert town.ear.headers[-1]["x-github-delivery"] == failed["guid"]
    whole = (await app.get(f"{root}/{again['id']}")).json()
    assert (whole["request"]["payload"]["number"], whole["response"]["payload"]) == (1, "heard")


async def test_deliveries_are_paged_by_cursor(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    await town.hub.settled()
    app = town.client(town.app_jwt())
    seen, url = [], f"{town.hub.api_url}/app/hook/deliveries?per_page=2"
    while url:
        answer = await app.get(url)
        seen += [one["event"] for one in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert seen == ["pull_request", "installation", "ping"]
    root = f"{town.hub.api_url}/app/hook/deliveries"
    wrong = [(await app.get(root, params=one)).status_code for one in ({"cursor": "x"}, {"status": "odd"})]
    assert wrong == [400, 422]


async def test_an_app_that_does_not_answer_in_time_or_at_all_is_written_down_so(tmp_path: Path) -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(deaf, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with open_town(tmp_path, webhook_time_out=0.05) as town, silent:
        await town.hub.settled()
        town.app.webhook_url = f"http://127.0.0.1:{port}/"
        town.hub.open_pull(REPO, "writer", "One", "feature")
        await town.hub.settled()
        town.app.webhook_url = "http://127.0.0.1:9/"
        town.hub.comment(REPO, 1, "writer", "hello")
        await town.hub.settled()
        fates = [(one.status, one.status_code) for one in town.hub.post.deliveries[-2:]]
    assert fates == [("timed out", 504), ("failed to connect to host", 502)]
