"""Everything that we may do: one closed union. Each effect has a key and is an upsert, so that doing it twice is
doing it once.
"""

from dataclasses import dataclass

from tdd_orchestrator.core.result import Assignment


@dataclass(frozen=True, slots=True)
class ShowRun:
    """The check run `TDD` on `head` shows the run as it stands. A Re-run raises `generation`, which makes a new
    check run.
    """

    head: str
    generation: int = 0

    @property
    def key(self) -> str:
        return f"check:run@{self.head}#{self.generation}"


@dataclass(frozen=True, slots=True)
class ShowTask:
    """The check run `TDD / TASK-n · title` on `head` shows the task as it stands."""

    task: str
    head: str
    generation: int = 0

    @property
    def key(self) -> str:
        return f"check:{self.task}@{self.head}#{self.generation}"


PRD = "prd"
"""Stands where a task's key would, for the check run `TDD / PRD`."""


@dataclass(frozen=True, slots=True)
class ShowPrd:
    """The check run `TDD / PRD` on `head` shows each requirement as it stands."""

    head: str
    generation: int = 0

    @property
    def key(self) -> str:
        return f"check:{PRD}@{self.head}#{self.generation}"


@dataclass(frozen=True, slots=True)
class Retire:
    """A check run on an old head (the run's, a task's, or the PRD's) is concluded `neutral` and points to the new head.

    `shows` is the key of the effect that showed it, under which its id is remembered; nothing is created.
    """

    head: str
    successor: str
    task: str | None = None
    generation: int = 0

    @property
    def shows(self) -> str:
        return f"check:{self.task or 'run'}@{self.head}#{self.generation}"

    @property
    def key(self) -> str:
        return f"retire:{self.shows}"


@dataclass(frozen=True, slots=True)
class ShowComment:
    """The one sticky comment shows the run as it stands."""

    @property
    def key(self) -> str:
        return "comment"


@dataclass(frozen=True, slots=True)
class React:
    """A reaction on the comment that gave a command: `+1` done, `confused` refused."""

    comment: int
    content: str

    @property
    def key(self) -> str:
        return f"react:{self.comment}:{self.content}"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a command, as a comment; `id` is the command's."""

    id: str
    text: str

    @property
    def key(self) -> str:
        return f"reply:{self.id}"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A workflow run for an assignment; its nonce finds it again."""

    assignment: Assignment

    @property
    def key(self) -> str:
        return f"dispatch:{self.assignment.nonce}"


@dataclass(frozen=True, slots=True)
class CancelJob:
    """A workflow run of ours is stopped."""

    nonce: str
    workflow_run: int

    @property
    def key(self) -> str:
        return f"cancel:{self.nonce}"


@dataclass(frozen=True, slots=True)
class Ripe:
    """The proven commits of one task, and the workflow run that left their bundle."""

    task: str
    base: str
    tip: str
    workflow_run: int


@dataclass(frozen=True, slots=True)
class Land:
    """Proven tasks reach the branch together: by fast-forward, or staged for a proof on the merged tree, or that
    proven merge.

    The branch moves only if it is still at `onto`. Where it is a branch of ours on top of the pull request's, that is
    the `source`, and what it holds comes along. `since` is where the proof of `staged` began.
    """

    branch: str
    onto: str
    tasks: tuple[Ripe, ...] = ()
    staged: str | None = None
    staging: str = ""
    source: str = ""
    since: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(each.task for each in self.tasks)

    @property
    def key(self) -> str:
        what = self.staged or "+".join(each.tip[:40] for each in self.tasks)
        return f"land:{'+'.join(self.keys)}:{what}@{self.onto}"


@dataclass(frozen=True, slots=True)
class LookAtCi:
    """What others' checks say of `head` is read; where there are none, whether there were any on `first`."""

    head: str
    first: str = ""

    @property
    def key(self) -> str:
        return f"ci:{self.head}"


@dataclass(frozen=True, slots=True)
class MakeBranch:
    """A branch at the commit `at` for a person who took a task over; one that is there is left as it is."""

    task: str
    branch: str
    at: str

    @property
    def key(self) -> str:
        return f"branch:{self.branch}"


@dataclass(frozen=True, slots=True)
class KeepRed:
    """The RED `commit` that a workflow run left is put on a branch of ours, judged as it would be to land."""

    task: str
    commit: str
    base: str
    workflow_run: int
    branch: str
    onto: str

    @property
    def key(self) -> str:
        return f"keep:{self.branch}@{self.commit}"


@dataclass(frozen=True, slots=True)
class DropBranch:
    """A branch that is not needed any more goes, if it is still at `tip` and holds nothing that `onto` lacks.

    `ours` says that only we ever wrote to it; then what it holds need not be looked at.
    """

    branch: str
    tip: str
    onto: str
    ours: bool = False

    @property
    def key(self) -> str:
        return f"drop:{self.branch}@{self.tip}"


@dataclass(frozen=True, slots=True)
class ShowStack:
    """The pull request of our `branch` into the pull request's branch `into` is open and says how the run stands."""

    branch: str
    into: str

    @property
    def key(self) -> str:
        return f"stack:{self.branch}"


Effect = (
    ShowRun
    | ShowTask
    | ShowPrd
    | Retire
    | ShowComment
    | React
    | Reply
    | Dispatch
    | CancelJob
    | Land
    | LookAtCi
    | MakeBranch
    | KeepRed
    | DropBranch
    | ShowStack
)
