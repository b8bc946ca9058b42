"""`tdd prove`: the action's own proof, as a program of its own, because the app imports nothing of the action."""

import subprocess
import sys

import typer

from tdd_orchestrator.core.errors import TddError

GRACE_S = 10.0
"""Seconds that the proof has to put its work trees away after Ctrl-C."""
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def prove_command(context: typer.Context) -> None:
    """Run every RED, GREEN and REFACTOR of BASE..HEAD again, from git alone."""
    # -P: a folder of the project that is called like one of our modules must not be taken for it.
    code = _waited_for([sys.executable, "-P", "-m", "tdd_action", "prove", *context.args])
    if code < 0:
        raise TddError(f"The proof was ended by signal {-code}.", remedy="Nothing is proven; run it again.")
    raise typer.Exit(code)


def _waited_for(command: list[str]) -> int:
    """Exit code of a child that has our terminal; Ctrl-C reaches it too, and it may tidy up."""
    with subprocess.Popen(command) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            try:
                child.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                child.kill()
            raise
