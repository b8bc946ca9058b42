"""Who gets in, what GitHub must bring back, and what is kept of the App: the pieces of the set-up."""

import json
from pathlib import Path

import pytest

from tdd_orchestrator.github.errors import Weather
from tdd_orchestrator.server.settings import Settings, SettingsFault
from tdd_orchestrator.server.setup.conversion import CodeRefused, convert
from tdd_orchestrator.server.setup.door import Door
from tdd_orchestrator.server.setup.manifest import ORGANIZATION, Wish, for_this_server, form_address
from tdd_orchestrator.server.setup.stored import StoredApp, StoredFault, load, names_an_app, path_in, store
from world.serving import KEY

APP = StoredApp(12, "tdd-shop", "https://git.example/api/v3", KEY, "hush-hush")


def test_the_token_opens_once_and_for_one_browser() -> None:
    door = Door()
    assert not door.knows("")
    assert door.admit("wrong") is None
    assert door.admit("schlüssel") is None
    assert not door.was_used
    session = door.admit(door.token)
    assert session is not None
    assert door.knows(session)
    assert door.admit(door.token) is None
    assert [door.knows(each) for each in ("", "wrong", door.token)] == [False] * 3
    assert door.token not in repr(door)


def test_a_state_is_spent_by_its_answer() -> None:
    door = Door()
    assert not door.spend("")
    state = door.state()
    assert door.state() == state, "a page that is loaded twice asks the same"
    assert not door.spend("wrong")
    assert door.spend(state)
    assert not door.spend(state)
    assert door.state() != state


def test_credentials_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    path = store(tmp_path / "new", APP)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load(tmp_path / "new") == APP
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["app.json"], "nothing half-written is left"
    path.chmod(0o644)
    store(tmp_path / "new", APP)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "hush" not in repr(APP)
    assert "PRIVATE" not in repr(APP)


def test_what_was_stored_counts_where_the_environment_says_nothing_of_an_app(tmp_path: Path) -> None:
    environ = {"TDD_DATA_DIR": str(tmp_path), "TDD_PORT": "0"}
    assert not names_an_app(environ)
    store(tmp_path, APP)
    assert names_an_app(environ)
    settings = Settings.from_environ(environ)
    assert (settings.app_id, settings.private_key, settings.webhook_secrets) == (12, KEY, ("hush-hush",))
    assert (settings.github_url, settings.port) == ("https://git.example/api/v3", 0)
    assert Settings.from_environ({**environ, "TDD_GITHUB_URL": "https://o.example"}).github_url == "https://o.example"
    with pytest.raises(SettingsFault) as fault:
        Settings.from_environ({**environ, "TDD_APP_ID": "13"})
    assert len(fault.value.faults) == 2, "the file does not mix with the environment"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"app_id": 1}', '{"app_id": "1"}', "hush-hush"])
def test_a_damaged_file_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    path_in(tmp_path).write_text(text)
    with pytest.raises(StoredFault) as fault:
        load(tmp_path)
    assert str(path_in(tmp_path)) in str(fault.value)
    assert "hush" not in str(fault.value)


def test_before_there_is_an_app_the_other_settings_are_read(tmp_path: Path) -> None:
    settings = Settings.before_the_app({"TDD_DATA_DIR": str(tmp_path), "TDD_PUBLIC_URL": "https://tdd.example/"})
    assert (settings.app_id, settings.private_key, settings.webhook_secrets) == (0, "", ())
    assert settings.public_url == "https://tdd.example"
    with pytest.raises(SettingsFault, match="TDD_PORT has no value"):
        Settings.before_the_app({"TDD_PORT": "x"})


def test_the_manifest_is_ours_with_this_servers_addresses() -> None:
    said = for_this_server("https://tdd.example", "https://tdd.example/setup/created", Wish())
    assert said["hook_attributes"] == {"url": "https://tdd.example/webhook", "active": True}
    assert said["redirect_url"] == "https://tdd.example/setup/created"
    assert "workflows" not in said["default_permissions"]
    more = for_this_server("https://tdd.example", "https://x", Wish(workflows=True))["default_permissions"]
    assert more == {**said["default_permissions"], "workflows": "write"}
    assert json.loads(json.dumps(said)) == said


@pytest.mark.parametrize(
    ("api", "organization", "address"),
    [
        ("https://api.github.com", "", "https://github.com/settings/apps/new?state=s%2F1"),
        ("https://api.github.com", "octo", "https://github.com/organizations/octo/settings/apps/new?state=s%2F1"),
        ("https://git.example/api/v3", "", "https://git.example/settings/apps/new?state=s%2F1"),
        ("https://api.tenant.ghe.com", "", "https://tenant.ghe.com/settings/apps/new?state=s%2F1"),
    ],
)
def test_each_github_has_its_own_form(api: str, organization: str, address: str) -> None:
    assert form_address(api, organization, "s/1") == address


@pytest.mark.parametrize("name", ["-x", "x-", "a/b", "a b", "x" * 40, "ü", "x\n"])
def test_what_is_no_organization(name: str) -> None:
    assert ORGANIZATION.fullmatch(name) is None


@pytest.mark.parametrize("code", ["", "a/b", "../app", "x" * 201, "a b", "%2e"])
async def test_a_code_that_github_never_gave_is_not_even_sent(code: str) -> None:
    with pytest.raises(CodeRefused):
        await convert("http://127.0.0.1:9", code)


async def test_a_github_that_is_not_there_is_weather() -> None:
    with pytest.raises(Weather) as fault:
        await convert("http://127.0.0.1:9", "secret-code")
    assert "secret-code" not in str(fault.value)
