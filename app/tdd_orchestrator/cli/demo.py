"""`tdd demo`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tdd_orchestrator.local.demo import DemoWish, demo
from tdd_orchestrator.local.interrupting import interruptible


def demo_command(
    worker: Annotated[str, typer.Option(help="Who writes the code: script (no key needed) or claude.")] = "script",
    keep: Annotated[Path | None, typer.Option(help="Leave the demo's repository in this folder.")] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the pull request's page in a browser.")] = False,
    port: Annotated[int, typer.Option(help="Port of the hub's page; 0 takes a free one.")] = 0,
) -> None:
    """A small shop, a PRD in a pull request, and the whole road on this machine: no account, no key, no network."""
    narrow = None if os.isatty(1) else 120
    with interruptible():
        demo(DemoWish(worker, keep, open_browser, port), Console(width=narrow))
