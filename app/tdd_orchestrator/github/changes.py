"""What a commit changes, read from the trees alone."""

from dataclasses import dataclass

from tdd_orchestrator.github.bare import Bare

ABSENT = "000000"


@dataclass(frozen=True, slots=True)
class TreeChange:
    """One changed path with its git modes (`120000` is a symbolic link); `000000` where there is no file."""

    path: str
    old_mode: str
    new_mode: str


async def tree_changes(bare: Bare, old: str, new: str) -> tuple[TreeChange, ...]:
    """The paths that differ between two commits; a renamed file is one that went and one that came."""
    listed = await bare.git("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    parts = listed.text.split("\0")
    changes = []
    for heading, path in zip(parts[0::2], parts[1::2], strict=False):
        old_mode, new_mode = heading.lstrip(":").split()[:2]
        changes.append(TreeChange(path, old_mode, new_mode))
    return tuple(changes)
