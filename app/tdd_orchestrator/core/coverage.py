"""What each requirement has come to: its tasks, the tests that hold it, its commits, and what is missing. Derived."""

from dataclasses import dataclass
from enum import StrEnum

from tdd_orchestrator.core import replanning
from tdd_orchestrator.core.evidence.kinds import PROOFS
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Stage, StageReport, StageState
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, TaskState
from tdd_orchestrator.core.task import Task

T = TaskState


class Holding(StrEnum):
    """How a requirement stands. The last three are faults: nothing holds it."""

    UNPLANNED = "not planned yet"
    REPLANNED = "being planned again"
    OPEN = "open"
    WORKED = "in progress"
    STUCK = "stuck"
    HELD = "held"
    UNCOVERED = "no task covers it"
    UNTESTED = "no test holds it"
    OUTDATED = "edited after the end"


FAULTS = frozenset({Holding.UNCOVERED, Holding.UNTESTED, Holding.OUTDATED})


@dataclass(frozen=True, slots=True)
class Covered:
    """One requirement. `tests` are the new tests that landed for its present text, `commits` those of its tasks;
    `outdated` are tasks that had landed for an older text.
    """

    requirement: Requirement
    holding: Holding
    tasks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A test of this run that covers no requirement, and the task that brought it."""

    task: str
    test: str


@dataclass(frozen=True, slots=True)
class Board:
    """Every requirement in the order of the PRD, and the tests that belong to none. `over`: nothing goes on."""

    rows: tuple[Covered, ...]
    strays: tuple[Stray, ...]
    over: bool

    @property
    def faults(self) -> tuple[Covered, ...]:
        return tuple(row for row in self.rows if row.holding in FAULTS)


def board(run: Run) -> Board:
    """The PRD's requirements as the run stands."""
    edited = replanning.changed(run) if run.tasks else frozenset()
    rows = tuple(_covered(run, each, each.id in edited) for each in run.requirements)
    return Board(rows, strays(run), run.state in FINAL)


def strays(run: Run) -> tuple[Stray, ...]:
    """Tests of landed tasks of which every requirement is gone, or that never had one."""
    known = {requirement.id for requirement in run.requirements}
    return tuple(
        Stray(task.key, test)
        for task in run.tasks_in(T.COMPLETE)
        if not known.intersection(task.planned.requirements)
        for test in new_tests_of(task)
    )


def new_tests_of(task: Task) -> tuple[str, ...]:
    """The new tests of the attempt that was accepted: those that the proof ran, or else those that RED named."""
    stages = _accepted(task)
    named = [s.tests for which in (Stage.PROVE, Stage.RED) for s in stages if s.stage is which and s.tests]
    return named[0] if named else ()


def _covered(run: Run, asked: Requirement, edited: bool) -> Covered:
    tasks = tuple(task for task in run.tasks if asked.id in task.planned.requirements)
    landed = tuple(task for task in tasks if task.state is T.COMPLETE)
    old = tuple(task for task in landed if edited or asked.id in task.outdated)
    live = tuple(task for task in tasks if task not in old and task.state is not T.SKIPPED)
    done = tuple(task for task in live if task.state is T.COMPLETE)
    tests = tuple(dict.fromkeys(test for task in done for test in new_tests_of(task)))
    commits = tuple(dict.fromkeys(commit for task in done for commit in _commits(task)))
    holding = _edited(run) if edited else _holding(run, live, tests)
    return Covered(asked, holding, tuple(t.key for t in tasks), tests, commits, tuple(t.key for t in old))


def _edited(run: Run) -> Holding:
    return Holding.OUTDATED if run.state in FINAL else Holding.REPLANNED


def _holding(run: Run, live: tuple[Task, ...], tests: tuple[str, ...]) -> Holding:
    states = {task.state for task in live}
    if not run.tasks:
        return Holding.UNPLANNED
    if not live:
        return Holding.UNCOVERED
    if states == {T.COMPLETE}:
        held = bool(tests) or not any(PROOFS[task.planned.kind].new_tests for task in live)
        return Holding.HELD if held else Holding.UNTESTED
    if states & {T.FAILED, T.BLOCKED}:
        return Holding.STUCK
    return Holding.WORKED if states & {T.IN_PROGRESS, T.PASSING, T.COMPLETE} else Holding.OPEN


def _accepted(task: Task) -> tuple[StageReport, ...]:
    attempt = next((a for a in reversed(task.attempts) if a.accepted), None)
    return attempt.stages if attempt else ()


def _commits(task: Task) -> tuple[str, ...]:
    """The commits of the stages that stand; where none is known, the head that the task landed in."""
    told = (Stage.RED, Stage.GREEN, Stage.REFACTOR)
    good = [s for s in _accepted(task) if s.stage in told and s.state is StageState.ACCEPTED and s.commit]
    return tuple(s.commit for s in good if s.commit) or tuple(filter(None, (task.landed,)))
