"""The repository that a command is about: its root, and what its configuration says."""

import os
import shutil
from pathlib import Path

from tdd_orchestrator.cli.output import fault_line
from tdd_orchestrator.core.config import CONFIG_PATH, parse_config
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.local.git import GitRefused, git

HERE = Path(".")


class FaultyConfig(TddError):
    """The configuration cannot be used as it is."""


def repository_root(repo: Path) -> Path:
    """The root of the work tree that a folder lies in. Raises `TddError` where there is none."""
    if not repo.is_dir():
        raise TddError(f"There is no folder {repo}.", remedy="Name a repository with `--repo`.")
    if shutil.which("git") is None:
        raise TddError("git is not installed here.", remedy="Install git 2.30 or newer.")
    try:
        return Path(git(repo, "rev-parse", "--show-toplevel"))
    except GitRefused as refused:
        where = "This folder" if repo == HERE else f"{repo}"
        if "not a git repository" not in refused.message:
            raise
        remedy = "Run `git init` there, or name a repository with `--repo`."
        raise TddError(f"{where} is not in a git repository.", remedy=remedy) from refused


def configuration(root: Path) -> Config | tuple[Fault, ...]:
    """`.tdd/config.toml` of a work tree, the defaults where there is none, or what is wrong with it."""
    try:
        raw = (root / CONFIG_PATH).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raw = b""
    except OSError as error:
        return (Fault(CONFIG_PATH, 1, f"This file cannot be read: {error.strerror}.", "Change its rights."),)
    try:
        return parse_config(raw.decode(), CONFIG_PATH, os.environ)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return (Fault(CONFIG_PATH, line, "This is not UTF-8.", "Save the file in UTF-8."),)


def usable_configuration(root: Path) -> Config:
    """The configuration; raises `FaultyConfig` with every fault on a line of its own."""
    read = configuration(root)
    if isinstance(read, Config):
        return read
    raise FaultyConfig("\n     ".join(["The configuration has faults:", *map(fault_line, read)]))
