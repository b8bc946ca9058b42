"""One line of the doctor: what was looked at, how it is, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`FAIL` keeps the App from working; `WARN` may, or could not be seen."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`about` is what was looked at, such as `webhook` or a repository; `remedy` is "" where all is well."""

    about: str
    level: Level
    told: str
    remedy: str = ""


def ok(about: str, told: str) -> Finding:
    """All is well."""
    return Finding(about, Level.OK, told)


def warn(about: str, told: str, remedy: str) -> Finding:
    """It may work."""
    return Finding(about, Level.WARN, told, remedy)


def fail(about: str, told: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(about, Level.FAIL, told, remedy)
