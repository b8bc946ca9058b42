"""The command `tdd`: one module a command, and here what they share."""

import io
import sys
from collections.abc import Sequence
from typing import Annotated, Protocol, runtime_checkable

import typer

from tdd_orchestrator import __version__
from tdd_orchestrator.cli.demo import demo_command
from tdd_orchestrator.cli.doctor import doctor_command
from tdd_orchestrator.cli.faults import OURS, YOURS, bug_report, told
from tdd_orchestrator.cli.hub import hub_command
from tdd_orchestrator.cli.ingest import ingest_command
from tdd_orchestrator.cli.init import init_command
from tdd_orchestrator.cli.prove import PASSED_ON, prove_command
from tdd_orchestrator.cli.run import run_command
from tdd_orchestrator.cli.serve import serve_command
from tdd_orchestrator.cli.state import state_app
from tdd_orchestrator.cli.status import status_command
from tdd_orchestrator.core.errors import TddError

INTERRUPTED = 130

app = typer.Typer(
    name="tdd",
    help="A PRD in a pull request becomes proven, landed code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", short_help="See the whole road, on this machine.")(demo_command)
app.command("init", short_help="Write the files that a repository starts with.")(init_command)
app.command("ingest", short_help="Check PRDs: faults, plan and quote.")(ingest_command)
app.command("run", short_help="Work a PRD on this machine's repository.")(run_command)
app.command(
    "prove", short_help="Prove commits again, from git alone.", context_settings=PASSED_ON, add_help_option=False
)(prove_command)
app.command("status", short_help="Show the runs of a repository.")(status_command)
app.add_typer(state_app, name="state", short_help="Write the state of a run to a file.")
app.command("serve", short_help="Serve the GitHub App.")(serve_command)
app.command("doctor", short_help="Say what keeps the GitHub App from working.")(doctor_command)
app.command("hub", short_help="Run a GitHub on this machine.")(hub_command)


@runtime_checkable
class UsageFault(Protocol):
    """Wrong usage. Typer keeps a copy of click with private names: its exceptions are known by what they offer."""

    exit_code: int

    def show(self) -> None:
        """Print usage and what is wrong with it on stderr."""


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `tdd`. Exit codes: 0 done, 1 something to mend on your side, 2 wrong usage, 3 a bug of ours, 130 Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to fail
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.exit(app(words, prog_name="tdd", standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except TddError as fault:
        told(fault)
        sys.exit(YOURS)
    except Exception as error:
        if isinstance(error, UsageFault):
            error.show()
            sys.exit(error.exit_code)
        bug_report(error, words[:1])
        sys.exit(OURS)
