"""The keys by which GitHub's objects are found to be ours: a check run's external id, and a workflow run's title.

`report` writes the first, `github` the second; both are pure texts, so they are read here and nowhere else.
"""

from dataclasses import dataclass

from tdd_orchestrator.core.effect import PRD

WORKFLOW_FILE = ".github/workflows/tdd.yml"
SCHEME = "tdd1"


@dataclass(frozen=True, slots=True)
class CheckKey:
    """What a check run of ours is about: `task` is `None` for the run itself, and for the board of its PRD."""

    number: int
    task: str | None


def check_key(external_id: str) -> CheckKey | None:
    """`tdd1:pr-42:TASK-3:...` read; `None` for the check runs of others."""
    parts = external_id.split(":")
    if len(parts) < 3 or parts[0] != SCHEME or not parts[1].startswith("pr-") or not parts[1][3:].isdigit():
        return None
    return CheckKey(int(parts[1][3:]), None if parts[2] in ("run", PRD) else parts[2])


def nonce_of(display_title: str) -> str | None:
    """The nonce at the end of `tdd pr-42 TASK-3 work 0f3c…`; `None` for the workflow runs of others."""
    words = display_title.split()
    return words[-1] if len(words) >= 3 and words[0] == "tdd" and words[1].startswith("pr-") else None


def draft_of(display_title: str) -> tuple[int, str] | None:
    """Issue and nonce in `tdd issue-12 prd draft 0f3c…`; `None` for the workflow runs of others."""
    words = display_title.split()
    if len(words) < 3 or words[0] != "tdd" or not words[1].startswith("issue-") or not words[1][6:].isdigit():
        return None
    return int(words[1][6:]), words[-1]


def lane(repo: str, number: int) -> str:
    """The inbox lane of a pull request: its deliveries are handled one after the other."""
    return f"{repo}#{number}"


def lane_parts(key: str) -> tuple[str, int | None]:
    """Repository and pull request of a lane; a lane of a whole repository has no number."""
    repo, _, number = key.partition("#")
    return repo, int(number) if number.isdigit() else None
