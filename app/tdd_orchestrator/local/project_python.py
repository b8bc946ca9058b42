"""A virtual environment for the demo's project: pytest and what it needs, linked from our own, and nothing else."""

import importlib.metadata
import re
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

from tdd_orchestrator.core.errors import TddError


class NoPytest(TddError):
    """pytest is not installed beside this program."""


def project_environment(directory: Path, package: str = "pytest") -> Path:
    """Make the environment; the path of its Python. Its packages are links, so it takes milliseconds."""
    venv.create(directory, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = directory / "lib" / version / "site-packages"
    for source in _top_levels(package):
        target = site / source.name
        if not target.exists():
            target.symlink_to(source)
    return directory / "bin" / "python"


def _top_levels(package: str) -> Iterator[Path]:
    """What a package and everything that it requires have put side by side into site-packages."""
    waiting, seen = [package], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if name == package:
                raise NoPytest(remedy=f"`{sys.executable} -m pip install {package}`.") from None
            continue  # a requirement for other platforms
        waiting += [_name(line) for line in found.requires or () if "extra ==" not in line]
        root = Path(str(found.locate_file(""))).resolve()
        tops = {Path(str(file)).parts[0] for file in found.files or ()}
        yield from (root / top for top in sorted(tops) if not top.startswith("..") and top != "__pycache__")


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
