"""What GitHub shows, as the values that we use: a pull request, a comment, a workflow run, a delivery."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tdd_orchestrator.core.run import Ref
from tdd_orchestrator.core.sources import Source


@dataclass(frozen=True, slots=True)
class PullView:
    """A pull request as it stands. `fork` is a head in another repository (or in one that was
    deleted), `bot` an author that is no person: its type says so, never its name."""

    number: int
    state: str
    merged: bool
    title: str
    author: str
    head: Ref
    base: Ref
    fork: bool
    bot: bool = False
    body: str = ""


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment in a pull request's conversation. `bot` is a comment that no person wrote; times are epoch seconds."""

    id: int
    number: int
    author: str
    bot: bool
    body: str
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class WorkflowRunView:
    """A workflow run as it stands. `conclusion` is `None` until it is completed; times are epoch seconds: `created_at`
    of the run, `started_at` of its present attempt.
    """

    id: int
    status: str
    conclusion: str | None
    display_title: str
    url: str
    attempt: int
    created_at: float = 0.0
    started_at: float = 0.0


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file in a commit's tree: path, git mode (such as `100644`), blob sha and size in bytes."""

    path: str
    mode: str
    sha: str
    size: int


def epoch(moment: str | None) -> float:
    """GitHub's `2026-11-20T10:00:00Z` in epoch seconds; 0 for none."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0


def moment(at: float) -> str:
    """Epoch seconds as GitHub writes them."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def pull_view(shown: dict[str, Any]) -> PullView:
    """From the REST shape (pull request, or the `pull_request` of a webhook)."""
    head, base = shown["head"], shown["base"]
    home = (head.get("repo") or {}).get("full_name")
    return PullView(
        number=int(shown["number"]),
        state=str(shown["state"]),
        merged=bool(shown.get("merged") or shown.get("merged_at")),
        title=str(shown["title"]),
        author=login(shown.get("user")),
        head=Ref(str(head["ref"]), str(head["sha"])),
        base=Ref(str(base["ref"]), str(base["sha"])),
        fork=home != base["repo"]["full_name"],
        bot=(shown.get("user") or {}).get("type") == "Bot",
        body=str(shown.get("body") or ""),
    )


def comment_view(shown: dict[str, Any]) -> CommentView:
    """From the REST shape of an issue comment."""
    user = shown.get("user") or {}
    return CommentView(
        id=int(shown["id"]),
        number=int(str(shown["issue_url"]).rsplit("/", 1)[-1]),
        author=login(user),
        bot=user.get("type") == "Bot",
        body=str(shown.get("body") or ""),
        created_at=epoch(shown.get("created_at")),
        updated_at=epoch(shown.get("updated_at")),
    )


def workflow_run_view(shown: dict[str, Any]) -> WorkflowRunView:
    """From the REST shape of a workflow run."""
    return WorkflowRunView(
        id=int(shown["id"]),
        status=str(shown["status"]),
        conclusion=shown.get("conclusion"),
        display_title=str(shown.get("display_title") or ""),
        url=str(shown.get("html_url") or ""),
        attempt=int(shown.get("run_attempt") or 1),
        created_at=epoch(shown.get("created_at")),
        started_at=attempt_began(int(shown.get("run_attempt") or 1), shown.get("run_started_at")),
    )


def attempt_began(attempt: int, moment: str | None) -> float:
    """When an attempt of a workflow run began; 0 for the first, before which there was nothing."""
    return epoch(moment) if attempt > 1 else 0.0


def author_of(shown: dict[str, Any], path: str) -> Source:
    """From the REST shape of a commit: its author's login, or the name that stands in it."""
    if account := shown.get("author"):
        return Source(login(account), path)
    return Source(str(((shown.get("commit") or {}).get("author") or {}).get("name") or ""), path, is_login=False)


def login(user: dict[str, Any] | None) -> str:
    """A user's login; `ghost` for a deleted one, as GitHub shows it."""
    return str((user or {}).get("login") or "ghost")
