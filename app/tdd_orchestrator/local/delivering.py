"""What a run leaves in somebody's repository: one branch, brought there and, when the run is dropped, taken away."""

from pathlib import Path

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.local.git import GitRefused, git

QUIETLY = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.prune=false")


class ResultNotDelivered(TddError):
    """The result is ready, and its branch cannot be written."""


def deliver(top: Path, bare: Path, branch: str) -> None:
    """Bring the branch into the repository at `top`; only ever forwards. Raises `ResultNotDelivered`."""
    wanted = f"refs/heads/{branch}:refs/heads/{branch}"
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    try:
        git(top, *QUIETLY, "fetch", *options, str(bare), wanted)
    except GitRefused as refused:
        raise ResultNotDelivered(
            f"The result is ready, and the branch {branch} cannot be written: {refused.reason}.",
            remedy=f"Switch to another branch, or rename {branch}; then `tdd run --resume`.",
        ) from refused


def take_away(top: Path, bare: Path, branch: str) -> bool:
    """Delete the branch if it is what the run has left there and nothing more; whether there was one."""
    ref = f"refs/heads/{branch}"
    mine, theirs = _tip(bare, ref), _tip(top, ref)
    if not mine or mine != theirs:
        return False
    git(top, "branch", "--quiet", "-D", branch)
    return True


def _tip(repository: Path, ref: str) -> str:
    return git(repository, "for-each-ref", "--format=%(objectname)", ref) if repository.is_dir() else ""
