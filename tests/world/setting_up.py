"""A server that is to be set up, before a hub with one repository; and whoever walks through it in a browser."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.identity import App
from tdd_orchestrator.hub.listener import Listener
from tdd_orchestrator.hub.pages import hub_with_pages
from tdd_orchestrator.server.serving import application
from tdd_orchestrator.server.settings import Settings
from tdd_orchestrator.server.setup.app import setup_application
from tdd_orchestrator.server.setup.desk import Desk, Tools
from tdd_orchestrator.server.setup.door import Door
from tdd_orchestrator.server.setup.switchboard import Switchboard
from world.browser import Browser
from world.eavesdropper import Eavesdropper
from world.serving import served
from world.small_repo import small_repo

REPO = "maintainer/shop"
FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["attrs"]\n',
    "src/shop/__init__.py": "",
    "tests/test_shop.py": "def test_it(): assert True\n",
}


@dataclass
class SettingUp:
    """The hub, the server's address, the browser, and everything that the server said."""

    hub: Hub
    url: str
    browser: Browser
    desk: Desk
    said: list[str] = field(default_factory=list, repr=False)
    hidden: list[str] = field(default_factory=list, repr=False)

    @property
    def app(self) -> App:
        """The app that was made."""
        (made,) = [one for one in self.hub.world.apps.values() if one.owner.login != "github"]
        return made

    async def enter(self) -> str:
        """Open the address that the terminal shows."""
        return await self.browser.open(f"{self.url}/setup?token={self.desk.door.token}")

    async def create(self, *, name: str = "tdd-shop", workflows: bool = False) -> str:
        """Press both buttons, ours and GitHub's."""
        await self.enter()
        if workflows:
            await self.browser.open(f"{self.url}/setup?workflows=1")
        await self.browser.press("/settings/apps/new")
        return await self.browser.press("/settings/apps/manifest", name=name)

    async def install(self) -> None:
        """Install the app on the repository, in the browser."""
        await self.browser.open(f"{self.hub.url}/apps/{self.app.slug}")
        await self.browser.press("", repository=REPO)
        await self.hub.settled()

    async def steps(self) -> dict[str, str]:
        """The light of each step, by its title."""
        if self.desk.looking is not None:
            self.desk.looking.forget()
        page = await self.browser.open(f"{self.url}/setup")
        found = re.findall(r'<div class="step (\w+)">.*?<b>(.*?)</b>', page)
        return {re.sub("<.*?>", "", title): light for light, title in found}


@asynccontextmanager
async def setting_up(directory: Path, environ: Mapping[str, str] | None = None) -> AsyncIterator[SettingUp]:
    """Hub and server; at the end nothing that was exchanged may depart from GitHub's description."""
    hub = hub_with_pages(directory / "hub")
    heard = Eavesdropper(hub._gate)
    hub._listener = Listener(heard)
    async with hub:
        hub.add_user("maintainer")
        source = small_repo(directory / "source", FILES)
        hub.add_repository(REPO, source.path, source.git("branch", "--show-current"))
        given = {
            "TDD_DATA_DIR": str(directory / "data"),
            "TDD_GITHUB_URL": hub.api_url,
            "TDD_WRITE_INTERVAL_SECONDS": "0",
            **(environ or {}),
        }
        said: list[str] = []
        hidden: list[str] = []

        def hide(secrets: Sequence[str]) -> None:
            hidden.extend(secrets)

        desk = Desk(Settings.before_the_app(given), given, Door(), Switchboard(), Tools(application, hide, said.append))
        async with served(setup_application(desk)) as client, Browser() as browser:
            yield SettingUp(hub, str(client.base_url).rstrip("/"), browser, desk, said, hidden)
        assert not hub.unexpected, hub.unexpected
        differences = heard.differences()
        assert not differences, "\n".join(differences)
