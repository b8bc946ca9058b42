"""What the terminal shows: the checks as they change, and at the end everything worth looking at."""

import re

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tdd_orchestrator.local.following import Followed
from tdd_orchestrator.local.watching import CheckSeen

ICON = {
    "success": ("✓", "green"),
    "failure": ("✗", "red"),
    "action_required": ("!", "yellow"),
    "cancelled": ("■", "yellow"),
    "neutral": ("→", "dim"),
    "skipped": ("»", "dim"),
    "in_progress": ("●", "cyan"),
    "queued": ("○", "dim"),
}


def checks_table(followed: Followed, title: str) -> RenderableType:
    """The Checks tab as a table: the run's own check first."""
    table = Table(title=title, title_justify="left", expand=True, show_edge=False)
    table.add_column("", width=1)
    table.add_column("Check", no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column("", overflow="fold", ratio=3)
    for check in ([followed.run] if followed.run else []) + list(followed.tasks.values()):
        icon, colour = ICON.get(check.state, ("?", "white"))
        table.add_row(Text(icon, style=colour), check.name, Text(check.title, style="dim" if icon == "○" else ""))
    return table


def comment_panel(body: str) -> RenderableType:
    """A comment as people read it, without its hidden marker."""
    visible = re.sub(r"<!--.*?-->|</?sub>", "", body, flags=re.DOTALL).strip()
    return Panel(Markdown(visible), title="The comment on the pull request", title_align="left", border_style="dim")


def commits_table(commits: list[tuple[str, str]]) -> RenderableType:
    """Commits with the trailers by which they are proven."""
    table = Table(title="Commits", title_justify="left", expand=True, show_edge=False)
    for column in ("Commit", "Task", "Stage", "Message"):
        table.add_column(column, no_wrap=column != "Message")
    for sha, message in commits:
        trailers = dict(re.findall(r"^(TDD-\w+): (.+)$", message, flags=re.MULTILINE))
        first = message.splitlines()[0] if message else ""
        table.add_row(sha[:7], trailers.get("TDD-Task", ""), trailers.get("TDD-Stage", ""), first)
    return table


def show(console: Console, *parts: RenderableType) -> None:
    """Print parts with a blank line between them."""
    for part in parts:
        console.print(Group(part, ""))


def state_of(check: CheckSeen | None) -> str:
    """A check's state as one word; `unknown` where there is none yet."""
    return check.state.replace("_", " ") if check else "unknown"
