"""A GitHub in the mind: it obeys effects and tells events; what it tells may be lost, what it shows is true."""

from dataclasses import dataclass, field, replace

from tdd_orchestrator.core.ci import CiCheck, CiState
from tdd_orchestrator.core.command import Command, Verb
from tdd_orchestrator.core.decide import Decision, decide
from tdd_orchestrator.core.effect import Dispatch, DropBranch, Effect, KeepRed, Land, LookAtCi, MakeBranch
from tdd_orchestrator.core.event import (
    BranchReady,
    CiSeen,
    Commanded,
    Dispatched,
    Event,
    HeadMoved,
    Landed,
    LandingRefused,
    PlanReported,
    ProofReported,
    PullRequestSeen,
    PushedByHand,
    RedKept,
    Staged,
    Ticked,
    WorkReported,
)
from tdd_orchestrator.core.plan import Plan, PlannedTask
from tdd_orchestrator.core.prd import Requirement
from tdd_orchestrator.core.result import (
    Assignment,
    PlanResult,
    ProofResult,
    Question,
    Remark,
    Stage,
    StageReport,
    StageState,
    Step,
    Worked,
    WorkResult,
)
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import FINAL

HEAD, BASE = Ref("feature", "a" * 40), Ref("main", "b" * 40)


def requirement(name: str) -> Requirement:
    return Requirement(name, f"title {name}", "text", "prds/x.md", 1, 2, ("it works",))


def planned(key: str, *needs: str, kind: str = "REQ-1") -> PlannedTask:
    return PlannedTask(
        key,
        f"title {key}",
        requirements=(kind,),
        depends_on=needs,
        files=(f"src/{key}.py",),
        tests=(f"tests/{key}.py",),
    )


def seen(at: float = 1.0, head: Ref = HEAD, rules: Rules | None = None, **changes: object) -> PullRequestSeen:
    event = PullRequestSeen(
        at=at,
        repo="o/r",
        number=7,
        head=head,
        base=BASE,
        requirements=(requirement("REQ-1"),),
        rules=rules or Rules(approve_above=100.0, worker="script"),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def command(verb: Verb, *task: str, id: str = "1:1", role: str = "write", at: float = 2.0, **more: object) -> Commanded:
    said = Command(verb, task=task, **more)  # type: ignore[arg-type]
    return Commanded(at=at, id=id, comment=1, author="writer", role=role, command=said, head=HEAD.sha)


@dataclass
class Imagined:
    """`refused` and `asks` say what comes of "TASK-1.2" (task and attempt); everything else is accepted.

    A pair of `clashes` is wrong together, one of `conflicts` cannot be merged, unless one was worked on top of the
    other. `holds` says of each commit which tasks are in it, and what each of them was worked on top of.
    """

    tasks: tuple[PlannedTask, ...]
    rules: Rules
    refused: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    head: str = HEAD.sha
    stack: str = ""
    landed: dict[str, str] = field(default_factory=dict)
    staged: dict[str, str] = field(default_factory=dict)
    clashes: frozenset[frozenset[str]] = frozenset()
    conflicts: frozenset[frozenset[str]] = frozenset()
    holds: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    history: set[str] = field(default_factory=lambda: {HEAD.sha})
    pushes: int = 0
    branches: dict[str, str] = field(default_factory=dict)
    dispatched: dict[str, Assignment] = field(default_factory=dict)
    asked: dict[str, list[Effect]] = field(default_factory=dict)
    now: float = 1.0

    def seen(self) -> PullRequestSeen:
        self.now += 1
        return seen(self.now, Ref("feature", self.head), self.rules)

    def push(self) -> None:
        """A person pushes to the branch."""
        self.pushes += 1
        before, self.head = self.head, f"person-{self.pushes}"
        self.holds[self.head] = self.held(before)
        self.history.add(self.head)

    def held(self, sha: str) -> dict[str, frozenset[str]]:
        """The tasks in a commit, and what each of them knew."""
        return self.holds.get(sha, {})

    def apart(self, pairs: frozenset[frozenset[str]], tasks: dict[str, frozenset[str]]) -> tuple[str, ...]:
        """The first pair among the tasks of which neither was worked on top of the other."""
        for pair in sorted(map(sorted, pairs)):
            one, other = pair
            if one in tasks and other in tasks and one not in tasks[other] and other not in tasks[one]:
                return one, other
        return ()

    def push_by_hand(self, branch: str) -> None:
        """A person pushes to the branch of a task that they took over, if it is there."""
        if branch in self.branches:
            self.pushes += 1
            self.branches[branch] = f"hand-{self.pushes}"

    def obey(self, effect: Effect, run: Run) -> Event | None:
        """Do what the effect says, once; what comes of it."""
        self.now += 1
        self.asked.setdefault(effect.key, []).append(effect)
        match effect:
            case Dispatch(assignment):
                self.dispatched.setdefault(assignment.nonce, assignment)
                return Dispatched(at=self.now, nonce=assignment.nonce, workflow_run=len(self.dispatched))
            case Land():
                return self._land(effect)
            case LookAtCi(head):
                return self.ci_seen(head)
            case KeepRed(task, commit):
                return RedKept(at=self.now, task=task, commit=commit)
            case MakeBranch(task, branch, at):
                tip = self.branches.setdefault(branch, at)
                return BranchReady(at=self.now, task=task, branch=branch, tip=tip, ahead=tip.startswith("hand-"))
            case DropBranch(branch, tip):
                assert tip == self.branches.get(branch) or branch in self.branches, "dropped twice"
                if self.branches[branch] == tip and not tip.startswith("hand-"):
                    del self.branches[branch]
                return None
            case _:
                return None

    def ci_seen(self, head: str) -> CiSeen:
        """CI is red on the head of all planned tasks, and green once one more has landed."""
        state = CiState.FAILED if len(self.landed) <= len(self.tasks) else CiState.PASSED
        return CiSeen(at=self.now, head=head, checks=(CiCheck("build", state, "https://ci/1", "E501"),))

    def hears(self, event: Event) -> None:
        """Take the head that an event names for one that was there."""
        named = getattr(event, "head", "")
        self.history.add(named.sha if isinstance(named, Ref) else str(named))

    def top(self, effect: Land) -> str:
        """Where the branch is that is landed on; ours begins where it is first asked for."""
        return (self.stack or effect.onto) if effect.source else self.head

    def _land(self, effect: Land) -> Event:
        first = effect.keys[0]
        there = tuple(key for key in effect.keys if key in self.landed)
        top = self.top(effect)
        if there:
            return Landed(at=self.now, task=there[0], head=top, tasks=there)
        if effect.onto != top:
            return HeadMoved(at=self.now, task=first, head=top)
        self.history.add(top)
        ends = (top, *(ripe.tip for ripe in effect.tasks))
        for place, ripe in enumerate(effect.tasks):
            assert ripe.base in self.history | set(ends[: place + 1]), "it stands on what nobody landed"
        if effect.staged is None and any(ripe.base != end for ripe, end in zip(effect.tasks, ends, strict=False)):
            return self._stage(effect)
        assert effect.staged is None or self.staged[effect.staged] == top, "a commit of somebody's would be lost"
        new = effect.staged or effect.tasks[-1].tip
        self.history |= {new, *ends}
        self.holds[new] = self.held(top) | self._known(effect)
        if effect.source:
            self.stack = new
        else:
            self.head = new
        self.landed |= dict.fromkeys(effect.keys, new)
        return Landed(at=self.now, task=first, head=new, tasks=effect.keys)

    def _stage(self, effect: Land) -> Event:
        top = self.top(effect)
        together = self.held(top)
        for ripe in effect.tasks:
            together = together | self._known(effect, ripe.task)
            if pair := self.apart(self.conflicts, together):
                mate = next((key for key in pair if key in effect.keys and key != ripe.task), "")
                return LandingRefused(at=self.now, task=ripe.task, tip=ripe.tip, reason="It conflicts.", against=mate)
        merge = f"merge-{'+'.join(ripe.tip for ripe in effect.tasks)}-{top}"
        self.staged[merge], self.holds[merge] = top, together
        self.branches[effect.staging] = merge
        return Staged(at=self.now, task=effect.keys[0], staged=merge, onto=top, tasks=effect.keys)

    def _known(self, effect: Land, key: str = "") -> dict[str, frozenset[str]]:
        tasks = [ripe for ripe in effect.tasks if key in ("", ripe.task)]
        return {ripe.task: frozenset(self.held(ripe.base)) for ripe in tasks}

    def report(self, nonce: str) -> Event:
        """What the job under this nonce leaves; the same whenever it is asked."""
        given = self.dispatched[nonce]
        if given.step is Step.PLAN:
            return PlanReported(at=self.now, result=PlanResult(nonce, Plan(self.tasks)))
        if given.step is Step.PROVE:
            pair = self.apart(self.clashes, self.held(given.head))
            why, remark = " and ".join(pair), tuple(Remark(f"tests/{key}.py", 1, "failure", "x") for key in pair)
            return ProofReported(at=self.now, result=ProofResult(nonce, given.head, not pair, why, remark))
        assert given.task is not None
        first, *rest = self._worked(given, given.task)
        result, proof = first.result, first.proof
        return WorkReported(at=self.now, result=result, proof=proof, workflow_run=1, rest=tuple(rest))

    def _worked(self, given: Assignment, *tasks: PlannedTask) -> list[Worked]:
        """What comes of the tasks of a job, up to the first that is not accepted."""
        done: list[Worked] = []
        for task in (*tasks, *given.tasks):
            done.append(self._result(replace(given, task=task, attempt=1 if done else given.attempt)))
            tip = done[-1].result.tip
            if tip is None or done[-1].proof is None:
                break
            self.holds[tip] = self.held(given.head) | {task.key: frozenset(self.held(given.head))}
            given = replace(given, head=tip)
        return done

    def _result(self, given: Assignment) -> Worked:
        assert given.task is not None
        nonce, name = given.nonce, f"{given.task.key}.{given.attempt}"
        if name in self.asks:
            asked = StageReport(Stage.RED, StageState.ASKED, "it asks")
            question = Question(f"{name}?", alone="this")
            work = WorkResult(nonce, given.task.key, given.attempt, given.head, None, (asked,), "it asks", "", question)
            return Worked(work)
        tip = None if name in self.refused else f"tip-{name}-{nonce}"
        stage = StageReport(Stage.GREEN, StageState.ACCEPTED if tip else StageState.REFUSED, "said")
        red = StageReport(Stage.RED, StageState.ACCEPTED, "said", commit="f" * 40)
        result = WorkResult(
            nonce, given.task.key, given.attempt, given.head, tip, (red, stage), "" if tip else "it cheats"
        )
        return Worked(result, ProofResult(nonce, tip, holds=True) if tip else None)

    def sweep(self, run: Run | None) -> tuple[Event, ...]:
        """What looking at everything shows, and the tick."""
        self.now += 1
        reports = (
            tuple(self.report(job.nonce) for job in run.open_jobs() if job.nonce in self.dispatched) if run else ()
        )
        return (
            self.seen(),
            *self.by_hand(run),
            *self.answers(run),
            *reports,
            self.ci_seen(self.head),
            Ticked(at=self.now),
        )

    def answers(self, run: Run | None) -> tuple[Event, ...]:
        """What people say to each question."""
        asked = run.escalations if run else ()
        return tuple(
            command(Verb.ANSWER, id=f"answer:{each.id}", at=self.now, subject=each.id, text="that") for each in asked
        )

    def by_hand(self, run: Run | None) -> tuple[Event, ...]:
        """Where the branches of people stand."""
        hands = [(task.key, task.hand) for task in run.tasks if task.hand] if run else []
        return tuple(
            PushedByHand(at=self.now, task=key, branch=hand.branch, tip=self.branches[hand.branch])
            for key, hand in hands
            if hand.branch in self.branches
        )


def finish(world: Imagined, run: Run | None = None, rounds: int = 60) -> Run:
    """Sweep until the run is over: the road on which every webhook was lost."""
    outbox: dict[str, Effect] = {}
    for _ in range(rounds):
        for event in world.sweep(run):
            run = step(world, run, event, outbox)
        if run is not None and run.state in FINAL:
            return run
    raise AssertionError(f"not over after {rounds} sweeps: {run}")


def step(world: Imagined, run: Run | None, event: Event, outbox: dict[str, Effect]) -> Run | None:
    """Decide, then do what is in the outbox, and whatever follows from that."""
    waiting = [event]
    while waiting:
        decision: Decision = decide(run, waiting.pop(0))
        run = decision.run
        outbox.update({effect.key: effect for effect in decision.effects})
        while run is not None and outbox:
            effect = outbox.pop(next(iter(outbox)))
            follows = world.obey(effect, run)
            waiting += [follows] if follows else []
    return run
