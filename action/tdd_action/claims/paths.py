"""What a stage changed, read from git with its modes, and whether it may stand."""

import hashlib

from tdd_action.workspace import Difference, Workspace
from tdd_orchestrator.core.evidence import Reason, Verdict
from tdd_orchestrator.core.evidence.verdicts import settled
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.policy import LINK, Change, Territory, judge_paths, vault_paths
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.shared_config import configures_otherwise
from tdd_orchestrator.core.within import MIXED, tests_within, within


def changes(workspace: Workspace, before: str, after: str) -> tuple[Change, ...]:
    """The differences between two trees as the policy sees them."""
    return tuple(_change(workspace, each, before, after) for each in workspace.differences(before, after))


def _change(workspace: Workspace, difference: Difference, before: str, after: str) -> Change:
    path, target = difference.path, ""
    if difference.mode_after == LINK:
        target = _text(workspace, after, path)
    return Change(
        path,
        difference.mode_before,
        difference.mode_after,
        target,
        configures_tests=configures_otherwise(path, _text(workspace, before, path), _text(workspace, after, path)),
        within=within(path, _text(workspace, before, path), _text(workspace, after, path)),
    )


def _text(workspace: Workspace, tree: str, path: str) -> str:
    return (workspace.read(tree, path) or b"").decode("utf-8", "replace")


def try_paths(
    workspace: Workspace, stage: Stage, kind: TaskKind, territory: Territory, before: str, after: str
) -> Verdict:
    """Whether everything that a stage changed was its to change."""
    refusals = judge_paths(stage, kind, changes(workspace, before, after), territory)
    return settled(Reason("", None, each.path, 0, each.sentence) for each in refusals)


def broken_vault(workspace: Workspace, territory: Territory, red: str, after: str) -> tuple[str, ...]:
    """Frozen paths (tests, fixtures, test configuration) that are not as the RED tree has them."""
    differing = [each.path for each in workspace.differences(red, after)]
    inside = [path for path in differing if _tests(workspace, red, path) != _tests(workspace, after, path)]
    return tuple(dict.fromkeys((*vault_paths(differing, territory), *inside)))


def frozen(workspace: Workspace, territory: Territory, red: str) -> dict[str, str]:
    """Every frozen path of the RED tree with the hash of its contents; `path#tests` for the tests in a source file."""
    entries = {entry.path: entry.sha for entry in workspace.entries(red)}
    whole = {path: entries[path] for path in vault_paths(entries, territory)}
    mixed = [path for path in entries if path not in whole and path.endswith(MIXED)]
    inside = {path: text for path in mixed if (text := _tests(workspace, red, path))}
    parts = {f"{path}#tests": hashlib.sha256(text.encode()).hexdigest()[:40] for path, text in inside.items()}
    return dict(sorted({**whole, **parts}.items()))


def _tests(workspace: Workspace, tree: str, path: str) -> str:
    return tests_within(path, _text(workspace, tree, path)) if path.endswith(MIXED) else ""
