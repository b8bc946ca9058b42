"""What the runner says when a workflow asks for something that it does not do."""

from __future__ import annotations


class WorkflowRefused(Exception):
    """A workflow or action file holds something that this runner does not understand.

    `where` names the file; `line` counts from 1 and is 0 where there is none.
    """

    def __init__(self, reason: str, *, where: str = "", line: int = 0) -> None:
        self.reason, self.where, self.line = reason, where, line
        place = f"{where}:{line}" if where and line else where or (f"line {line}" if line else "")
        super().__init__(f"{place}: {reason}" if place else reason)


class StepFailed(Exception):
    """A step came to nothing; the message is for the job's log and its annotations."""
