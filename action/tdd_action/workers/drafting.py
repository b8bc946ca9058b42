"""What a worker that can draft a PRD is asked, and what it answers. Not every worker can: a plug-in need not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from tdd_orchestrator.core.result import Usage
from tdd_orchestrator.core.settings import Config


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What to draft: `wish` is an issue's title and text, `workspace` a work tree at the default branch."""

    wish: str
    workspace: Path
    config: Config
    budget_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Drafted:
    """A PRD in Markdown and its title, or the reason why there is none."""

    title: str = ""
    text: str = ""
    reason: str = ""
    usage: tuple[Usage, ...] = ()


@runtime_checkable
class Drafter(Protocol):
    """A worker that can write a PRD."""

    def draft(self, request: DraftRequest) -> Drafted:
        """Turn a wish into a PRD."""
