"""The tip of a range: the tests are still what RED froze, all pass together, and the old suite is no worse."""

import ast
from collections.abc import Iterator, Mapping

from tdd_action.bench import Bench
from tdd_action.proof.values import TaskProof
from tdd_orchestrator.core.evidence import Reason, judge_green
from tdd_orchestrator.core.evidence.old_suite import worse
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.javascript_tests import named_tests
from tdd_orchestrator.core.javascript_tokens import SUFFIXES
from tdd_orchestrator.core.new_tests import functions_of
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.within import tests_within


def tip_reasons(bench: Bench, base: str, tip: str, tasks: tuple[TaskProof, ...]) -> tuple[Reason, ...]:
    """What stands against the tip, once every task holds by itself."""
    weakened = tuple(reason for task in tasks for reason in _weakened(bench, tip, task, tasks))
    if weakened or not any(task.collected for task in tasks):
        return weakened
    before, now = bench.on(base, "base of the range"), bench.on(tip, "tip")
    against: list[Reason] = []
    for task in tasks:
        if task.collected is not None:
            verdict = judge_green(new_tests=task.new_tests, before=before, red=task.collected, green=now)
            against += () if verdict.accepted else verdict.reasons
    return tuple(dict.fromkeys(against)) or worse(before, now, [name for task in tasks for name in task.new_tests])


def _weakened(bench: Bench, tip: str, task: TaskProof, tasks: tuple[TaskProof, ...]) -> Iterator[Reason]:
    """Files that the task's RED wrote and that are otherwise at the tip, unless another RED wrote what differs."""
    red = task.claim.last(Stage.RED)
    if red is None:
        return
    space = bench.workspace
    written = {each.path for each in space.differences(task.claim.base, red.sha)}
    for path in (each.path for each in space.differences(red.sha, tip) if each.path in written):
        before, now = space.read(red.sha, path), space.read(tip, path)
        if _only_code_differs(path, before, now):
            continue
        others = [other for other in tasks if other is not task and _wrote(bench, other, path)]
        if others and before is not None and now is not None and _same_tests(path, before, now, others):
            continue
        culprit = space.git("log", "-1", "--format=%h", f"{red.sha}..{tip}", "--", path) or tip[:10]
        said = f"{path} is not as {task.claim.task}'s RED left it; {culprit} changed it afterwards."
        yield Reason("", None, path, 0, said)


def _only_code_differs(path: str, before: bytes | None, now: bytes | None) -> bool:
    """Whether a source file with tests in it holds the same ones still."""
    was, has = ((text or b"").decode("utf-8", "replace") for text in (before, now))
    tests = tests_within(path, was)
    return bool(tests) and tests == tests_within(path, has)


def _wrote(bench: Bench, task: TaskProof, path: str) -> bool:
    red = task.claim.last(Stage.RED)
    return red is not None and any(each.path == path for each in bench.workspace.differences(task.claim.base, red.sha))


def _same_tests(path: str, before: bytes, now: bytes, others: list[TaskProof]) -> bool:
    """Whether every test is still there word for word, apart from those that another task's RED proved anew."""
    try:
        was, has = _said(path, before.decode()), _said(path, now.decode())
    except (SyntaxError, UnicodeDecodeError):
        return False
    anew = [selector for other in others for selector in other.new_tests if selector != path]
    return all(
        has.get(name) == said
        for name, said in was.items()
        if not any(selects(each, f"{path}::{name}") for each in anew)
    )


def _said(path: str, source: str) -> Mapping[str, object]:
    """What each test of a file says, by its name. Raises SyntaxError."""
    if path.endswith(SUFFIXES):
        return named_tests(source)
    return {name: ast.dump(node) for name, node in functions_of(source).items()}
