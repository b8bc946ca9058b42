"""How a runner sets a Python project up before its tests run: one `pip install`, from what the project's files say."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdd_orchestrator.onboarding.texts import pyproject

TEST_NAMES = ("test", "tests", "testing", "dev")
REQUIREMENTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "dev-requirements.txt",
    "test-requirements.txt",
    "requirements/dev.txt",
    "requirements/test.txt",
)


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A shell command, and the files that it was made from."""

    command: str
    because: str


def setup_step(root: Path) -> SetupStep | None:
    """The command for this project; `None` where nothing but pytest is needed."""
    said = pyproject(root)
    words, because = [], []
    if _is_installable(root, said):
        extras = _known(_table(said, "project"), "optional-dependencies")
        words += ["-e", f".[{','.join(extras)}]" if extras else "."]
        because.append("pyproject.toml" if said else "setup.py")
    for group in _known(said, "dependency-groups"):
        words += ["--group", group]
        because = because or ["pyproject.toml"]
    for name in REQUIREMENTS:
        if (root / name).is_file():
            words += ["-r", name]
            because.append(name)
    if not words:
        return None
    # `-I`: no module in the checkout is imported instead of one of pip's, for this step is outside of the sandbox.
    return SetupStep(shlex.join(["python", "-I", "-m", "pip", "install", "pytest", *words]), ", ".join(because))


def _is_installable(root: Path, said: dict[str, Any]) -> bool:
    """Whether an install is meant: a project that declares no build and no dependency is only a folder of modules."""
    declared = "build-system" in said or bool(_table(said, "project").get("dependencies"))
    return declared or (root / "setup.py").is_file()


def _known(table: dict[str, Any], key: str) -> tuple[str, ...]:
    """The names under a key that mean tests."""
    return tuple(name for name in TEST_NAMES if name in _table(table, key))


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    held = table.get(key)
    return held if isinstance(held, dict) else {}
