"""git over HTTP: who may fetch and push, what a push sets off, and GitHub's words when it is refused."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
from pathlib import Path

import httpx
import pytest
from dulwich import porcelain

from tdd_orchestrator.hub.pktline import packed, packets, reworded
from world.hub_town import REPO, Town, commit, git


async def pushed(town: Town, token: str, *specs: str) -> str:
    """Push from the working tree; gives "" or what git says."""
    url = town.hub.clone_url(REPO, token)
    try:
        await asyncio.to_thread(git, town.work, "push", "-q", url, *specs)
    except subprocess.CalledProcessError as refused:
        return str(refused.stderr)
    return ""


async def token_of(town: Town, **permissions: str) -> str:
    bot = await town.bot(**permissions)
    return str(bot.headers["authorization"]).removeprefix("Bearer ")


async def test_a_public_repository_is_cloned_by_anybody_with_either_protocol(town: Town, tmp_path: Path) -> None:
    for version in ("0", "2"):
        arguments = ("-c", f"protocol.version={version}", "clone", "-q", town.hub.clone_url(REPO), f"clone{version}")
        await asyncio.to_thread(git, tmp_path, *arguments)
        assert git(tmp_path / f"clone{version}", "rev-parse", "origin/feature") == town.sha("feature")


async def test_any_object_can_be_fetched_by_its_id(town: Town, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "one")
    sha = town.sha("feature")
    await asyncio.to_thread(git, tmp_path / "one", "fetch", "-q", "--depth=1", town.hub.clone_url(REPO), sha)
    assert git(tmp_path / "one", "rev-parse", "FETCH_HEAD") == sha


async def test_pushing_needs_write_access(town: Town) -> None:
    town.push("feature", {"c.txt": "c\n"})
    assert "403" in await pushed(town, town.tokens["reader"], "feature")
    assert "403" in await pushed(town, await token_of(town, contents="read"), "feature")
    assert "Authentication failed" in await pushed(town, "wrong", "feature")
    assert await pushed(town, await token_of(town, contents="write"), "feature") == ""
    await town.hub.settled()
    (told,) = town.ear.of("push")
    assert (told["sender"]["login"], told["sender"]["type"], told["pusher"]["name"]) == ("tdd[bot]", "Bot", "tdd[bot]")


async def test_a_private_repository_asks_for_a_name_and_then_says_it_is_not_there(town: Town) -> None:
    town.hub.add_repository("town/vault", town.work, private=True)
    address = f"{town.hub.url}/town/vault.git/info/refs?service=git-upload-pack"
    asked = await town.client(None).get(address)
    assert (asked.status_code, asked.headers["www-authenticate"]) == (401, 'Basic realm="GitHub"')
    outsider = httpx.BasicAuth("x-access-token", town.tokens["outsider"])
    assert (await town.client(None).get(address, auth=outsider)).status_code == 404


async def test_an_app_without_the_permission_cannot_touch_workflow_files(town: Town) -> None:
    token = await token_of(town, contents="write")
    town.push("feature", {".github/workflows/new.yml": "on: push\n"})
    words = (
        "refusing to allow a GitHub App to create or update workflow `.github/workflows/new.yml` "
        "without `workflows` permission"
    )
    said = await pushed(town, token, "feature")
    assert f"[remote rejected] feature -> feature ({words})" in said
    assert await pushed(town, town.tokens["writer"], "feature") == ""
    git(town.work, "checkout", "-q", "-b", "next")
    commit(town.work, {"d.txt": "d\n"}, "no workflow in here")
    assert await pushed(town, token, "next") == ""


async def test_dulwich_is_told_the_same_reason(town: Town) -> None:
    town.push("feature", {".github/workflows/new.yml": "on: push\n"})
    url = town.hub.clone_url(REPO, await token_of(town, contents="write"))
    result = await asyncio.to_thread(porcelain.push, str(town.work), url, b"refs/heads/feature", force=False)
    status = dict(result.ref_status or {})
    assert b"without `workflows` permission" in (str(status[b"refs/heads/feature"]).encode())


async def test_refs_of_pull_requests_are_kept_and_cannot_be_pushed(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    listed = await asyncio.to_thread(git, town.work, "ls-remote", town.hub.clone_url(REPO))
    assert f"{town.sha('feature')}\trefs/pull/1/head" in listed
    assert "hidden ref" in await pushed(town, town.tokens["admin"], "main:refs/pull/1/head")


async def test_a_compare_and_swap_push_loses_against_a_moved_ref(town: Town) -> None:
    stale = git(town.work, "rev-parse", "main")
    town.push("feature", {"e.txt": "e\n"})
    said = await pushed(town, town.tokens["writer"], f"--force-with-lease=feature:{stale}", "feature")
    assert "stale info" in said
    assert await pushed(town, town.tokens["writer"], f"{stale}:refs/heads/feature") != ""


async def test_a_gzipped_request_is_understood(town: Town) -> None:
    ask = b"0014command=ls-refs\n00010009peel\n0000"
    headers = {"content-type": "application/x-git-upload-pack-request", "git-protocol": "version=2"}
    path = f"{town.hub.url}/{REPO}.git/git-upload-pack"
    answers = [
        await town.client(None).post(path, content=body, headers={**headers, **more})
        for body, more in ((ask, {}), (gzip.compress(ask), {"content-encoding": "gzip"}))
    ]
    assert answers[0].content == answers[1].content
    assert b"refs/heads/feature" in answers[0].content


async def test_merging_by_push_closes_the_pull_request_as_merged(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    assert await pushed(town, town.tokens["writer"], "feature:main") == ""
    shown = (await town.person("reader").get("/pulls/1")).json()
    assert (shown["state"], shown["merged"], shown["merged_by"]["login"]) == ("closed", True, "writer")


async def test_deleting_the_head_branch_closes_the_pull_request(town: Town) -> None:
    town.hub.open_pull(REPO, "writer", "One", "feature")
    assert await pushed(town, town.tokens["writer"], ":feature") == ""
    shown = (await town.person("reader").get("/pulls/1")).json()
    assert (shown["state"], shown["merged"]) == ("closed", False)
    await town.hub.settled()
    assert town.ear.of("push")[0]["deleted"] is True


@pytest.mark.parametrize("banded", [True, False])
def test_a_refusal_is_reworded_in_the_report_and_nowhere_else(banded: bool) -> None:
    lines = [
        b"unpack ok\n",
        b"ng refs/heads/a pre-receive hook declined\n",
        b"ok refs/heads/pre-receive hook declined\n",
    ]
    report = b"".join(packed(one) for one in lines) + packed(None)
    raw = packed(b"\x02talk") + packed(b"\x01" + report) + packed(None) if banded else report
    changed = packets(reworded(raw, b"pre-receive hook declined", b"no"))
    inner = packets(changed[1][1:]) if banded and changed[1] else changed
    assert inner == [lines[0], b"ng refs/heads/a no\n", lines[2], None]
