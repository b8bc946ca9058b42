"""Two kinds of failure: yours to mend (one sentence, exit 1), and ours (a report to paste, exit 3)."""

import platform
import traceback
from collections.abc import Sequence

import typer

from tdd_orchestrator import __version__
from tdd_orchestrator.core.errors import TddError

YOURS, OURS = 1, 3
ISSUES = "https://github.com/tdd-orchestrator/tdd-orchestrator/issues"


def told(fault: TddError) -> None:
    """What is wrong, and what to do."""
    typer.echo(f"tdd: {fault}", err=True)


def bug_report(bug: Exception, command: Sequence[str]) -> None:
    """Everything that a bug's report needs, and nothing of the environment's values; `command` is its bare name."""
    trace = "".join(traceback.format_exception(bug))
    typer.echo(
        f"tdd: this is a bug of ours. Please paste what follows into {ISSUES}\n\n"
        f"tdd {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"command: {' '.join(command)}\n\n{trace}",
        err=True,
    )
