"""What a run knows of people at work: a task in somebody's hands, and questions that only people can answer."""

from dataclasses import dataclass

from tdd_orchestrator.core.result import Question, Stage


@dataclass(frozen=True, slots=True)
class Hand:
    """A task in a person's hands: `by` is their login, `branch` where they push, `asked` the command's id.

    `tip` is the branch's commit as last seen, "" until the branch is there; `pushed` is a commit that waits to be
    judged, "" where there is nothing new.
    """

    by: str
    branch: str
    asked: str
    tip: str = ""
    pushed: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An accepted RED that the next attempts begin with: its commit, whose run left it, and the branch it goes to.

    `there` says that the branch holds it. `asked` is the command's id; `must` that without it nothing is tried.
    """

    commit: str
    base: str
    workflow_run: int
    branch: str
    asked: str
    by: str
    must: bool = True
    there: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """A question to people: `ESC-1`, whose task asked it in which stage, and the answer once there is one.

    `by` is who answered; `""` while it is open. `at` and `answered_at` are epoch seconds.
    """

    id: str
    task: str
    stage: Stage
    question: Question
    at: float
    answer: str = ""
    by: str = ""
    answered_at: float | None = None

    @property
    def open(self) -> bool:
        return self.answered_at is None
