"""Which programs a suite needs, and what npm installs for it: what this machine has not is skipped, with a word."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from world import javascript_projects

PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "node:test": ("node",),
    "vitest": ("node", "npm"),
    "jest": ("node", "npm"),
    "minitest": ("ruby",),
    "rspec": ("ruby", "rspec"),
    "go": ("go",),
    "cargo": ("cargo",),
    "maven": ("mvn",),
    "gradle": ("gradle",),
}
SUREFIRE = Path.home() / ".m2/repository/org/apache/maven/plugins/maven-surefire-plugin/3.2.5"
FROM_NPM = ("vitest", "jest")


def absent(suite: str) -> str:
    """Why nothing can be run with this suite here; an empty string where it can."""
    missing = next((each for each in PROGRAMS.get(suite, ()) if shutil.which(each) is None), "")
    if missing:
        return f"{missing} is not installed on this machine"
    if suite == "maven" and not SUREFIRE.is_dir():
        return "Maven's own plugins are not at hand"
    try:
        if "node" in PROGRAMS.get(suite, ()):
            javascript_projects.node()
        installed(suite)
    except pytest.skip.Exception as skipped:
        return str(skipped)
    return ""


def installed(suite: str) -> Path | None:
    """The `node_modules` that the suite is run from, where it comes from npm."""
    return javascript_projects.runners() / "node_modules" if suite in FROM_NPM else None


def equip(repository: Path, suite: str) -> None:
    """Put what npm installs beside the files of a repository, as a job does, unseen by git."""
    modules = installed(suite)
    if modules is not None:
        (repository / "node_modules").symlink_to(modules)
        exclude = repository / ".git/info/exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("node_modules\n")
