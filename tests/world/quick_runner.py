"""A runner that takes no time: a dispatch is answered with the artifacts of the real jobs, real commits included.

Only the test suites are imagined; assignment, artifacts, bundle, trailers and policy are the real ones.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tdd_orchestrator.core.plan import Plan, PlannedTask, TaskKind
from tdd_orchestrator.core.result import (
    Assignment,
    DraftResult,
    PackResult,
    PlanResult,
    ProofResult,
    Question,
    Remark,
    Stage,
    StageReport,
    StageState,
    Step,
    Usage,
    Worked,
    WorkResult,
)
from tdd_orchestrator.core.wire import from_wire, to_wire
from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.plumbing import GitDirectory

OURS = ".github/workflows/tdd.yml"
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "runner"), ("EMAIL", "runner@example.invalid"), ("DATE", "2026-01-01T00:00:00Z"))
}


@dataclass
class QuickRunner:
    """`acts` says for "TASK-1.2", "TASK-1 prove" or "plan" what happens instead of success.

    A `Question` is asked until it is answered.

    `green`: the attempt is refused at GREEN and leaves its RED.

    `refuse`: the attempt is refused; `fail`: the job ends without a result; `hang`: it never ends; `unproven`: the
    proof does not hold; `untested`: no new test is named; or a mapping of paths to contents that GREEN writes. `reds`
    says what RED writes beside its own test. `usd` is what each attempt costs.

    `clashes` are pairs of tasks that are wrong together: a merge with both does not hold, unless one of them was worked
    on top of the other. A merge of several is called "TASK-1+TASK-2 prove". `hold` keeps a job from ending until
    `let_go`; `held` are those that wait.
    """

    tasks: tuple[PlannedTask, ...] = ()
    acts: dict[str, Any] = field(default_factory=dict)
    usd: float = 0.0
    clashes: frozenset[tuple[str, str]] = frozenset()
    reds: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[Assignment] = field(default_factory=list)
    says: str = "It edits a frozen test."
    before: Callable[[Assignment], None] = lambda _: None
    ci: Callable[[WorkflowRun], tuple[str, str]] = lambda _: ("success", "")
    held: set[str] = field(default_factory=set)
    _gates: dict[str, asyncio.Event] = field(default_factory=dict)
    _queue: dict[str, asyncio.Event] = field(default_factory=dict)
    _actions: Actions | None = None

    def hold(self, *names: str) -> None:
        self._gates |= {each: asyncio.Event() for each in names}

    def queue(self, *names: str) -> None:
        """No runner is free for these jobs until `let_go`."""
        self._queue |= {each: asyncio.Event() for each in names}

    def let_go(self, *names: str) -> None:
        for each in names:
            for gates in (self._gates, self._queue):
                if each in gates:
                    gates.pop(each).set()

    def attach(self, actions: Actions) -> None:
        self._actions = actions

    async def execute(self, run: WorkflowRun) -> None:
        actions = self._actions
        assert actions is not None
        if run.workflow_path != OURS:
            await self._other(actions, run)
            return
        given = from_wire(Assignment, json.loads(run.inputs["assignment"]))
        self.seen.append(given)
        if (free := self._queue.get(name(given))) is not None:
            await free.wait()
        actions.start(run.id)
        self.before(given)
        act = self.acts.get(name(given))
        if act == "hang":
            await asyncio.Event().wait()
        if (gate := self._gates.get(name(given))) is not None:
            self.held.add(name(given))
            await gate.wait()
            self.held.discard(name(given))
        if act != "fail":
            files = self.files(given, run.repository.git, act)
            actions.add_artifact(run.id, "tdd-result", files)
        actions.conclude(run.id, "failure" if act == "fail" else "success")

    async def _other(self, actions: Actions, run: WorkflowRun) -> None:
        """Somebody's own workflow: one job `build`, as `ci` says for the commit."""
        actions.start(run.id)
        conclusion, log = self.ci(run)
        actions.set_job(run.id, "build", status="in_progress")
        if conclusion == "hang":
            await asyncio.Event().wait()
        actions.append_log(run.id, "build", log)
        actions.set_job(run.id, "build", conclusion=conclusion)
        actions.conclude(run.id, conclusion)

    def files(self, given: Assignment, git: GitDirectory, act: Any) -> dict[str, bytes]:
        """What the jobs of this assignment leave."""
        match given.step:
            case Step.PLAN:
                plan = None if act == "refuse" else Plan(self.tasks, "quick")
                return {"plan.json": dumped(PlanResult(given.nonce, plan, reason="" if plan else "The model gave up."))}
            case Step.PROVE:
                return {"proof.json": dumped(self._proven(given, git, act))}
            case Step.WORK:
                return self._packed(given, git, act)
            case Step.DRAFT:
                draft = DraftResult(given.nonce, "Search", str(act)) if act else DraftResult(given.nonce, reason="No.")
                return {"draft.json": dumped(draft)}

    def _proven(self, given: Assignment, git: GitDirectory, act: Any) -> ProofResult:
        for first, second in sorted(self.clashes):
            if are_apart(git, given.head, first, second):
                told = f"{first} and {second} are wrong together."
                remarks = tuple(
                    Remark(task.tests[0], 1, "failure", told, "Tip PROVE")
                    for task in self.tasks
                    if task.key in (first, second)
                )
                return ProofResult(given.nonce, given.head, holds=False, reason=told, remarks=remarks)
        holds = act != "unproven"
        return ProofResult(given.nonce, given.head, holds, "" if holds else "2 fail.")

    def _packed(self, given: Assignment, git: GitDirectory, act: Any) -> dict[str, bytes]:
        """The task, and those of its pack on top of it, up to the first that is refused; proven likewise."""
        files = left = self._worked(replace(given, tasks=()), git, act)
        done = [read(left)]
        for task in given.tasks:
            if (tip := done[-1].result.tip) is None:
                break
            told = replace(given, task=task, tasks=(), head=tip, attempt=1)
            left = self._worked(told, git, self.acts.get(name(told)))
            stands = done[-1].proof is not None and done[-1].proof.holds
            done.append(read(left) if stands else Worked(read(left).result))
        if len(done) == 1:
            return files
        tips = {each.result.task: each.result.tip for each in done if each.result.tip is not None}
        files = left | files | {"results.json": dumped(PackResult(given.nonce, tuple(done[1:])))}
        return files | {"work.bundle": bundled(git, given, tips)}

    def _worked(self, given: Assignment, git: GitDirectory, act: Any) -> dict[str, bytes]:
        assert given.task is not None
        usage = (Usage("quick", 1, 1200, 300, usd=self.usd),)
        if isinstance(act, Question) and act.text not in {each.question for each in given.answers}:
            return asking(git, given, usage, act)
        if act == "green":
            return only_red(git, given, usage, self.reds.get(name(given), {}))
        if act == "refuse":
            stage = StageReport(Stage.GREEN, StageState.REFUSED, self.says, 0.1, usage=usage)
            work = WorkResult(given.nonce, given.task.key, given.attempt, given.head, None, (stage,), stage.sentence)
            return {"result.json": dumped(work)}
        tests: tuple[str, ...] = ()
        if given.task.kind is TaskKind.REFACTOR:
            green = tidied(git, given, act if isinstance(act, dict) else {})
            stages: tuple[StageReport, ...] = (
                StageReport(Stage.REFACTOR, StageState.ACCEPTED, "Same tests.", 0.1, green, usage=usage),
            )
        else:
            red, green = committed(git, given, act if isinstance(act, dict) else {}, self.reds.get(name(given), {}))
            tests = () if act == "untested" else (f"{given.task.tests[0]}::test_it",)
            stages = (
                StageReport(
                    Stage.RED, StageState.ACCEPTED, "Fails on an assertion.", 0.1, red, usage=usage, tests=tests
                ),
                StageReport(Stage.GREEN, StageState.ACCEPTED, "Passes.", 0.1, green, usage=usage),
            )
        key = given.task.key
        work = WorkResult(given.nonce, key, given.attempt, given.head, green, stages)
        holds = act != "unproven"
        proof = ProofResult(given.nonce, green, holds, "" if holds else "RED passes already.", tests=tests)
        return {
            "result.json": dumped(work),
            "proof.json": dumped(proof),
            "work.bundle": bundled(git, given, {key: green}),
        }


def name(given: Assignment) -> str:
    """How `acts` calls an assignment."""
    if given.step is Step.PROVE:
        return f"{'+'.join(task.key for task in given.tasks or (given.task,) if task)} prove"
    if given.step is Step.DRAFT:
        return "draft"
    return "plan" if given.task is None else f"{given.task.key}.{given.attempt}"


def are_apart(git: GitDirectory, head: str, first: str, second: str) -> bool:
    """Whether both tasks are in a commit's history, and neither newest commit was made on top of the other."""
    newest = []
    for key in (first, second):
        found = git.text("log", "-1", "--no-merges", "--format=%H", f"--grep=^TDD-Task: {key}$", head)
        newest.append(found)
    if not all(newest):
        return False
    bases = {git.text("merge-base", *newest)}
    return not bases & set(newest)


def dumped(value: object) -> bytes:
    return json.dumps(to_wire(value)).encode()


def committed(git: GitDirectory, given: Assignment, writes: dict[str, str], beside: dict[str, str]) -> tuple[str, str]:
    """RED and GREEN of the task on top of its head: one test file, one source file."""
    assert given.task is not None
    key = given.task.key
    test = given.task.tests[0].replace("**", f"test_{key.lower().replace('-', '_')}.py")
    source = given.task.files[0].replace("**", f"{key.lower().replace('-', '_')}.py")
    said = f"# {key}, attempt {given.attempt}\n"
    tests, code = {test: said, **beside}, writes or {source: said}
    if given.source:
        tests, code = ({path: by_hand(git, given, path)} for path in (test, source))
    red = commit(git, given, given.head, "red", tests)
    return red, commit(git, given, red, "green", code)


def by_hand(git: GitDirectory, given: Assignment, path: str) -> str:
    """What a person wrote there."""
    return (git.file(given.source, path) or b"").decode()


def tidied(git: GitDirectory, given: Assignment, writes: dict[str, str]) -> str:
    """The one commit of a refactoring."""
    assert given.task is not None
    source = given.task.files[0].replace("**", f"{given.task.key.lower().replace('-', '_')}.py")
    return commit(git, given, given.head, "refactor", writes or {source: f"# {given.task.key} tidied\n"})


def commit(git: GitDirectory, given: Assignment, parent: str, stage: str, files: dict[str, str]) -> str:
    """A commit with the trailers of a stage."""
    assert given.task is not None
    trailers = f"TDD-Task: {given.task.key}\nTDD-Stage: {stage}\nTDD-Run: pr-{given.number}"
    return written(git, parent, files, f"{given.task.key} {stage}: {given.task.title}\n\n{trailers}\n")


def written(git: GitDirectory, parent: str, files: dict[str, str], message: str) -> str:
    """A commit on top of `parent` ("" for none), made without a work tree; its sha."""
    index = {"GIT_INDEX_FILE": str(git.path / f"quick-{uuid.uuid4().hex}"), **IDENTITY}
    git.run("read-tree", parent or "--empty", env=index)
    for path, content in files.items():
        blob = git.text("hash-object", "-w", "--stdin", given=content.encode())
        git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=index)
    tree = git.text("write-tree", env=index)
    Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    parents = ("-p", parent) if parent else ()
    return git.text("commit-tree", tree, *parents, "-F", "-", given=message.encode(), env=index)


def asking(git: GitDirectory, given: Assignment, usage: tuple[Usage, ...], act: Question) -> dict[str, bytes]:
    """What an attempt leaves that asks: in RED, or in the stage that the question says it tried."""
    if act.tried == "GREEN":
        return only_red(git, given, usage, {}, act)
    assert given.task is not None
    stage = StageReport(Stage.RED, StageState.ASKED, f"It asks: {act.text}", 0.1, usage=usage)
    key, said = given.task.key, stage.sentence
    work = WorkResult(given.nonce, key, given.attempt, given.head, None, (stage,), said, question=act)
    return {"result.json": dumped(work)}


def only_red(
    git: GitDirectory,
    given: Assignment,
    usage: tuple[Usage, ...],
    beside: dict[str, str],
    question: Question | None = None,
) -> dict[str, bytes]:
    """What an attempt leaves that came as far as RED: GREEN was refused, or asks."""
    red, _ = committed(git, given, {}, beside)
    ended, told = (StageState.ASKED, "It asks.") if question else (StageState.REFUSED, "Nothing passes.")
    stages = (
        StageReport(Stage.RED, StageState.ACCEPTED, "Fails on an assertion.", 0.1, red, usage=usage),
        StageReport(Stage.GREEN, ended, told, 0.1, usage=usage),
    )
    assert given.task is not None
    key, said = given.task.key, f"GREEN: {told}"
    work = WorkResult(given.nonce, key, given.attempt, given.head, None, stages, said, question=question)
    return {"result.json": dumped(work), "red.bundle": bundled(git, given, {key: red})}


def bundled(git: GitDirectory, given: Assignment, tips: Mapping[str, str]) -> bytes:
    """The bundle that the work job leaves: the commits of each task under a branch of its own."""
    refs = {f"refs/heads/tdd/{given.number}/{key}": tip for key, tip in tips.items()}
    for ref, tip in refs.items():
        git.run("update-ref", ref, tip)
    try:
        return git.run("bundle", "create", "--quiet", "-", *refs, f"^{given.head}")
    finally:
        for ref in refs:
            git.run("update-ref", "-d", ref)


def read(files: Mapping[str, bytes]) -> Worked:
    """What the jobs left of one task."""
    result, proof = json.loads(files["result.json"]), files.get("proof.json")
    return Worked(from_wire(WorkResult, result), from_wire(ProofResult, json.loads(proof)) if proof else None)
