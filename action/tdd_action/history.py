"""What a range of commits claims: for each task its RED, GREEN and REFACTOR commits, found by their trailers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tdd_action.git import Git
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Stage

FIELDS = (
    "%H",
    "%T",
    "%P",
    "%(trailers:key=TDD-Task,valueonly,separator=%x2C)",
    "%(trailers:key=TDD-Stage,valueonly,separator=%x2C)",
    "%(trailers:key=TDD-Run,valueonly,separator=%x2C)",
    "%(trailers:key=TDD-Kind,valueonly,separator=%x2C)",
    "%s",
)
CHANGE = "CHANGE"
"""What a change is called that has no task."""
CLAIMED = (Stage.RED, Stage.GREEN, Stage.REFACTOR)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the range; `stage` is empty where the trailers name none that can be claimed."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    task: str
    stage: str
    run: str
    kind: str
    subject: str

    @property
    def short(self) -> str:
        return self.sha[:10]

    @property
    def claims(self) -> bool:
        """Whether it claims a stage. The merge that landed a task names it too, and is judged at the tip."""
        return bool(self.task) and not (self.stage == Stage.LAND and len(self.parents) > 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """One task of one run. `base` is its first commit's parent; a stage of several commits ends with the last.

    `faults` say where its trailers make no sense.
    """

    task: str
    run: str
    kind: TaskKind
    base: str
    commits: tuple[Commit, ...]
    faults: tuple[str, ...] = ()

    def last(self, stage: Stage) -> Commit | None:
        """The commit that a stage ended with."""
        return next((commit for commit in reversed(self.commits) if commit.stage == stage), None)


@dataclass(frozen=True, slots=True)
class History:
    """A range of commits, oldest first: `claims` in order of their first commits."""

    claims: tuple[Claim, ...] = ()
    others: tuple[Commit, ...] = ()
    commits: Mapping[str, Commit] = field(default_factory=dict)


def read_history(git: Git, base: str, tip: str) -> History:
    """The commits of `base..tip`; merges are followed on all sides."""
    pattern = "%x00".join(FIELDS) + "%x00"
    raw = git("log", "-z", "--topo-order", "--reverse", f"--format={pattern}", f"{base}..{tip}", "--")
    commits = tuple(_commits(raw))
    grouped: dict[tuple[str, str], list[Commit]] = {}
    for commit in commits:
        if commit.claims:
            grouped.setdefault((commit.run, commit.task), []).append(commit)
    claims = tuple(_claim(tuple(own)) for own in grouped.values())
    others = tuple(commit for commit in commits if not commit.claims)
    return History(claims, others, {commit.sha: commit for commit in commits})


@dataclass(frozen=True, slots=True)
class Named:
    """Stages of one change that somebody points at, where no trailer does: the commits that they ended with."""

    red: str = ""
    green: str = ""
    refactor: str = ""
    kind: TaskKind = TaskKind.BEHAVIOUR

    def __bool__(self) -> bool:
        return bool(self.red or self.green or self.refactor)


def named_history(git: Git, base: str, named: Named) -> History:
    """One claim of the stages that are named; all that lies between two of them belongs to the later one.

    The base is the first one's parent, or further back as the caller says.
    """
    commits: list[Commit] = []
    faults: list[str] = []
    last = base
    for stage, sha in ((Stage.RED, named.red), (Stage.GREEN, named.green), (Stage.REFACTOR, named.refactor)):
        if not sha:
            continue
        if git.attempt("merge-base", "--is-ancestor", last, sha).returncode or sha == last:
            faults.append(f"{sha[:10]} is named as {stage.upper()} and does not come after {last[:10]}.")
        tree, subject = git("log", "-1", "--format=%T%x00%s", sha, "--").split("\0")
        commits.append(Commit(sha, tree, (last,), CHANGE, stage.value, "", named.kind.value, subject))
        last = sha
    claim = Claim(CHANGE, "", named.kind, base, tuple(commits), tuple(faults))
    return History((claim,), (), {commit.sha: commit for commit in commits})


def _commits(raw: str) -> Iterable[Commit]:
    fields = raw.split("\0")
    width = len(FIELDS) + 1  # `-z` ends each record with one more
    for at in range(0, len(fields) - len(FIELDS), width):
        sha, tree, parents, task, stage, run, kind, subject = fields[at : at + len(FIELDS)]
        named = (task.strip(), stage.strip().lower(), run.strip(), kind.strip().lower())
        yield Commit(sha.strip(), tree, tuple(parents.split()), *named, subject)


def _claim(own: tuple[Commit, ...]) -> Claim:
    """`behaviour` is what holds where nothing is said: of all kinds it has the most to prove."""
    first = own[0]
    kind = TaskKind(first.kind) if first.kind in {*TaskKind} else TaskKind.BEHAVIOUR
    claim = Claim(first.task, first.run, kind, first.parents[0] if first.parents else "", own)
    return replace(claim, faults=tuple(_faults(claim)))


def _faults(claim: Claim) -> Iterable[str]:
    """Trailers that make no sense: a stage nobody knows, stages out of order, a stage that is a merge."""
    reached = -1
    if any(commit.kind != claim.commits[0].kind for commit in claim.commits):
        yield f"{claim.task}'s commits do not agree on its kind."
    for commit in claim.commits:
        if commit.stage not in {*CLAIMED}:
            yield f"{commit.short} is a commit of {claim.task} with the stage {commit.stage or 'none'!r}."
            continue
        place = CLAIMED.index(Stage(commit.stage))
        named = f"{commit.short} is {claim.task}'s {commit.stage.upper()}"
        if place < reached:
            yield f"{named}, after its {CLAIMED[reached].upper()}."
        if len(commit.parents) != 1:
            yield f"{named} and a merge: a stage is a commit of its own."
        reached = max(place, reached)
