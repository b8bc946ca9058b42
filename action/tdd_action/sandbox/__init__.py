"""Runs somebody else's code: scrubbed environment, limits, no network where the kernel allows it, nothing left
behind.
"""

from tdd_action.sandbox.command import run
from tdd_action.sandbox.outcome import Isolation, Limits, ProcessOutcome
from tdd_action.sandbox.undumpable import is_undumpable, make_undumpable

__all__ = ["Isolation", "Limits", "ProcessOutcome", "is_undumpable", "make_undumpable", "run"]
