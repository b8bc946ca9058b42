"""A real browser shows the pull request, and follows the hub without being touched."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tdd_orchestrator.hub.acts import checks
from tdd_orchestrator.hub.hub import Hub
from world.sample_hub import NAME, open_sample

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=9000",
    "--dump-dom",
)


async def change_after_two_looks(hub: Hub, path: str) -> None:
    """Finish the first check once the browser has asked for the page a second time by itself."""
    while sum(one.path == path for one in hub.requests) < 2:  # noqa: ASYNC110  # the browser is another process
        await asyncio.sleep(0.01)
    repository = hub.repository(NAME)
    check = next(one for one in repository.checks.values() if one.name == "TDD")
    fields = {"conclusion": "success", "output": {"title": "Everything has landed", "summary": "Done."}}
    checks.change(hub.site, repository, check, fields)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
async def test_the_page_shows_the_checks_and_follows_the_hub(tmp_path: Path) -> None:
    hub, pull = await open_sample(tmp_path)
    path = f"/{NAME}/pull/{pull.number}/checks"
    changing = asyncio.create_task(change_after_two_looks(hub, path))
    try:
        page = await dumped(hub.url + path, tmp_path)
    finally:
        changing.cancel()
        await hub.stop()
    assert "Ledger: interest, paid monthly &lt;b&gt;&amp;&lt;/b&gt; rounded" in page
    for name in ("TDD / TASK-1 · Monthly rate", "TDD / TASK-3 · Rounding", "TDD / TASK-4 · Refuse negative rates"):
        assert name in page
    for state in ("success", "action required", "in progress", "queued"):
        assert f'aria-label="{state}"' in page
    assert "Everything has landed" in page
    assert 'class="pulse on"' in page


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
async def test_the_board_stands_in_its_check_and_at_the_lines_of_the_prd(tmp_path: Path) -> None:
    hub, pull = await open_sample(tmp_path)
    root = f"{hub.url}/{NAME}/pull/{pull.number}"
    board = next(one for one in hub.repository(NAME).checks.values() if one.name == "TDD / PRD")
    try:
        check = await dumped(f"{root}/checks?check_run_id={board.id}", tmp_path)
        files = await dumped(f"{root}/files", tmp_path)
    finally:
        await hub.stop()
    assert check.index('aria-label="success"', check.index("<th>Held by")) < check.index("<strong>REQ-1</strong>")
    assert "1 notice" in check
    assert files.index("An account earns interest monthly") < files.index("REQ-1 · held") < files.index("half to even")


async def dumped(url: str, room: Path) -> str:
    """The page as the browser has it when its scripts have run for a while."""
    browser = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        *FLAGS,
        f"--user-data-dir={room / 'profile'}",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    page, _ = await asyncio.wait_for(browser.communicate(), 60)
    return page.decode()
