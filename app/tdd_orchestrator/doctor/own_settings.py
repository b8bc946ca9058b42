"""The settings of `tdd serve` in this environment, and who may read the secrets among them."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.doctor.finding import Finding, fail, ok, warn
from tdd_orchestrator.server.settings import Settings, SettingsFault
from tdd_orchestrator.server.setup.stored import data_directory, names_an_app, path_in

ABOUT = "settings"


def read_settings(environ: Mapping[str, str]) -> tuple[Settings | None, tuple[Finding, ...]]:
    """The settings, or None where the server could not start with them; and what is to be said of them."""
    try:
        if not names_an_app(environ):
            told = "There is no GitHub App: none of TDD_APP_ID, TDD_PRIVATE_KEY[_FILE], TDD_WEBHOOK_SECRET is set."
            remedy = "Run `tdd serve` and open the address that it prints, or set them."
            return None, (fail(ABOUT, told, remedy),)
        settings = Settings.from_environ(environ)
    except SettingsFault as fault:
        return None, tuple(fail(ABOUT, *_divided(each)) for each in fault.faults)
    except TddError as fault:
        return None, (fail(ABOUT, fault.message, fault.remedy or ""),)
    if not is_rsa(settings.private_key):
        remedy = "Take the .pem file that GitHub gave you, or generate a new one on the App's page."
        return None, (fail(ABOUT, "The private key is no RSA key in PEM.", remedy),)
    good = ok(ABOUT, f"App {settings.app_id} at {settings.github_url}; files in {settings.data_dir}.")
    return settings, (good, *_open_files(environ))


def is_rsa(pem: str) -> bool:
    """Whether a private key can sign what GitHub asks for."""
    try:
        return isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is locked by a password
        return False


def _divided(fault: str) -> tuple[str, str]:
    """A fault's sentences are what is wrong, and what to do."""
    told, _, remedy = fault.partition(". ")
    return (f"{told}.", remedy) if remedy else (fault, "")


def _open_files(environ: Mapping[str, str]) -> Iterator[Finding]:
    key = environ.get("TDD_PRIVATE_KEY_FILE", "").strip()
    for path in filter(None, (path_in(data_directory(environ)), Path(key) if key else None)):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            yield warn(ABOUT, f"{path} can be read by other users (mode {mode:04o}).", f"chmod 600 {path}")
