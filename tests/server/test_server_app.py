"""The application as a whole: what lives around it, and how it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tdd_orchestrator.inbox import Inbox, InboxTaken
from tdd_orchestrator.server.app import build
from world.serving import Kept, inside, settings


async def test_what_is_around_the_application_opens_before_the_inbox_and_closes_after_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'inbox.sqlite'}"
    seen: list[str] = []

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        seen.append("opened")
        yield
        await (await Inbox.open(url)).close()
        seen.append("closed, when the inbox was free")

    async with inside(build(settings(tmp_path), Kept(), around=around)):
        with pytest.raises(InboxTaken):
            await Inbox.open(url)
        assert seen == ["opened"]
    assert seen == ["opened", "closed, when the inbox was free"]


async def test_other_rooms_may_add_routes(tmp_path: Path) -> None:
    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("a page")

    async with inside(build(settings(tmp_path), Kept(), routes=[Route("/page", page)])) as client:
        assert (await client.get("/page")).text == "a page"
        assert (await client.get("/health")).status_code == 200


async def test_outside_its_lifespan_the_application_says_so(tmp_path: Path) -> None:
    app = build(settings(tmp_path), Kept())
    async with inside(app) as client:
        pass
    del client
    assert not (tmp_path / "inbox.sqlite-wal").exists(), "the inbox is closed"
