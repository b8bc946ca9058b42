"""Where a task is worked on: the worker, the work tree, the bench, and how far the task has come."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tdd_action.bench import Bench, source_roots, told
from tdd_action.claims.green import GreenClaim
from tdd_action.claims.red import RedClaim
from tdd_action.claims.subject import Before, Subject
from tdd_action.workers import StageRequest, StageWork, Worker
from tdd_action.workers.human import HumanWorker
from tdd_action.workspace import Workspace, trailers
from tdd_orchestrator.core.asking import escalates
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.evidence import Planned, Reason, Standing, Verdict
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.policy import ABSENT, Change, Territory, judge_paths
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Assignment, Question, Stage, StageState, Usage
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.within import MIXED, Within

FILE = "100644"


@dataclass(frozen=True, slots=True)
class StageEnd:
    """How a stage ended. `reasons` become annotations; `notes` are remarks that do not stand against it; `tests` are
    the new tests.
    """

    state: StageState
    sentence: str
    reasons: tuple[Reason, ...] = ()
    commit: str | None = None
    notes: tuple[Reason, ...] = ()
    tests: tuple[str, ...] = ()


class WorkerBroke(Exception):
    """The worker failed in a way that is neither the project's nor the user's doing; the stage ends as an error."""


Tell = Callable[[str, str], None]
"""Where a heading of ours and text of others go while the work is under way."""


def untold(heading: str, text: str) -> None:
    """Tell nobody."""


@dataclass
class Desk:
    """One attempt at one task. `commit` is the last of the task's commits (at first the base), `tree` what it holds."""

    assignment: Assignment
    task: PlannedTask
    worker: Worker
    config: Config
    workspace: Workspace
    bench: Bench
    requirements: tuple[Requirement, ...] = ()
    commit: str = ""
    tell: Tell = untold
    usage: list[Usage] = field(default_factory=list)
    prompts: str = ""
    credit: tuple[str, ...] = ()
    question: Question | None = None
    red: RedClaim | None = None
    green: GreenClaim | None = None
    before: Before | None = None

    @property
    def base(self) -> str:
        return self.assignment.head

    @property
    def territory(self) -> Territory:
        """What the task owns, where its tests go, and what nobody may touch."""
        tests = self.task.tests or self.config.tests
        return Territory(self.task.files or self.config.source, tests, self.config.git.protected)

    @property
    def subject(self) -> Subject:
        """What is claimed, as the proof will claim it again."""
        planned = Planned(self.territory.owned, source_roots(self.config, self.bench.suites))
        return Subject(self.task.key, self.task.kind, planned, self.base, self.config.qa)

    def baseline(self) -> Before:
        """The whole suite at the base; run once."""
        if self.before is None:
            self.before = Before(self.bench.on(self.base, "base"))
        return self.before

    def ask(self, stage: Stage) -> tuple[StageWork, str]:
        """Let the worker write on top of the last commit; what it said, and the tree that it left."""
        self.workspace.checkout(self.commit)
        may = self.territory.tests if stage is Stage.RED else self.territory.owned
        request = StageRequest(
            task=self.task,
            stage=stage,
            attempt=self.assignment.attempt,
            workspace=self.workspace.tree,
            may_touch=self._may_touch(stage),
            globs=may,
            run_tests=self.look,
            feedback=self.assignment.feedback,
            requirements=self.requirements,
            budget_usd=max(self.assignment.budget_usd - sum(each.usd for each in self.usage), 0.0),
            seconds=float(self.config.tdd.stage_seconds),
            answers=self.assignment.answers,
        )
        worker = self._keeper() if stage is Stage.RED and self.assignment.red else self.worker
        work = within(request.seconds, lambda: worker.work(request))
        self.usage += work.usage
        self.prompts = work.prompts
        if work.fault is not None:
            raise raised(work.fault)
        self.credit = tuple(dict.fromkeys((*self.credit, *work.credit)))
        self.question = work.question
        if work.said:
            self.tell(f"{self.task.key} {stage.upper()}: the worker says", work.said)
        return work, self.workspace.snapshot()

    def _keeper(self) -> Worker:
        """Who hands in the RED of an earlier attempt; it is judged anew, on the head as it is now."""
        return HumanWorker(self.workspace.git, self.base, self.assignment.red, "kept", what="The RED that was kept")

    def look(self) -> str:
        """Run the tests on what the worker has written so far; what they leave behind is taken away."""
        return told(self.bench.on(self.workspace.snapshot(), "the worker's own look"))

    def _may_touch(self, stage: Stage) -> Callable[[str], bool]:
        territory, kind, root = self.territory, self.task.kind, self.workspace.tree

        def may(path: str) -> bool:
            there = FILE if (root / path).is_file() else ABSENT
            inside = Within.TESTS if stage is Stage.RED and path.endswith(MIXED) else Within.CODE
            return not judge_paths(stage, kind, [Change(path, mode_before=there, within=inside)], territory)

        return may

    def save(self, stage: Stage, tree: str) -> str:
        """Commit a stage's tree on top of the last one."""
        title = " ".join(self.task.title.split())  # on one line, so that a title cannot bring trailers of its own
        message = f"{self.task.key} {stage.value}: {title}"
        run = f"pr-{self.assignment.number}"
        told = (*trailers(self.task, stage, run), *(("Co-authored-by", each) for each in self.credit))
        self.commit = self.workspace.commit(tree, self.commit, message, told, self.assignment.author)
        return self.commit


def within(seconds: float, work: Callable[[], StageWork]) -> StageWork:
    """The worker's answer, or that its time was over; what it raises comes as `WorkerBroke` or `TddError`.

    A thread, because a worker is somebody else's code and need not know how to stop; the process ends soon after.
    """
    answers: list[StageWork] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run, name="worker", daemon=True)
    started = time.monotonic()
    thread.start()
    thread.join(seconds)
    if failures:
        raise raised(failures[0]) from failures[0].__cause__
    if not answers:
        return StageWork(gave_up=f"The worker was not done after {time.monotonic() - started:.0f} s.")
    return answers[0]


def stopped(work: StageWork) -> StageEnd | None:
    """The end of a stage whose worker did not do it: it gave up, or asks people first."""
    if escalates(work.question) and work.question is not None:
        return StageEnd(StageState.ASKED, f"It asks: {work.question.text}")
    return StageEnd(StageState.REFUSED, work.gave_up) if work.gave_up else None


def raised(failure: BaseException) -> Exception:
    """What a worker's failure is to us: the user's to mend as it is, anything else as `WorkerBroke`."""
    if isinstance(failure, TddError):
        return failure
    broke = WorkerBroke(f"{type(failure).__name__}: {failure}"[:300])
    broke.__cause__ = failure
    return broke


def refused(verdict: Verdict) -> StageEnd:
    """The end of a stage that a verdict stands against; a run that says nothing is an error, never a pass."""
    state = StageState.REFUSED if verdict.standing is Standing.REFUSED else StageState.ERROR
    return StageEnd(state, first_sentence(verdict.reasons), verdict.reasons)


def first_sentence(reasons: tuple[Reason, ...]) -> str:
    """The first reason, and how many there are besides."""
    if not reasons:
        return "Nothing is known of it."
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0].sentence}{more}"


def counted(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
