"""Settings: read once, all faults at once, secrets never shown."""

from pathlib import Path

import pytest

from tdd_orchestrator.server.settings import Settings, SettingsFault
from world.serving import KEY

ENOUGH = {"TDD_APP_ID": "12", "TDD_PRIVATE_KEY": KEY, "TDD_WEBHOOK_SECRET": "hush-hush"}


def test_three_settings_are_enough() -> None:
    settings = Settings.from_environ(ENOUGH)
    assert (settings.app_id, settings.webhook_secrets, settings.private_key) == (12, ("hush-hush",), KEY)
    assert (settings.github_url, settings.public_url) == ("https://api.github.com", None)
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8080, 4)
    assert (settings.sweep_s, settings.state_interval_s, settings.write_interval_s) == (60, 10, 1)
    assert settings.data_dir == Path("tdd-data").absolute()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/inbox.sqlite"


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(KEY)
    settings = Settings.from_environ(
        {
            "TDD_APP_ID": "12",
            "TDD_PRIVATE_KEY_FILE": str(tmp_path / "key.pem"),
            "TDD_WEBHOOK_SECRET": "old-one, new-one,",
            "TDD_GITHUB_URL": "https://git.example/api/v3/",
            "TDD_DATABASE_URL": "postgresql+psycopg://app:se%2Fsame@db/tdd",
            "TDD_DATA_DIR": str(tmp_path),
            "TDD_PUBLIC_URL": "https://tdd.example/",
            "TDD_HOST": "0.0.0.0",  # noqa: S104 - a value like another
            "TDD_PORT": "0",
            "TDD_SWEEP_SECONDS": "5.5",
            "TDD_STATE_INTERVAL_SECONDS": "1",
            "TDD_WRITE_INTERVAL_SECONDS": "0",
            "TDD_WORKERS": "2",
        }
    )
    assert settings == Settings(
        app_id=12,
        private_key=KEY,
        webhook_secrets=("old-one", "new-one"),
        database_url="postgresql+psycopg://app:se%2Fsame@db/tdd",
        data_dir=tmp_path,
        github_url="https://git.example/api/v3",
        public_url="https://tdd.example",
        host="0.0.0.0",  # noqa: S104 - a value like another
        port=0,
        sweep_s=5.5,
        state_interval_s=1,
        write_interval_s=0,
        workers=2,
    )
    assert settings.secrets == (KEY, "old-one", "new-one", "se/same", "se%2Fsame")


def test_a_key_in_one_line_is_understood() -> None:
    settings = Settings.from_environ({**ENOUGH, "TDD_PRIVATE_KEY": KEY.strip().replace("\n", "\\n")})
    assert settings.private_key == KEY


def test_secrets_do_not_show() -> None:
    shown = repr(Settings.from_environ({**ENOUGH, "TDD_DATABASE_URL": "postgresql://app:sesame@db/tdd"}))
    assert not [secret for secret in ("hush-hush", "PRIVATE KEY", "sesame") if secret in shown]


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsFault) as caught:
        Settings.from_environ({"TDD_APP_ID": " ", "TDD_DATA_DIR": "x"})
    assert str(caught.value).splitlines() == [
        "The server cannot start:",
        "- TDD_APP_ID is not set. Set it to the App's id, a number on its settings page.",
        "- The App's private key is missing. Set TDD_PRIVATE_KEY_FILE to its .pem file.",
        "- TDD_WEBHOOK_SECRET is not set. Set it to the webhook's secret; old,new to replace it.",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TDD_APP_ID", "twelve"),
        ("TDD_APP_ID", "0"),
        ("TDD_PRIVATE_KEY", "a key, really"),
        ("TDD_WEBHOOK_SECRET", ", ,"),
        ("TDD_GITHUB_URL", "api.github.com"),
        ("TDD_GITHUB_URL", "http://[::1"),
        ("TDD_PUBLIC_URL", "ftp://tdd.example"),
        ("TDD_DATABASE_URL", "mysql://app:sesame@db/tdd"),
        ("TDD_DATABASE_URL", "inbox.sqlite"),
        ("TDD_PORT", "65536"),
        ("TDD_PORT", "-1"),
        ("TDD_SWEEP_SECONDS", "0"),
        ("TDD_SWEEP_SECONDS", "nan"),
        ("TDD_STATE_INTERVAL_SECONDS", "inf"),
        ("TDD_WRITE_INTERVAL_SECONDS", "-1"),
        ("TDD_WORKERS", "0"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsFault) as caught:
        Settings.from_environ({**ENOUGH, name: value})
    (fault,) = caught.value.faults
    assert fault.startswith(f"{name} has no value we can use. Set it to ")


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "cannot be read (No such file"), ("x", "holds no private key")]
)
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, content: str | None, complaint: str) -> None:
    file = tmp_path / "key.pem"
    if content:
        file.write_text(content)
    given = {**ENOUGH, "TDD_PRIVATE_KEY": "", "TDD_PRIVATE_KEY_FILE": str(file)}
    with pytest.raises(SettingsFault) as caught:
        Settings.from_environ(given)
    assert complaint in caught.value.faults[0]
    assert caught.value.faults[0].endswith("Name the App's .pem file.")
