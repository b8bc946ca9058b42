"""The commits of a task as they come out of its bundle: one line from base to tip, each naming task, stage and run,
each within bounds.
"""

from dataclasses import dataclass

from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.github.bare import Bare

ORDER = (Stage.RED, Stage.GREEN, Stage.REFACTOR)
FORMAT = "%H%x1f%P%x1f" + "%x1f".join(
    f"%(trailers:key={key},valueonly,separator=%x2C)" for key in ("TDD-Task", "TDD-Stage", "TDD-Run")
)
MOST_COMMITS = 20


@dataclass(frozen=True, slots=True)
class StageCommit:
    """One commit of a task and its only parent."""

    sha: str
    parent: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why the commits are not what a task's commits must be."""

    reason: str


async def stage_commits(bare: Bare, base: str, tip: str, task: str) -> tuple[StageCommit, ...] | Misfit:
    """The commits after `base` up to `tip`, oldest first, if they are a single line of this task's stages in order."""
    listed = await bare.git(
        "log", "--reverse", f"--max-count={MOST_COMMITS + 1}", "-z", f"--format={FORMAT}", f"{base}..{tip}"
    )
    lines = [line.split("\x1f") for line in listed.text.split("\0") if line]
    if not lines or len(lines) > MOST_COMMITS:
        return Misfit(f"The bundle holds {len(lines) or 'no'} commits; a task has one for each stage.")
    commits: list[StageCommit] = []
    for sha, parents, named, stage, run in lines:
        before = commits[-1].sha if commits else base
        if parents != before:
            return Misfit(f"Commit {sha[:12]} does not follow {before[:12]}: the task's commits must be one line.")
        if named != task or not run or stage not in set(ORDER):
            said = f"TDD-Task: {named or '-'}, TDD-Stage: {stage or '-'}, TDD-Run: {run or '-'}"
            return Misfit(f"Commit {sha[:12]} says {said}; it must name {task}, its stage and its run.")
        if commits and ORDER.index(Stage(stage)) < ORDER.index(commits[-1].stage):
            return Misfit(f"Commit {sha[:12]} is {stage} after {commits[-1].stage}.")
        commits.append(StageCommit(sha, before, Stage(stage)))
    return tuple(commits)


async def is_merge_of(bare: Bare, staged: str, onto: str, tips: tuple[str, ...]) -> bool:
    """Whether the commit is these tips and nothing else, merged one after the other onto that; the first may be a
    fast-forward.
    """
    top = staged
    for place, tip in reversed(tuple(enumerate(tips))):
        parents = (await bare.git("rev-list", "--parents", "--max-count=1", top)).text.split()[1:]
        if len(parents) == 2 and parents[1] == tip:
            top = parents[0]
        elif place == 0 and top == tip:
            return await bare.descends(tip, onto)
        else:
            return False
    return top == onto


async def is_ours(bare: Bare, tip: str) -> bool:
    """Whether the commit is one of a task's, or a merge of ours: by its trailers, which no commit of a person's has."""
    said = (await bare.git("log", "--max-count=1", f"--format={FORMAT}", tip)).text.split("\x1f")
    return len(said) == 5 and all(said[2:])
