"""The task graph: planned tasks, their order, the critical path, and the critic in code."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tdd_orchestrator.core.prd import Requirement

KEY = re.compile(r"TASK-[1-9]\d{0,5}")
"""What a task is called: in commands, branches and commits."""


class TaskKind(StrEnum):
    """What a task changes decides what it must prove."""

    BEHAVIOUR = "behaviour"
    BUGFIX = "bugfix"
    REFACTOR = "refactor"
    PLUMBING = "plumbing"
    DOCS = "docs"


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One task as planned. `files` and `tests` are globs: what GREEN and REFACTOR may touch, and where RED may
    write.
    """

    key: str
    title: str
    kind: TaskKind = TaskKind.BEHAVIOUR
    requirements: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Tasks in the order they were planned; `prompt_version` names the prompt (or file) that made them."""

    tasks: tuple[PlannedTask, ...]
    prompt_version: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a plan, in one sentence that a planner or a person can act on."""

    task: str | None
    sentence: str


def default_plan(requirements: Iterable[Requirement], files: tuple[str, ...], tests: tuple[str, ...]) -> Plan:
    """One task per requirement; order is the author's `depends_on`, or else the order of the text."""
    requirements = tuple(requirements)
    keys = {requirement.id: f"TASK-{number}" for number, requirement in enumerate(requirements, 1)}
    tasks: list[PlannedTask] = []
    for requirement in requirements:
        named = tuple(keys[needed] for needed in requirement.depends_on if needed in keys)
        previous = (tasks[-1].key,) if tasks else ()
        tasks.append(
            PlannedTask(
                key=keys[requirement.id],
                title=requirement.title or requirement.id,
                kind=_kind(requirement.kind),
                requirements=(requirement.id,),
                depends_on=named or previous,
                files=requirement.files or files,
                tests=requirement.tests or tests,
                acceptance=requirement.acceptance or (requirement.text,),
            )
        )
    return Plan(tuple(tasks), prompt_version="one-task-per-requirement")


def _kind(name: str | None) -> TaskKind:
    return TaskKind(name) if name in set(TaskKind) else TaskKind.BEHAVIOUR


def cycle(graph: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The keys of one dependency cycle in order, or `()`; dependencies outside the graph are ignored."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            key, leaving = stack.pop()
            if leaving:
                done.add(path.pop())
                continue
            if key in path:
                return (*path[path.index(key) :], key)
            if key in done or key not in graph:
                continue
            path.append(key)
            stack.append((key, True))
            stack.extend((needed, False) for needed in graph[key])
    return ()


def ordered(tasks: Iterable[PlannedTask]) -> tuple[PlannedTask, ...]:
    """Tasks with every dependency before its dependent, else in the given order; tasks on a cycle come last."""
    waiting = list(tasks)
    keys = {task.key for task in waiting}
    placed: list[PlannedTask] = []
    while waiting:
        known = {task.key for task in placed}
        free = next((t for t in waiting if all(n in known or n not in keys for n in t.depends_on)), None)
        if free is None:
            return (*placed, *waiting)
        placed.append(free)
        waiting.remove(free)
    return tuple(placed)


def ancestors(key: str, graph: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Every task that must be complete before `key` may start."""
    found: set[str] = set()
    pending = list(graph.get(key, ()))
    while pending:
        needed = pending.pop()
        if needed not in found:
            found.add(needed)
            pending.extend(graph.get(needed, ()))
    return frozenset(found)


def path_lengths(
    tasks: Iterable[PlannedTask], weight: Callable[[PlannedTask], float] = lambda _: 1.0
) -> dict[str, float]:
    """For each task the weight of the longest chain that starts with it; tasks on a cycle count once."""
    tasks = tuple(tasks)
    lengths: dict[str, float] = {}
    for task in reversed(ordered(tasks)):
        after = [lengths.get(other.key, 0.0) for other in tasks if task.key in other.depends_on]
        lengths[task.key] = weight(task) + max(after, default=0.0)
    return lengths


def critical_path(
    tasks: Iterable[PlannedTask], weight: Callable[[PlannedTask], float] = lambda _: 1.0
) -> tuple[str, ...]:
    """The chain that decides how long the whole plan takes, first task first."""
    tasks = ordered(tasks)
    lengths = path_lengths(tasks, weight)
    path: list[str] = []
    keys = {task.key for task in tasks}
    candidates = [task for task in tasks if not keys.intersection(task.depends_on)]
    while candidates:
        longest = max(candidates, key=lambda task: lengths[task.key])
        path.append(longest.key)
        candidates = [task for task in tasks if longest.key in task.depends_on and task.key not in path]
    return tuple(path)


def overlaps(tasks: Iterable[PlannedTask]) -> tuple[tuple[str, str, str], ...]:
    """Pairs of tasks that may run side by side and own the same file: (first, second, the glob they share)."""
    tasks = ordered(tasks)
    graph = {task.key: task.depends_on for task in tasks}
    before = {task.key: ancestors(task.key, graph) for task in tasks}
    found: list[tuple[str, str, str]] = []
    for index, first in enumerate(tasks):
        for second in tasks[index + 1 :]:
            if first.key in before[second.key] or second.key in before[first.key]:
                continue
            if shared := _shared_glob(first, second):
                found.append((first.key, second.key, shared))
    return tuple(found)


def _shared_glob(first: PlannedTask, second: PlannedTask) -> str | None:
    for one in (*first.files, *first.tests):
        for other in (*second.files, *second.tests):
            if globs_meet(one, other):
                return one if len(one) >= len(other) else other
    return None


def globs_meet(one: str, other: str) -> bool:
    """Whether two globs may name the same file, as `core.paths` reads them; judged by their fixed beginnings, so it
    errs towards yes.
    """
    if one.startswith("!") or other.startswith("!"):
        return False  # it only takes back what another glob gave
    (fixed_one, open_one), (fixed_other, open_other) = _fixed(one), _fixed(other)
    if open_one and open_other:
        return fixed_one.startswith(fixed_other) or fixed_other.startswith(fixed_one)
    if open_one or open_other:
        wide, exact = (fixed_one, fixed_other) if open_one else (fixed_other, fixed_one)
        return exact.startswith(wide) or wide.startswith(f"{exact}/")
    return (
        fixed_one == fixed_other or fixed_one.startswith(f"{fixed_other}/") or fixed_other.startswith(f"{fixed_one}/")
    )


def _fixed(glob: str) -> tuple[str, bool]:
    """The glob up to its first wildcard, and whether there is one; a name without a slash lies in any directory."""
    bare = glob.strip().removeprefix("./").removeprefix("/")
    fixed = re.split(r"[*?[]", bare, maxsplit=1)[0]
    if "/" not in bare.rstrip("/") and fixed != bare:
        return "", True
    return fixed.rstrip("/") if fixed == bare else fixed, fixed != bare


def in_sequence(plan: Plan) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan with overlapping tasks put one after the other, and a sentence for each order that was added."""
    added: list[Finding] = []
    settled: list[PlannedTask] = []
    before: dict[str, frozenset[str]] = {}
    for task in ordered(plan.tasks):
        earlier = frozenset(task.depends_on).union(*(before.get(key, frozenset()) for key in task.depends_on))
        for first in reversed(settled):  # the nearest first: what it waits for, this task waits for too
            if first.key not in earlier and (glob := _shared_glob(first, task)):
                earlier |= {first.key} | before[first.key]
                task = replace(task, depends_on=(*task.depends_on, first.key))
                added.append(Finding(task.key, f"{task.key} waits for {first.key}: both own `{glob}`."))
        before[task.key] = earlier
        settled.append(task)
    tasks = {task.key: task for task in settled}
    return replace(plan, tasks=tuple(tasks[task.key] for task in plan.tasks)), tuple(added)


def criticise(plan: Plan, requirements: Iterable[Requirement]) -> tuple[Finding, ...]:
    """What keeps a plan from being carried out; `()` means that it may be.

    Rules: keys unique and readable, dependencies known, no cycle, every requirement covered, no unknown requirement,
    every task with a title, a testable acceptance, files to own and (but for docs and refactorings) tests to write.
    """
    requirements = tuple(requirements)
    findings = [*_structure(plan), *_coverage(plan, requirements)]
    for task in plan.tasks:
        if not KEY.fullmatch(task.key):
            findings.append(Finding(task.key, f"{task.key[:40]!r} is no key of a task: use TASK-1, TASK-2 and so on."))
        if not task.title.strip():
            findings.append(Finding(task.key, f"{task.key} has no title: say in a few words what it changes."))
        if not task.acceptance and not task.requirements:
            findings.append(Finding(task.key, f"{task.key} has no testable acceptance: say what a test can observe."))
        if not task.files:
            findings.append(Finding(task.key, f"{task.key} owns no file: name the files or globs that it may change."))
        if not task.tests and task.kind not in (TaskKind.DOCS, TaskKind.REFACTOR):
            findings.append(Finding(task.key, f"{task.key} names no test file: say where its tests go."))
    return tuple(findings)


def _structure(plan: Plan) -> list[Finding]:
    findings = []
    keys = [task.key for task in plan.tasks]
    if not keys:
        findings.append(Finding(None, "The plan has no task."))
    findings += [
        Finding(key, f"{key} is planned twice: keys must be unique.")
        for key in sorted(set(keys))
        if keys.count(key) > 1
    ]
    for task in plan.tasks:
        for needed in task.depends_on:
            if needed not in keys:
                findings.append(Finding(task.key, f"{task.key} depends on {needed}, which is not in the plan."))
    if loop := cycle({task.key: task.depends_on for task in plan.tasks}):
        findings.append(Finding(loop[0], f"Tasks depend on each other in a circle: {' → '.join(loop)}."))
    return findings


def _coverage(plan: Plan, requirements: tuple[Requirement, ...]) -> list[Finding]:
    known = {requirement.id for requirement in requirements}
    covered = {name for task in plan.tasks for name in task.requirements}
    findings = [
        Finding(None, f"No task covers {r.id} ({r.path}:{r.line}).") for r in requirements if r.id not in covered
    ]
    for task in plan.tasks:
        for name in task.requirements:
            if name not in known:
                findings.append(
                    Finding(task.key, f"{task.key} names {name}, which no PRD of this pull request contains.")
                )
    return findings
