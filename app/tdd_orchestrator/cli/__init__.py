"""The command `tdd`: one module a command, and here what they share."""

import sys
from typing import Annotated

import click
import typer

from tdd_orchestrator import __version__
from tdd_orchestrator.cli.demo import demo_command
from tdd_orchestrator.cli.faults import OURS, YOURS, bug_report, told
from tdd_orchestrator.cli.run import run_command
from tdd_orchestrator.cli.serve import serve_command
from tdd_orchestrator.core.errors import TddError

app = typer.Typer(
    name="tdd",
    help="A PRD in a pull request becomes proven, landed code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo_command)
app.command("run")(run_command)
app.command("serve")(serve_command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tdd {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A PRD in a pull request becomes proven, landed code."""


def main() -> None:
    """Run `tdd`. Exit codes: 0 done, 1 something to mend on your side, 2 wrong usage, 3 a bug of ours, 130 Ctrl-C."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as usage:
        usage.show()
        sys.exit(usage.exit_code)
    except TddError as fault:
        told(fault)
        sys.exit(YOURS)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as bug:
        bug_report(bug)
        sys.exit(OURS)
