"""What people see of a run, as values: `report` writes them, `github` posts them, and neither knows the other."""

from dataclasses import dataclass

from tdd_orchestrator.core.result import Remark


@dataclass(frozen=True, slots=True)
class Button:
    """A button on a check run. GitHub's limits: label 20, description 40, identifier 20 characters; three buttons at
    most.
    """

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True)
class CheckContent:
    """One check run as it should stand. `external_id` is its key; `conclusion` is `None` while it is not completed.

    `status` is queued, in_progress or completed. Times are epoch seconds. Texts are within GitHub's 65,535 characters.
    """

    name: str
    external_id: str
    head: str
    status: str
    conclusion: str | None
    title: str
    summary: str
    text: str = ""
    annotations: tuple[Remark, ...] = ()
    buttons: tuple[Button, ...] = ()
    started_at: float | None = None
    completed_at: float | None = None


@dataclass(frozen=True, slots=True)
class PullContent:
    """A pull request of ours as it should stand."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class CommentContent:
    """One comment as it should stand; `marker` is the hidden HTML comment by which it is found again."""

    marker: str
    body: str
