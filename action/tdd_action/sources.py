"""What a runner reads from git before it does anything: the base branch's configuration, the head's PRDs."""

from collections.abc import Mapping
from pathlib import Path

from tdd_action.git import Git, file_at
from tdd_orchestrator.core.config import CONFIG_PATH, parse_config
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.prd import Prd, merge_prds
from tdd_orchestrator.core.requirements import PlanHints, Requirement
from tdd_orchestrator.core.result import Assignment
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.documents import read_prd


class FaultyFile(TddError):
    """A file that people wrote cannot be used as it is."""


def read_config(repository: Path, commit: str, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration at a commit; the defaults where there is none. Raises `FaultyFile` with every fault."""
    raw = file_at(Git(repository), commit, CONFIG_PATH)
    found = parse_config((raw or b"").decode("utf-8", "replace"), env=environ)
    if isinstance(found, Config):
        return found
    raise FaultyFile(_told(found))


def read_requirements(
    repository: Path, assignment: Assignment, config: Config
) -> tuple[tuple[Requirement, ...], tuple[PlanHints, ...]]:
    """The requirements of the pull request's PRDs at its head. Raises `FaultyFile` where one cannot be planned."""
    prds = read_prds(repository, assignment, config)
    requirements, faults = merge_prds(prds)
    grave = tuple(fault for fault in faults if fault.level == "failure")
    if grave:
        raise FaultyFile(_told(grave))
    return requirements, tuple(prd.hints for prd in prds)


def read_prds(repository: Path, assignment: Assignment, config: Config) -> tuple[Prd, ...]:
    """The PRDs that the assignment names, or else those that the pull request adds or changes."""
    git = Git(repository)
    found = []
    for path in assignment.prds or _changed_prds(git, assignment, config):
        raw = file_at(git, assignment.head, path)
        if raw is not None:
            found.append(read_prd(path, raw))
    return tuple(found)


def _changed_prds(git: Git, assignment: Assignment, config: Config) -> tuple[str, ...]:
    common = git.attempt("merge-base", assignment.base, assignment.head).stdout.decode().strip()
    listed = git("diff-tree", "-r", "-z", "--name-only", "--no-renames", common or assignment.base, assignment.head)
    return tuple(path for path in listed.split("\0") if path and matches(path, config.prd.paths))


def _told(faults: tuple[Fault, ...]) -> str:
    return "\n".join(f"{each.path}:{each.line}: {each.message} {each.remedy}".rstrip() for each in faults)
