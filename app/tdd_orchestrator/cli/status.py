"""`tdd status`: the runs of a repository, from their state refs."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from tdd_orchestrator.cli.ledger_text import ledger_lines
from tdd_orchestrator.cli.output import print_json, visible
from tdd_orchestrator.cli.repository import HERE, repository_root, usable_configuration
from tdd_orchestrator.cli.state_source import StateSource, of_remote, unfinished
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.settings import BudgetSettings
from tdd_orchestrator.core.spending import cap
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.core.wire import to_wire
from tdd_orchestrator.report.run_check import title
from tdd_orchestrator.report.words import count, usd, word
from tdd_orchestrator.store import Loaded

USUAL_REMOTE = "origin"


def status_command(
    pr: Annotated[int | None, typer.Argument(metavar="PR", min=1, help="Number of the pull request.")] = None,
    repo: Annotated[Path, typer.Option(help="The clone.")] = HERE,
    remote: Annotated[str, typer.Option(help="The remote with the state branches; otherwise origin.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: a run, or a list of runs.")] = False,
) -> None:
    """Show runs and what they cost: an unfinished `tdd run` of this repository, or else the runs of its remote."""
    top = repository_root(repo)
    config = usable_configuration(top)
    prefix = config.state.prefix
    own = unfinished(top, prefix) if pr is None and not remote else None
    if own is not None:
        _show(own, None, as_json, config.budget)
        typer.echo(f"The runs of a remote: tdd status --remote {USUAL_REMOTE}", err=True)
        return
    with of_remote(top, remote or USUAL_REMOTE, prefix, pr) as source:
        _show(source, pr, as_json, config.budget)


def _show(source: StateSource, pr: int | None, as_json: bool, budget: BudgetSettings) -> None:
    loaded = source.runs() if pr is None else (source.run(pr),)
    for each in loaded:
        if each.rebuilt:
            typer.echo(f"tdd: {each.rebuilt}", err=True)
    runs = [each.run for each in loaded if each.run is not None]
    if as_json:
        print_json([to_wire(run) for run in runs] if pr is None else _only(loaded))
    elif runs:
        typer.echo("\n\n".join("\n".join(_lines(run)) for run in runs))
    else:
        typer.echo(f"{source.name} has no run.")
    if pr is None and not as_json and (kept := source.ledger()) is not None:
        if kept.damage:
            typer.echo(f"tdd: {kept.damage}", err=True)
        typer.echo("\n" + "\n".join(ledger_lines(kept.ledger, budget, time.time())))


def _only(loaded: tuple[Loaded, ...]) -> object:
    return to_wire(loaded[0].run) if loaded[0].run else None


def _lines(run: Run) -> Iterator[str]:
    spent = f"{usd(run.usd)} of at most {usd(cap(run))}"
    yield f"{visible(run.repo)} #{run.number} · {visible(run.title)} · {word(run.state)} · {spent}"
    yield f"  {visible(title(run))}"
    if run.reason:
        yield f"  {visible(run.reason)}"
    width = max((len(task.key) for task in run.tasks), default=0)
    yield from (_task(task, width) for task in run.tasks)


def _task(task: Task, width: int) -> str:
    attempts = count(len(task.attempts), "attempt")
    reason = f": {visible(task.reason)}" if task.reason else ""
    stage = task.stage()
    at = f"{word(task.state)}, {stage}" if stage and task.landed is None else word(task.state)
    return f"  {task.key:<{width}}  {at:<19} {attempts:<11} {usd(task.usd):<7} {visible(task.planned.title)}{reason}"
