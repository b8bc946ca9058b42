"""Virtual environments for a project's tests that can be thrown away: nothing is ever installed into somebody's own."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

from tdd_orchestrator.core.errors import TddError

SITES = "import json, site; print(json.dumps(site.getsitepackages()))"


class NoPython(TddError):
    """The Python that shall run the project's tests cannot be used."""


class NoPytest(TddError):
    """pytest is not installed beside this program."""


def layered_environment(directory: Path, python: Path) -> Path:
    """An environment on top of somebody's own: it sees their packages, and what is installed goes into it alone.

    Raises `NoPython` where `python` does not run or cannot make environments.
    """
    shutil.rmtree(directory, ignore_errors=True)
    _answer(python, "-m", "venv", "--without-pip", "--symlinks", str(directory))
    made = directory / "bin" / "python"
    theirs = json.loads(_answer(python, "-c", SITES))
    (own,) = json.loads(_answer(made, "-c", SITES))[:1]
    lines = [f"import site; site.addsitedir({folder!r})" for folder in theirs]
    (Path(own) / "zz_layer_below.pth").write_text("\n".join(lines) + "\n")
    return made


def _answer(python: Path, *arguments: str) -> str:
    try:
        done = subprocess.run([str(python), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        told = (getattr(failed, "stderr", "") or str(failed)).strip().splitlines()[-1:]
        raise NoPython(f"{python} cannot be used: {''.join(told)}", remedy="Name another with `--python`.") from failed
    return done.stdout


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
