"""What people do in the demo, and when: an approval, a pause, a re-run, a task taken over, an edit of the PRD.

Each act waits until the run is where it makes sense. People speak to GitHub as they would: comments,
buttons, pushes.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.demo import EDIT, PERSON
from tdd_orchestrator.local.following import RUN, Followed
from tdd_orchestrator.local.git import GitRefused, commit, git
from tdd_orchestrator.local.watching import CheckSeen, Watcher

PRD_PATH = "prds/checkout.md"
PUSH_TRIES = 5
OVER = frozenset({TaskState.PASSING, TaskState.COMPLETE, TaskState.FAILED})


@dataclass(frozen=True, slots=True)
class Scene:
    """What the person sees, and their hands: `clone` is their own clone of the repository."""

    watcher: Watcher
    number: int
    clone: Path
    run: Run
    followed: Followed

    def state(self, task: str) -> TaskState | None:
        found = self.run.task(task)
        return found.state if found else None

    def check(self, name: str) -> CheckSeen:
        """The check whose name begins so."""
        shown = self.followed.run if name == RUN else None
        return shown or next(check for check in self.followed.tasks.values() if check.name.startswith(name))

    def says(self, text: str) -> None:
        self.watcher.comment(self.number, text)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does: `told` is what the audience reads, `times` how often it may happen."""

    told: str
    when: Callable[[Scene], bool]
    do: Callable[[Scene], None]
    times: int = 1


class Cast:
    """The people of the demo; `play` does what is due and tells it."""

    def __init__(self, acts: Iterable[Act]) -> None:
        self._left = [(act, act.times) for act in acts]

    def play(self, scene: Scene) -> list[str]:
        """Do the first act that is due now; what was done."""
        for place, (act, left) in enumerate(self._left):
            if act.when(scene):
                act.do(scene)
                self._left[place : place + 1] = [(act, left - 1)] if left > 1 else []
                return [act.told]
        return []

    @property
    def waiting(self) -> list[str]:
        """What has not happened yet."""
        return [act.told for act, left in self._left if left == act.times]


def approving() -> Act:
    """Press the button of every plan that waits, once on each check.

    When a task lands meanwhile, the press counts for a head that is none any more and is refused; the new head has a
    check of its own.
    """
    pressed: set[int] = set()

    def waits(scene: Scene) -> bool:
        shown = scene.followed.run
        asked = scene.run.state is RunState.AWAITING_APPROVAL and shown is not None and "approval" in shown.title
        return asked and scene.check(RUN).id not in pressed

    def press(scene: Scene) -> None:
        pressed.add(scene.check(RUN).id)
        scene.watcher.press(scene.check(RUN).id, "approve-plan")

    return Act("presses `Approve plan`", waits, press, times=9)


def everybody() -> tuple[Act, ...]:
    """The acts of the demo's script, in the order in which they are looked at."""
    return (
        approving(),
        Act("takes a task over: `/tdd take TASK-4`", _has_begun, lambda scene: scene.says("/tdd take TASK-4")),
        Act("holds the run: `/tdd pause`", _both_are_worked, lambda scene: scene.says("/tdd pause")),
        Act("lets it go on: `/tdd resume`", _both_wait, lambda scene: scene.says("/tdd resume")),
        Act("pushes a test and code for TASK-4", _has_branch, _written_by_hand),
        Act("presses `Re-run` on the check of TASK-5", _has_failed, _rerun),
        Act("edits the PRD: REQ-7 is new", _is_late, _edited),
    )


def _has_begun(scene: Scene) -> bool:
    return scene.state("TASK-1") is TaskState.IN_PROGRESS


def _both_are_worked(scene: Scene) -> bool:
    return {scene.state("TASK-2"), scene.state("TASK-3")} == {TaskState.IN_PROGRESS}


def _both_wait(scene: Scene) -> bool:
    paused = scene.run.state is RunState.PAUSED
    return paused and {scene.state("TASK-2"), scene.state("TASK-3")} == {TaskState.PASSING}


def _has_branch(scene: Scene) -> bool:
    task = scene.run.task("TASK-4")
    return task is not None and task.hand is not None and bool(task.hand.tip)


def _has_failed(scene: Scene) -> bool:
    shown = next((check for name, check in scene.followed.tasks.items() if name.startswith("TDD / TASK-5")), None)
    failed = scene.state("TASK-5") is TaskState.FAILED and scene.run.state is not RunState.PAUSED
    return failed and shown is not None and shown.conclusion == "failure"


def _rerun(scene: Scene) -> None:
    scene.watcher.rerun(scene.check("TDD / TASK-5").id)


def _is_late(scene: Scene) -> bool:
    return scene.state("TASK-4") is TaskState.COMPLETE and scene.state("TASK-5") is TaskState.COMPLETE


def _written_by_hand(scene: Scene) -> None:
    task = scene.run.task("TASK-4")
    assert task is not None
    assert task.hand is not None
    _on(scene.clone, task.hand.branch)
    shutil.copytree(PERSON, scene.clone, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _pushed(scene.clone, task.hand.branch, "A cart adds up its articles")


def _edited(scene: Scene) -> None:
    branch = scene.followed.pull.branch
    for _ in range(PUSH_TRIES):
        _on(scene.clone, branch)
        with (scene.clone / PRD_PATH).open("a") as prd:
            prd.write(EDIT.read_text())
        try:
            return _pushed(scene.clone, branch, "PRD: a receipt")
        except GitRefused:
            continue  # a task has landed meanwhile: on top of that, as anybody would
    raise GitRefused(f"{branch} moved {PUSH_TRIES} times while the PRD was edited.")


def _on(clone: Path, branch: str) -> None:
    git(clone, "fetch", "--quiet", "origin", branch)
    git(clone, "checkout", "--quiet", "--force", "-B", branch, "FETCH_HEAD")


def _pushed(clone: Path, branch: str, message: str) -> None:
    git(clone, "add", "--all")
    commit(clone, message)
    git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
