"""Sources of public projects as Debian keeps them, fetched once for the machine from the mirror that it uses."""

import functools
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from world.javascript_projects import CACHE

MIRROR = Path("/etc/apt/sources.list.d/debian.sources")


@functools.cache
def _lists() -> tuple[Path, tuple[str, ...]]:
    """A folder with the mirror's lists of sources, and the options by which apt looks there and nowhere else."""
    if shutil.which("apt-get") is None or not MIRROR.exists():
        pytest.skip("this machine is no Debian with a debian.sources: no sources can be fetched")
    folder = CACHE / "debian-sources"
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    stanza = re.split(r"\n\s*\n", MIRROR.read_text())[0]
    (folder / "mirror.sources").write_text(re.sub(r"(?m)^Types:.*$", "Types: deb-src", stanza) + "\n")
    said = {
        "Dir::Etc::sourcelist": folder / "mirror.sources",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
    }
    options = tuple(f"-o{name}={value}" for name, value in said.items())
    if not any((folder / "lists").glob("*Sources*")):
        done = subprocess.run(["apt-get", *options, "update"], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"the mirror gives no lists of sources: {done.stderr.strip()[-200:]}")
    return folder, options


@functools.cache
def debian_source(package: str) -> Path:
    """The upstream files of a source package; skips where the mirror does not have them."""
    folder, options = _lists()
    unpacked = folder / package
    if not unpacked.is_dir():
        words = ["apt-get", *options, "source", "-qq", "--download-only", package]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        found = sorted(folder.glob(f"{package}_*.orig.tar.*"))
        if not found:
            pytest.skip(f"the mirror has no source of {package}: {done.stderr.strip()[-200:]}")
        fresh = folder / f"{package}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        with tarfile.open(found[0]) as tar:
            tar.extractall(fresh, filter="data")
        (inner,) = fresh.iterdir()
        inner.rename(unpacked)
        shutil.rmtree(fresh)
    return unpacked


def debian_project(package: str, root: Path) -> Path:
    """A copy of the files, to be changed as one likes."""
    shutil.copytree(debian_source(package), root)
    return root
