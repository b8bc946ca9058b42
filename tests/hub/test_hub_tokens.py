"""Who may do what: app JWTs, installation tokens and their narrowing, job tokens, people by role, nobody."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from tdd_orchestrator.hub.hub import Hub
from world.hub_town import REPO, Town, open_town

NOW = int(time.time())
BAD_JWTS = [
    ({"exp": NOW - 10}, "'exp') must be"),
    ({"exp": NOW + 1200}, "too far in the future"),
    ({"iat": NOW + 300}, "'iat') must be"),
]


async def test_a_jwt_outside_its_time_is_refused(town: Town) -> None:
    for changes, words in BAD_JWTS:
        answer = await town.client(town.app_jwt(**changes)).get(f"{town.hub.api_url}/app")
        assert (answer.status_code, words in answer.json()["message"]) == (401, True), changes


async def test_a_jwt_of_another_key_algorithm_or_app_is_refused(town: Town) -> None:
    other = town.hub.add_app("other", "http://127.0.0.1:9/", {"checks": "write"})
    claims = {"iat": NOW, "exp": NOW + 60, "iss": str(town.app.id)}
    forged = jwt.encode(claims, other.private_key_pem, algorithm="RS256")
    weak = jwt.encode(claims, "k" * 32, algorithm="HS256")
    stranger = jwt.encode({**claims, "iss": "999"}, other.private_key_pem, algorithm="RS256")
    answers = [await town.client(token).get(f"{town.hub.api_url}/app") for token in (forged, weak, stranger, "a.b.c")]
    assert [one.status_code for one in answers] == [401, 401, 404, 401]


async def test_the_client_id_is_as_good_an_issuer_as_the_app_id(town: Town) -> None:
    answer = await town.client(town.app_jwt(iss=town.app.client_id)).get(f"{town.hub.url}/app")
    assert answer.json()["slug"] == "tdd"


async def test_a_jwt_opens_app_routes_only_and_a_token_never_does(town: Town) -> None:
    assert (await town.client(town.app_jwt()).get("/pulls")).status_code == 403
    bot = await town.bot()
    answer = await bot.get(f"{town.hub.api_url}/app")
    assert (answer.status_code, answer.json()["message"]) == (401, "A JSON web token could not be decoded")


PERMISSIONS = [
    ("POST", "/check-runs", {"name": "x", "head_sha": "main"}, "checks"),
    ("POST", "/issues/1/comments", {"body": "x"}, "issues"),
    ("PATCH", "/pulls/1", {"title": "x"}, "pull_requests"),
    ("POST", "/actions/workflows/work.yml/dispatches", {"ref": "main", "inputs": {"nonce": "1"}}, "actions"),
    ("POST", "/git/blobs", {"content": "x"}, "contents"),
    ("POST", "/statuses/main", {"state": "success"}, "statuses"),
]


async def test_each_write_needs_its_permission(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    for method, path, body, needed in PERMISSIONS:
        weak, strong = await town.bot(**{needed: "read"}), await town.bot(**{needed: "write"})
        refused, done = await weak.request(method, path, json=body), await strong.request(method, path, json=body)
        assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration"), path
        assert needed in refused.headers["x-accepted-github-permissions"]
        assert done.is_success, done.text


async def test_a_token_cannot_be_given_more_than_the_app_holds(town: Town) -> None:
    asking, path = town.client(town.app_jwt()), f"/app/installations/{town.installation.id}/access_tokens"
    for body in ({"permissions": {"workflows": "write"}}, {"repositories": ["elsewhere"]}, {"repository_ids": [1]}):
        assert (await asking.post(f"{town.hub.api_url}{path}", json=body)).status_code == 422
    narrow = await asking.post(f"{town.hub.api_url}{path}", json={"repositories": ["square"]})
    assert [one["full_name"] for one in narrow.json()["repositories"]] == [REPO]


async def test_a_token_dies_after_an_hour_and_when_it_is_revoked(tmp_path: Path) -> None:
    ahead = timedelta(0)
    async with open_town(tmp_path, clock=lambda: datetime.now(UTC) + ahead) as town:
        bot, other = await town.bot(), await town.bot()
        revoke = f"{town.hub.api_url}/installation/token"
        assert [(await other.delete(revoke)).status_code, (await other.get("/branches")).status_code] == [204, 401]
        ahead = timedelta(minutes=61)
        answer = await bot.get("/branches")
        assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


async def test_a_private_repository_does_not_exist_for_strangers(town: Town) -> None:
    town.hub.add_repository("town/vault", town.work, private=True)
    vault = f"{town.hub.api_url}/repos/town/vault"
    strangers = [town.client(None), town.person("outsider"), await town.bot()]
    assert [(await one.get(vault)).status_code for one in strangers] == [404, 404, 404]
    assert (await town.client(town.hub.add_user("town")).get(vault)).json()["private"] is True


PEOPLE = [("outsider", 403), ("reader", 403), ("triager", 403), ("writer", 204), ("maintainer", 204), ("admin", 204)]


async def test_people_may_do_what_their_role_allows(town: Town) -> None:
    body = {"event_type": "go"}
    answers = [(role, (await town.person(role).post("/dispatches", json=body)).status_code) for role, _ in PEOPLE]
    assert answers == PEOPLE


async def test_people_cannot_write_checks_whatever_their_role(town: Town) -> None:
    answer = await town.person("admin").post("/check-runs", json={"name": "x", "head_sha": "main"})
    assert (answer.status_code, answer.json()["message"]) == (403, "You must authenticate via a GitHub App.")


async def test_a_job_token_is_the_actions_app_with_what_the_workflow_file_grants(town: Town) -> None:
    asked = {"ref": "main", "inputs": {"nonce": "n"}, "return_run_details": True}
    started = await (await town.bot()).post("/actions/workflows/work.yml/dispatches", json=asked)
    run = town.hub.actions.get(started.json()["workflow_run_id"])
    token = town.hub.actions.mint_job_token(run, {"checks": "write", "pull-requests": "none"})
    job = town.client(token)
    made = await job.post("/check-runs", json={"name": "x", "head_sha": "main"})
    assert (made.status_code, made.json()["app"]["slug"]) == (201, "github-actions")
    assert made.headers["x-ratelimit-limit"] == "1000"
    assert run.suite is not None
    assert made.json()["check_suite"]["id"] == run.suite.id
    assert (await job.post("/git/blobs", json={"content": "x"})).status_code == 403
    town.hub.actions.revoke_token(token)
    assert (await job.get("/branches")).status_code == 401
    assert {one.token_kind for one in town.hub.requests} >= {"app", "installation", "job"}


async def test_nobody_reads_what_is_public_and_a_wrong_token_is_worse_than_none(town: Town) -> None:
    assert (await town.client(None).get("/contents/README.md")).status_code == 200
    assert (await town.client(None).post("/git/blobs", json={"content": "x"})).status_code == 401
    assert (await town.client("nonsense").get("/branches")).status_code == 401
    scheme = town.client(None, authorization=f"token {town.tokens['reader']}")
    assert (await scheme.get(f"{town.hub.api_url}/user")).json()["login"] == "reader"


@pytest.mark.parametrize(
    ("permissions", "events", "words"),
    [({"checks": "write"}, ["issue_comment"], "issues"), ({}, ["unheard_of"], "cannot subscribe")],
)
async def test_an_app_subscribes_only_to_what_its_permissions_allow(
    tmp_path: Path, permissions: dict[str, str], events: list[str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Hub(tmp_path).add_app("a", "http://127.0.0.1:9/", permissions, events)
