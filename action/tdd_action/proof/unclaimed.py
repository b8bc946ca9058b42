"""Commits of the range that claim nothing: they may not take from old tests, for no proof covers them."""

import ast
from collections.abc import Iterator

from tdd_action.claims.paths import changes
from tdd_action.history import Commit
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence import Reason
from tdd_orchestrator.core.hooks import foreign_hooks
from tdd_orchestrator.core.new_tests import functions_of
from tdd_orchestrator.core.old_support import undermined
from tdd_orchestrator.core.policy import Territory, vault_paths

SAID = "{commit} changes {path} and claims nothing: tests that were there may change only in a RED that is proven."


def unclaimed_reasons(workspace: Workspace, commits: tuple[Commit, ...], tests: tuple[str, ...]) -> tuple[Reason, ...]:
    """Each test, fixture or test configuration that such a commit altered or removed; what it adds is no matter."""
    return tuple(
        reason for commit in commits if commit.parents for reason in _of(workspace, commit, Territory((), tests))
    )


def _of(workspace: Workspace, commit: Commit, territory: Territory) -> Iterator[Reason]:
    changed = _changed(workspace, commit)
    for path in vault_paths(changed, territory):
        earlier = [text for parent in commit.parents if (text := workspace.read(parent, path)) is not None]
        now = workspace.read(commit.sha, path)
        if earlier and not _kept(path, earlier, now):
            yield Reason("", None, path, 0, SAID.format(commit=commit.short, path=path))
        elif path.endswith(".py") and now is not None:
            before = earlier[0].decode("utf-8", "replace") if earlier else None
            yield from foreign_hooks(now.decode("utf-8", "replace"), path, before)
    reconfigured = (each.path for each in changes(workspace, commit.parents[0], commit.sha) if each.configures_tests)
    for path in (each for each in reconfigured if each in changed):
        yield Reason("", None, path, 0, SAID.format(commit=commit.short, path=path))


def _changed(workspace: Workspace, commit: Commit) -> list[str]:
    """Paths that differ from every parent: what a merge only brings together is not of its making."""
    found = [{each.path for each in workspace.differences(parent, commit.sha)} for parent in commit.parents]
    return sorted(set.intersection(*found))


def _kept(path: str, earlier: list[bytes], now: bytes | None) -> bool:
    """Whether every test is there as some parent has it, on the ground that it stood on."""
    if now is None or not path.endswith(".py"):
        return False
    try:
        before = [functions_of(text.decode()) for text in earlier]
        after = functions_of(now.decode())
    except (SyntaxError, UnicodeDecodeError):
        return False
    for name in {name for functions in before for name in functions}:
        known = [ast.dump(functions[name]) for functions in before if name in functions]
        if name not in after or ast.dump(after[name]) not in known:
            return False
    return len(earlier) > 1 or not list(undermined(path, earlier[0].decode(), now.decode()))
