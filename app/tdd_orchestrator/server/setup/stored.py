"""What proves that we are the App, kept in `TDD_DATA_DIR/app.json`, which nobody but its owner may read."""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tdd_orchestrator.core.errors import TddError

FILE = "app.json"
NAMES = ("TDD_APP_ID", "TDD_PRIVATE_KEY", "TDD_PRIVATE_KEY_FILE", "TDD_WEBHOOK_SECRET")
"""Whoever sets one of these in the environment keeps the App's secrets there: the file is not read."""


class StoredFault(TddError):
    """The file with the App's credentials cannot be used."""


@dataclass(frozen=True, slots=True)
class StoredApp:
    """The App as GitHub handed it over; `private_key` is PEM text, `github_url` the REST API that it belongs to."""

    app_id: int
    slug: str
    github_url: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen."""
        return (self.private_key, self.webhook_secret)

    def environ(self) -> dict[str, str]:
        """The same as settings of `tdd serve`."""
        return {
            "TDD_APP_ID": str(self.app_id),
            "TDD_PRIVATE_KEY": self.private_key,
            "TDD_WEBHOOK_SECRET": self.webhook_secret,
            "TDD_GITHUB_URL": self.github_url,
        }

    @classmethod
    def from_json(cls, said: object) -> Self:
        """Raises ValueError where something is missing or is not what it should be."""
        if not isinstance(said, dict) or not isinstance(said.get("app_id"), int):
            raise ValueError("no app id")
        texts = {name: said.get(name) for name in ("slug", "github_url", "private_key", "webhook_secret")}
        told = {name: text for name, text in texts.items() if isinstance(text, str) and text}
        if len(told) < len(texts):
            raise ValueError("something is missing")
        return cls(said["app_id"], **told)


def path_in(directory: Path) -> Path:
    """Where the credentials lie."""
    return directory / FILE


def store(directory: Path, app: StoredApp) -> Path:
    """Write it, readable for its owner alone, and whole or not at all. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    path = path_in(directory)
    fresh = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(app), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return path


def load(directory: Path) -> StoredApp | None:
    """What was stored; None where nothing was. Raises `StoredFault`, which shows nothing of what is in the file."""
    path = path_in(directory)
    remedy = "Mend it, or move it away and set the App up again."
    try:
        return StoredApp.from_json(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoredFault(f"{path} cannot be read: {error.strerror}.", remedy=remedy) from error
    except ValueError:
        raise StoredFault(f"{path} does not hold an App's credentials.", remedy=remedy) from None


def data_directory(environ: Mapping[str, str]) -> Path:
    """`TDD_DATA_DIR`, or `tdd-data` here."""
    return Path(environ.get("TDD_DATA_DIR", "").strip() or "tdd-data").absolute()


def completed(environ: Mapping[str, str], app: StoredApp) -> Mapping[str, str]:
    """The environment with the App's settings where it does not say otherwise."""
    return {**app.environ(), **{name: value for name, value in environ.items() if value.strip()}}


def with_stored(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, completed by what is stored where it says nothing of the App itself. Raises `StoredFault`."""
    if any(environ.get(name, "").strip() for name in NAMES):
        return environ
    app = load(data_directory(environ))
    return environ if app is None else completed(environ, app)


def names_an_app(environ: Mapping[str, str]) -> bool:
    """Whether environment or file say anything of an App; if not, there is one to be set up. Raises `StoredFault`."""
    return any(with_stored(environ).get(name, "").strip() for name in NAMES)
