"""What no task may change unless the base branch says so: owners, workflows, lock files, words to agents."""

import pytest

from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.policy import Change, Territory, judge_paths
from tdd_orchestrator.core.protected import PROTECTED
from tdd_orchestrator.core.result import Stage

EVERYTHING = Territory(("**",), ("tests/**",), PROTECTED)
OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", "docs/codeowners")
RULES = (
    ".github/workflows/ci.yml",
    ".github/dependabot.yml",
    ".tdd/config.toml",
    ".gitattributes",
    "sub/.gitattributes",
)
LOCKS = (
    "uv.lock", "poetry.lock", "web/yarn.lock", "Cargo.lock", "Gemfile.lock", "composer.lock", "bun.lock", "bun.lockb",
    "package-lock.json", "web/package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum", "gradle.lockfile",
    "packages.lock.json", "Package.resolved", "flake.lock",
)  # fmt: skip
AGENTS = (
    "AGENTS.md", "src/AGENTS.md", "CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", ".claude/settings.json", ".mcp.json",
    ".cursor/rules/x.mdc", ".cursorrules", ".windsurfrules", ".clinerules", ".github/copilot-instructions.md",
)  # fmt: skip


@pytest.mark.parametrize("path", [*OWNERS, *RULES, *LOCKS, *AGENTS])
@pytest.mark.parametrize("stage", [Stage.RED, Stage.GREEN, Stage.REFACTOR, Stage.LAND])
def test_it_is_out_of_reach_though_the_task_owns_everything(path: str, stage: Stage) -> None:
    (refusal,) = judge_paths(stage, TaskKind.BEHAVIOUR, [Change(path)], EVERYTHING)
    assert "is protected" in refusal.sentence


@pytest.mark.parametrize("path", ["src/lock.py", "src/owners.py", "src/codeowners_test_data.py", "docs/agents.txt"])
def test_what_only_sounds_alike_is_not(path: str) -> None:
    assert not EVERYTHING.is_protected(path)


def test_the_base_branch_may_take_one_back() -> None:
    assert not Territory(("**",), (), (*PROTECTED, "!uv.lock")).is_protected("uv.lock")
