"""The server's settings: read once from a mapping, all faults named in one error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote, urlsplit

from sqlalchemy import make_url

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.inbox.database import InboxUnusable, parsed
from tdd_orchestrator.server.setup.stored import with_stored

T = TypeVar("T")
_NO_APP = {"TDD_APP_ID": "1", "TDD_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----", "TDD_WEBHOOK_SECRET": "none"}
_DATABASES = "sqlite:////path/inbox.sqlite or postgresql+psycopg://…"


class SettingsFault(TddError):
    """The server cannot start with these settings."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(("The server cannot start:", *(f"- {fault}" for fault in faults))))


@dataclass(frozen=True, slots=True)
class Settings:
    """What `tdd serve` needs to know. Times in seconds; secrets are not shown."""

    app_id: int
    private_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)  # may hold a password
    data_dir: Path
    github_url: str = "https://api.github.com"
    public_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    sweep_s: float = 60.0
    state_interval_s: float = 10.0
    write_interval_s: float = 1.0
    workers: int = 4

    @property
    def secrets(self) -> tuple[str, ...]:
        """Whatever must not be seen in a log."""
        password = make_url(self.database_url).password
        written = (password, quote(password, safe="")) if password else ()
        return (self.private_key, *self.webhook_secrets, *written)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read `TDD_…`, and what the set-up has stored of the App where the environment says nothing of it.

        Raise `SettingsFault` with everything that is missing or wrong, and what to set instead.
        """
        ask = _Questions(with_stored(environ))
        data_dir = Path(ask.text("TDD_DATA_DIR", "tdd-data")).absolute()
        inbox = f"sqlite:///{data_dir / 'inbox.sqlite'}"
        settings = cls(
            app_id=ask.needed("TDD_APP_ID", _whole, "the App's id, a number on its settings page", 0),
            private_key=ask.private_key(),
            webhook_secrets=ask.needed(
                "TDD_WEBHOOK_SECRET", _several, "the webhook's secret; old,new to replace it", ()
            ),
            database_url=ask.chosen("TDD_DATABASE_URL", _database, _DATABASES, inbox),
            data_dir=data_dir,
            github_url=ask.chosen("TDD_GITHUB_URL", _address, "an address", "https://api.github.com"),
            public_url=ask.chosen("TDD_PUBLIC_URL", _address, "the address at which GitHub reaches this server", None),
            host=ask.text("TDD_HOST", "127.0.0.1"),
            port=ask.chosen("TDD_PORT", _port, "a port, 0 to 65535", 8080),
            sweep_s=ask.chosen("TDD_SWEEP_SECONDS", _seconds, "seconds, more than 0", 60.0),
            state_interval_s=ask.chosen("TDD_STATE_INTERVAL_SECONDS", _pause, "seconds, 0 or more", 10.0),
            write_interval_s=ask.chosen("TDD_WRITE_INTERVAL_SECONDS", _pause, "seconds, 0 or more", 1.0),
            workers=ask.chosen("TDD_WORKERS", _whole, "a number, 1 or more", 4),
        )
        if ask.faults:
            raise SettingsFault(tuple(ask.faults))
        return settings

    @classmethod
    def before_the_app(cls, environ: Mapping[str, str]) -> Self:
        """The same while there is no App yet: without its id and secrets, which count as nothing."""
        settings = cls.from_environ({**environ, **_NO_APP})
        return replace(settings, app_id=0, private_key="", webhook_secrets=())


class _Questions:
    """Asks the mapping and notes what is wrong; a stand-in for a faulty value is never seen outside."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.faults: list[str] = []
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def needed(self, name: str, read: Callable[[str], T], want: str, stand_in: T) -> T:
        if not self.text(name, ""):
            self.faults.append(f"{name} is not set. Set it to {want}.")
            return stand_in
        return self._read(name, read, want, stand_in)

    def chosen(self, name: str, read: Callable[[str], T], want: str, default: T) -> T:
        return self._read(name, read, want, default) if self.text(name, "") else default

    def private_key(self) -> str:
        """The key itself wins over the file; an environment that cannot hold line breaks writes them as \\n."""
        if self.text("TDD_PRIVATE_KEY", ""):
            return self.needed("TDD_PRIVATE_KEY", _pem, "the App's private key (PEM)", "")
        name = self.text("TDD_PRIVATE_KEY_FILE", "")
        if not name:
            self.faults.append("The App's private key is missing. Set TDD_PRIVATE_KEY_FILE to its .pem file.")
            return ""
        try:
            return _pem(Path(name).read_text())
        except OSError as error:
            self.faults.append(
                f"TDD_PRIVATE_KEY_FILE: {name} cannot be read ({error.strerror}). Name the App's .pem file."
            )
        except ValueError:
            self.faults.append(f"TDD_PRIVATE_KEY_FILE: {name} holds no private key. Name the App's .pem file.")
        return ""

    def _read(self, name: str, read: Callable[[str], T], want: str, stand_in: T) -> T:
        try:
            return read(self.text(name, ""))
        except ValueError:
            self.faults.append(f"{name} has no value we can use. Set it to {want}.")
            return stand_in


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(number)
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise ValueError(number)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(number)
    return number


def _pause(text: str) -> float:
    return 0.0 if float(text) == 0 else _seconds(text)


def _several(text: str) -> tuple[str, ...]:
    secrets = tuple(secret for part in text.split(",") if (secret := part.strip()))
    if not secrets:
        raise ValueError("only commas")
    return secrets


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address")
    return text.rstrip("/")


def _database(text: str) -> str:
    try:
        parsed(text)
    except InboxUnusable as error:
        raise ValueError("no database") from error
    return text


def _pem(text: str) -> str:
    key = text.replace("\\n", "\n").strip()
    if not (key.startswith("-----BEGIN ") and "PRIVATE KEY-----" in key):
        raise ValueError("no key")
    return key + "\n"
