"""Checkouts are real git against a real hub, with a token that may do what the workflow file says and no more."""

from __future__ import annotations

import asyncio
import subprocess
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tdd_orchestrator.hub.actions import WorkflowRun
from tdd_orchestrator.hub.acts.dispatch import dispatch
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.runner import LocalRunner
from world.workflow_bench import job, results

PATH = ".github/workflows/ci.yml"
HEAD = "on: {workflow_dispatch: {inputs: {head: {type: string}}}}\n"


def git(folder: Path, *arguments: str) -> str:
    """Run git as the writer of the repository."""
    who = ["-c", "user.name=writer", "-c", "user.email=writer@example.test"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(tmp_path / "hub", LocalRunner({}))
    await hub.start()
    yield hub
    await hub.stop()


async def run(hub: Hub, folder: Path, text: str, **inputs: str) -> WorkflowRun:
    """Make `octo/demo` with two commits on main, a branch `side` and a tag, and run the workflow text in it."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for number in (1, 2):
        (folder / "file.txt").write_text(f"main {number}\n")
        (folder / PATH).parent.mkdir(parents=True, exist_ok=True)
        (folder / PATH).write_text(HEAD + textwrap.dedent(text))
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"number {number}")
    git(folder, "tag", "v1", "HEAD~1")
    git(folder, "branch", "side", "HEAD~1")
    repository = hub.add_repository("octo/demo", folder)
    repository.private = True
    sha = git(folder, "rev-parse", "HEAD")
    given = {name: sha if value == "HEAD" else value for name, value in inputs.items()}
    begun = dispatch(hub.site, repository, repository.owner, "ci.yml", "main", given)
    await asyncio.wait_for(hub.settled(), 20)
    return begun


async def test_a_ref_is_checked_out_as_on_github(hub: Hub, tmp_path: Path) -> None:
    text = """
    permissions: {contents: read}
    jobs:
      look:
        runs-on: ubuntu-latest
        steps:
          - {id: c, uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1}
          - run: |
              echo "own $(cat file.txt), on $(git branch --show-current), $(git rev-list --count HEAD) commit"
              test "${{ steps.c.outputs.commit }}" = "$(git rev-parse HEAD)"
          - {uses: actions/checkout@v7, with: {ref: side, path: other, fetch-depth: 0}}
          - run: |
              echo "side $(cat other/file.txt), on $(git -C other branch --show-current)"
              git -C other branch --remotes --list | xargs; git -C other tag
          - {uses: actions/checkout@v7, with: {ref: v1}}
          - run: echo "tag $(cat file.txt), on [$(git branch --show-current)], other is $(test -e other || echo gone)"
          - {uses: actions/checkout@v7, with: {ref: "${{ inputs.head }}", fetch-depth: 2}}
          - run: echo "sha $(cat file.txt), $(git rev-list --count HEAD) commits"
          - {uses: actions/checkout@v7, with: {ref: nothing}}
    """
    log = job(await run(hub, tmp_path / "source", text, head="HEAD"), "look").log
    assert "\nown main 2, on main, 1 commit\n" in log
    assert "\nside main 1, on side\norigin/main origin/side\nv1\n" in log
    assert "\ntag main 1, on [], other is gone\n" in log
    assert "\nsha main 2, 2 commits\n" in log
    assert "A branch or tag with the name 'nothing' could not be found" in log


PUSH = """
    jobs:
      push:
        runs-on: ubuntu-latest
        permissions: {contents: %s}
        steps:
          - {uses: actions/checkout@v7, with: {persist-credentials: %s}}
          - run: git -c user.name=bot -c user.email=bot@example.test commit --quiet --allow-empty -m new
          - run: git push --quiet origin HEAD:refs/heads/new
"""


@pytest.mark.parametrize(
    ("permission", "persist", "wanted"),
    [("write", "true", "success"), ("read", "true", "failure"), ("write", "false", "failure")],
)
async def test_only_a_job_with_write_and_kept_credentials_can_push(
    hub: Hub, tmp_path: Path, permission: str, persist: str, wanted: str
) -> None:
    done = await run(hub, tmp_path / "source", PUSH % (permission, persist))
    assert (results(done), [step["conclusion"] for step in job(done, "push").steps]) == (
        {"push": wanted},
        ["success", "success", wanted],
    )
    assert ("refs/heads/new" in hub.repository("octo/demo").git.refs()) == (wanted == "success")


async def test_a_job_without_contents_cannot_even_fetch_a_private_repository(hub: Hub, tmp_path: Path) -> None:
    text = """
    jobs:
      a: {runs-on: ubuntu-latest, permissions: {}, steps: [{uses: actions/checkout@v7}]}
    """
    assert results(await run(hub, tmp_path / "source", text)) == {"a": "failure"}


async def test_the_token_is_nowhere_when_credentials_are_not_kept_and_dies_with_the_job(
    hub: Hub, tmp_path: Path
) -> None:
    text = """
    jobs:
      a:
        runs-on: ubuntu-latest
        steps:
          - {uses: actions/checkout@v7, with: {persist-credentials: false}}
          - run: |
              ! grep -r "$TOKEN" .git && ! git config --get-regexp extraheader
              curl --silent -o /dev/null -w 'api=%{http_code}\\n' -H "Authorization: Bearer $TOKEN" "$URL"
            env: {TOKEN: "${{ github.token }}", URL: "${{ github.api_url }}/repos/${{ github.repository }}"}
    """
    done = await run(hub, tmp_path / "source", text)
    assert done.conclusion == "success", job(done, "a").log
    assert "api=200" in job(done, "a").log
    assert not [token for token in hub.world.tokens if token.startswith("ghs_")]
