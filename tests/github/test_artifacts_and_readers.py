"""Zips from a machine that ran other people's code, and answers that are not what one would like them to be."""

import io
import stat
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.github.artifacts import result_files, unpacked
from tdd_orchestrator.github.errors import Truncated, UnsafeArtifact
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import epoch
from world.patient import ROOT, connected

ELSEWHERE = "https://storage.test/zip?sig=1"


def zipped(files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            change(entry)
            archive.writestr(entry, content)
    return kept.getvalue()


def listed(*artifacts: dict[str, Any]) -> None:
    respx.get(f"{ROOT}/actions/runs/44/artifacts").mock(
        return_value=httpx.Response(200, json={"artifacts": list(artifacts)})
    )


@respx.mock
async def test_results_are_kept_until_they_have_landed_and_the_oldest_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tdd_orchestrator.github.read.RESULTS_KEPT_BYTES", 250)
    fetched: dict[int, respx.Route] = {}
    for run in (1, 2, 3):
        one = {"id": run, "name": "tdd-work"}
        respx.get(f"{ROOT}/actions/runs/{run}/artifacts").respond(json={"artifacts": [one]})
        fetched[run] = respx.get(f"{ROOT}/actions/artifacts/{run}/zip").respond(content=zipped({"b": b"x" * 100}))
    async with connected() as github:
        reader = RepositoryReader(github)
        for run in (1, 2, 1, 2, 3, 2, 1):
            assert await reader.result_files(run) == {"b": b"x" * 100}
    assert [route.call_count for route in fetched.values()] == [2, 1, 1]


@respx.mock
async def test_the_newest_result_is_fetched_from_elsewhere_without_our_token() -> None:
    listed(
        {"id": 1, "name": "tdd-result"},
        {"id": 3, "name": "tdd-result", "expired": False},
        {"id": 4, "name": "tdd-work"},
        {"id": 5, "name": "tdd-result", "expired": True},
        {"id": 6, "name": "coverage"},
    )
    respx.get(f"{ROOT}/actions/artifacts/3/zip").mock(return_value=httpx.Response(302, headers={"Location": ELSEWHERE}))
    there = respx.get(ELSEWHERE).mock(return_value=httpx.Response(200, content=zipped({"a/result.json": b"{}"})))
    async with connected() as github:
        assert await result_files(github, 44) == {"a/result.json": b"{}"}
    assert "Authorization" not in there.calls.last.request.headers


@respx.mock
async def test_a_proof_in_what_the_work_job_left_is_no_proof() -> None:
    files = {"result.json": b"{}", "proof.json": b'{"holds": true}', "certificate.json": b"{}"}
    for name, proofs in (("tdd-work", set()), ("tdd-result", {"proof.json", "certificate.json"})):
        listed({"id": 3, "name": name})
        respx.get(f"{ROOT}/actions/artifacts/3/zip").respond(content=zipped(files))
        async with connected() as github:
            assert (await result_files(github, 44)).keys() == {"result.json", *proofs}


@respx.mock
async def test_an_attempt_counts_only_what_was_made_since_it_began() -> None:
    listed(
        {"id": 1, "name": "tdd-work", "created_at": "2026-11-20T10:00:00Z"},
        {"id": 2, "name": "tdd-result", "created_at": "2026-11-20T10:05:00Z"},
        {"id": 3, "name": "tdd-work", "created_at": "2026-11-20T11:00:00Z"},
    )
    for artifact in (2, 3):
        respx.get(f"{ROOT}/actions/artifacts/{artifact}/zip").respond(content=zipped({"is": str(artifact).encode()}))
    async with connected() as github:
        assert await result_files(github, 44) == {"is": b"2"}
        assert await result_files(github, 44, since=epoch("2026-11-20T10:59:58Z")) == {"is": b"3"}
        assert await result_files(github, 44, since=epoch("2026-11-20T11:00:01Z")) == {}


@respx.mock
async def test_a_bundle_is_that_of_the_commit_to_land_whatever_a_later_attempt_left() -> None:
    listed({"id": 1, "name": "tdd-result"}, {"id": 2, "name": "tdd-result"})
    for artifact, tip in ((1, b"aaaa"), (2, b"bbbb")):
        files = {"result.json": b'{"tip": "' + tip + b'"}', "work.bundle": b"of " + tip}
        respx.get(f"{ROOT}/actions/artifacts/{artifact}/zip").respond(content=zipped(files))
    async with connected() as github:
        reader = RepositoryReader(github)
        assert await reader.bundle(44, "aaaa") == b"of aaaa"
        assert await reader.bundle(44, "bbbb") == b"of bbbb"
        assert await reader.bundle(44, "cccc") == b"of bbbb", "the lander says what is wrong with it"


@respx.mock
@pytest.mark.parametrize("status", [404, 410])
async def test_no_artifact_an_expired_one_and_a_deleted_run_are_no_files(status: int) -> None:
    async with connected() as github:
        listed()
        assert await result_files(github, 44) == {}
        listed({"id": 3, "name": "tdd-work"})
        respx.get(f"{ROOT}/actions/artifacts/3/zip").mock(return_value=httpx.Response(status, json={}))
        assert await result_files(github, 44) == {}
        respx.get(f"{ROOT}/actions/runs/44/artifacts").mock(return_value=httpx.Response(status, json={}))
        assert await result_files(github, 44) == {}


@respx.mock
async def test_a_download_that_does_not_end_is_cut_off() -> None:
    listed({"id": 3, "name": "tdd-work"})
    respx.get(f"{ROOT}/actions/artifacts/3/zip").mock(return_value=httpx.Response(302, headers={"Location": ELSEWHERE}))
    respx.get(ELSEWHERE).mock(return_value=httpx.Response(200, content=b"x" * 2000))
    async with connected() as github:
        with pytest.raises(UnsafeArtifact, match="larger than 1000 bytes"):
            await result_files(github, 44, largest=1000)


@pytest.mark.parametrize("name", ["../up", "/root", "a/../../b", "a\\b", "C:/x", "a//b", "./a", "a\nb"])
def test_a_name_that_leaves_the_archive_is_refused(name: str) -> None:
    with pytest.raises(UnsafeArtifact, match="not a plain file"):
        unpacked(zipped({name: b""}))


def test_a_symbolic_link_is_refused() -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    with pytest.raises(UnsafeArtifact, match="not a plain file"):
        unpacked(zipped({"innocent": b"/etc/passwd"}, link))


def test_a_small_zip_of_many_bytes_is_refused() -> None:
    bomb = zipped({"a": b"\0" * 600_000, "b": b"\0" * 600_000})
    assert len(bomb) < 5000
    with pytest.raises(UnsafeArtifact, match="unpacks to more than 1000000 bytes"):
        unpacked(bomb, 1_000_000)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda noise: zipped({"a": b"1"})[:-9] + noise))
def test_bytes_that_are_no_zip_are_refused_and_nothing_else(noise: bytes) -> None:
    with suppress(UnsafeArtifact):
        unpacked(noise)


@respx.mock
async def test_a_tree_that_github_does_not_show_whole_is_an_error_with_a_remedy() -> None:
    respx.get(f"{ROOT}/git/trees/abc").mock(return_value=httpx.Response(200, json={"truncated": True, "tree": []}))
    async with connected() as github:
        with pytest.raises(Truncated, match=r"prd\.paths"):
            await RepositoryReader(github).tree("abc")


@respx.mock
async def test_a_role_is_asked_once_a_minute() -> None:
    route = respx.get(f"{ROOT}/collaborators/writer/permission").mock(
        side_effect=[
            httpx.Response(200, json={"permission": "write", "role_name": "maintain"}),
            httpx.Response(200, json={"permission": "none", "role_name": ""}),
        ]
    )
    now = [0.0]
    async with connected() as github:
        reader = RepositoryReader(github, clock=lambda: now[0])
        assert [await reader.permission("writer") for _ in range(3)] == ["maintain"] * 3
        now[0] = 61.0
        assert await reader.permission("writer") == "none"
    assert route.call_count == 2


@respx.mock
async def test_a_pull_request_from_a_deleted_fork_is_a_fork_of_a_ghost() -> None:
    shown = {
        "number": 7,
        "state": "closed",
        "merged_at": "2026-11-20T10:00:00Z",
        "title": "t",
        "user": None,
        "head": {"ref": "f", "sha": "a", "repo": None},
        "base": {"ref": "main", "sha": "b", "repo": {"full_name": "owner/name"}},
    }
    respx.get(f"{ROOT}/pulls/7").mock(return_value=httpx.Response(200, json=shown))
    async with connected() as github:
        pull = await RepositoryReader(github).pull(7)
    assert (pull.fork, pull.merged, pull.author) == (True, True, "ghost")
