"""A job's own token with an App that pushes: git speaks as the App, everything else as the job."""

from pathlib import Path

import pytest

from tdd_action.inputs import WrongInputs, app_key
from tdd_orchestrator.github.connections import AppCredentials, Connections, TokenConnection
from tdd_orchestrator.github.errors import NotInstalled
from tdd_orchestrator.github.tokens import LATER, PERMISSIONS
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.identity import InstallationGrant
from world.hub_town import app_key as pem

REPO = "owner/shop"


async def test_git_speaks_as_the_app_and_everything_else_as_the_job(tmp_path: Path) -> None:
    async with Hub(tmp_path) as hub:
        hub.add_repository(REPO)
        token = hub.add_user("owner")
        app = hub.add_app("pusher", "http://127.0.0.1:9/", {"contents": "write"}, private_key_pem=pem())
        credentials = AppCredentials(app.id, app.private_key_pem, hub.api_url)
        async with TokenConnection(REPO, token, hub.api_url, app=credentials) as connection:
            with pytest.raises(NotInstalled):
                await connection.git_credentials()
            hub.install(app, REPO)
            user, minted = await connection.git_credentials()
            grant = hub.world.tokens[minted]
            assert isinstance(grant, InstallationGrant)
            assert grant.installation is not None
            assert (user, grant.installation.app) == ("x-access-token", app)
            assert await connection.login() == "owner"
        async with TokenConnection(REPO, token, hub.api_url) as alone:
            assert await alone.git_credentials() == ("x-access-token", token)


@pytest.mark.parametrize(
    "environ", [{"TDD_APP_ID": "7"}, {"TDD_APP_PRIVATE_KEY": "pem"}, {"TDD_APP_ID": "x", "TDD_APP_PRIVATE_KEY": "pem"}]
)
def test_half_an_app_is_told(environ: dict[str, str]) -> None:
    with pytest.raises(WrongInputs, match="belong together"):
        app_key(environ)


def test_no_app_is_no_fault_and_a_whole_one_hides_its_key() -> None:
    assert app_key({"TDD_APP_ID": "", "TDD_APP_PRIVATE_KEY": ""}) is None
    found = app_key({"TDD_APP_ID": "7", "TDD_APP_PRIVATE_KEY": "a long secret"})
    assert found is not None
    assert (found.id, found.private_key) == (7, "a long secret")
    assert "secret" not in repr(found)


async def test_an_installation_that_has_not_accepted_a_later_permission_is_served_without_it(tmp_path: Path) -> None:
    async with Hub(tmp_path) as hub:
        hub.add_repository(REPO)
        earlier = {name: level for name, level in PERMISSIONS.items() if name not in LATER}
        app = hub.add_app("tdd", "http://127.0.0.1:9/", earlier, private_key_pem=pem())
        hub.install(app, REPO)
        async with Connections(AppCredentials(app.id, app.private_key_pem, hub.api_url)) as connections:
            connection = await connections.of(REPO)
            assert (await connection.get("/repos/{repo}")).status == 200
        asked = [one.status for one in hub.requests if one.path.endswith("/access_tokens")]
        assert asked == [422, 201]
