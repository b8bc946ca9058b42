"""`tdd state`: the state of runs as files."""

from pathlib import Path
from typing import Annotated

import typer

from tdd_orchestrator.cli.repository import HERE, repository_root, usable_configuration
from tdd_orchestrator.cli.state_source import LEDGER, StateSource, of_remote
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.store.ledger import NAME

state_app = typer.Typer(
    help="The state of runs as files.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)


@state_app.callback()
def _state() -> None:
    """The state of runs as files."""


@state_app.command("export")
def export_command(
    pr: Annotated[str, typer.Argument(metavar="PR", help="Number of the pull request, or `repo` for the ledger.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as run.sqlite.")],
    repo: Annotated[Path, typer.Option(help="The clone.")] = HERE,
    remote: Annotated[str, typer.Option(help="The remote with the state branches.")] = "origin",
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write the SQLite database of a run, or of the repository's ledger, to a file."""
    top = repository_root(repo)
    number = LEDGER if pr == NAME else _number(pr)
    with of_remote(top, remote, usable_configuration(top).state.prefix, number) as source:
        content = _ledger(source) if number == LEDGER else source.database(number)
    try:
        with file.open("wb" if force else "xb") as written:
            written.write(content)
    except FileExistsError as there:
        raise TddError(f"{file} exists.", remedy="Name another file, or say `--force`.") from there
    except OSError as error:
        raise TddError(f"{file} cannot be written: {error.strerror}.", remedy="Name another place.") from error
    typer.echo(f"{file}: {len(content)} bytes. Look into it: sqlite3 {file} .tables")


def _number(said: str) -> int:
    if said.isdecimal() and int(said) > 0:
        return int(said)
    raise typer.BadParameter(f"{said!r} is neither the number of a pull request nor `{NAME}`.")


def _ledger(source: StateSource) -> bytes:
    kept = source.ledger()
    if kept is None:
        raise TddError(f"{source.name} has no ledger yet.", remedy="It is written when the first attempt has ended.")
    if kept.damage:
        raise TddError(kept.damage, remedy="The app makes it anew within minutes.")
    return kept.database
