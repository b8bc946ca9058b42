"""The files of a project that say what it is, read so that a broken or huge one is as good as absent."""

import json
import tomllib
from pathlib import Path
from typing import Any

LARGEST = 1_000_000


def pyproject(root: Path) -> dict[str, Any]:
    """What pyproject.toml says; nothing where it is absent or broken."""
    try:
        return tomllib.loads(text(root / "pyproject.toml"))
    except (ValueError, RecursionError):
        return {}


def package_json(root: Path) -> dict[str, Any]:
    """What package.json says; nothing where it is absent or broken."""
    try:
        said = json.loads(text(root / "package.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def text(path: Path) -> str:
    """A file's text; "" where it is absent, larger than 1 MB or not to be read."""
    try:
        return path.read_text("utf-8", "replace") if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""
