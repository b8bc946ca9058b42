"""Asking the person at the terminal, where a pull request would wait for a command."""

from dataclasses import dataclass

import typer

from tdd_orchestrator.core.errors import TddError


@dataclass(frozen=True, slots=True)
class Approval:
    """`yes` approves every plan; otherwise the person is asked, if there is one."""

    yes: bool
    interactive: bool

    def given(self, summary: str) -> bool:
        """Whether the plan may start. Raises where nobody can be asked."""
        if self.yes:
            return True
        if not self.interactive:
            remedy = "`tdd run --resume --yes` approves it and goes on, `tdd run --discard` drops it."
            raise TddError("The plan waits for approval, and nobody is here to ask.", remedy=remedy)
        typer.echo(summary)
        return typer.confirm("Start the work on this plan?")
