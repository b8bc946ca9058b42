"""A merge without a work tree: the same two commits always give the same merge commit, so that a retry finds its own
work.
"""

from dataclasses import dataclass

from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.github.bare import Bare
from tdd_orchestrator.github.identity import Identity

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class Conflict:
    """The files that both sides changed in a way that git cannot settle."""

    files: tuple[str, ...]


async def merged(bare: Bare, onto: str, tip: str, task: PlannedTask, run: str, identity: Identity) -> str | Conflict:
    """The sha of the merge of `tip` onto `onto`: parents in that order, dated as the tip was committed."""
    return await joined(bare, onto, tip, _message(task, run), identity)


async def joined(bare: Bare, onto: str, tip: str, message: str, identity: Identity) -> str | Conflict:
    """The same with any message."""
    tree = await tree_of_merge(bare, onto, tip)
    if isinstance(tree, Conflict):
        return tree
    date = (await bare.git("log", "-1", "--format=@%ct +0000", tip)).text
    author = {"GIT_AUTHOR_NAME": identity.name, "GIT_AUTHOR_EMAIL": identity.email, "GIT_AUTHOR_DATE": date}
    committer = {name.replace("AUTHOR", "COMMITTER"): value for name, value in author.items()}
    named = author | committer
    made = await bare.git("commit-tree", tree, "-p", onto, "-p", tip, stdin=message.encode(), env=named)
    return made.text


async def tree_of_merge(bare: Bare, onto: str, tip: str) -> str | Conflict:
    """The tree that a merge of two commits makes."""
    # Attributes of the tree could choose a merge driver; git from 2.41 on is told to read them from an empty tree.
    tried = await bare.git(
        "merge-tree",
        "--write-tree",
        "--name-only",
        "--no-messages",
        "-z",
        onto,
        tip,
        codes=(0, 1),
        protocols="http:https",
        env={"GIT_ATTR_SOURCE": EMPTY_TREE},
    )
    tree, *files = [part for part in tried.text.split("\0") if part]
    if tried.code:
        return Conflict(tuple(dict.fromkeys(files)))
    return tree


def _message(task: PlannedTask, run: str) -> str:
    title = " ".join(task.title.split())[:60]
    return f"Merge {task.key}: {title}\n\nTDD-Task: {task.key}\nTDD-Stage: land\nTDD-Run: {run}\n"
