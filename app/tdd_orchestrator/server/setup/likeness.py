"""A folder that looks like a repository, as far as `onboarding` looks: files by name, and the few that it reads."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import TreeEntry
from tdd_orchestrator.onboarding.detection import detect
from tdd_orchestrator.onboarding.setup_step import setup_step
from tdd_orchestrator.onboarding.starting import Starter, starters
from tdd_orchestrator.onboarding.subprojects import subprojects

READ = frozenset({"pyproject.toml", "setup.cfg", "tox.ini", "package.json", "Gemfile"})
MOST, MOST_READ, DEEPEST, LARGEST = 3000, 25, 3, 1_000_000
REGULAR = ("100644", "100755")


async def starters_for(reader: RepositoryReader, tree: Sequence[TreeEntry]) -> tuple[Starter, ...]:
    """The files that `tdd init` would write into this commit."""
    shallow = [entry for entry in tree if entry.mode in REGULAR and _is_near(entry.path)][:MOST]
    telling = [each for each in shallow if PurePosixPath(each.path).name in READ and each.size <= LARGEST]
    telling.sort(key=lambda each: each.path.count("/"))
    texts = {entry.path: await reader.blob(entry.sha) for entry in telling[:MOST_READ]}
    return await asyncio.to_thread(_begun, [entry.path for entry in shallow], texts)


def _is_near(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return len(parts) <= DEEPEST and not {"..", ".git", "/"} & set(parts)


def _begun(paths: Sequence[str], texts: dict[str, bytes]) -> tuple[Starter, ...]:
    with tempfile.TemporaryDirectory(prefix="tdd-likeness-") as name:
        root = Path(name)
        for path in paths:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(texts.get(path, b""))
        return tuple(starters(detect(root), setup_step(root), subprojects(root)))
