"""The grammar of `/tdd`: what a person may write in a comment, and what it is taken to mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from tdd_orchestrator.core.roles import Role

Scope = Literal["all", "all failed"]


class Verb(StrEnum):
    """Everything that can be asked for."""

    HELP = "help"
    STATUS = "status"
    PLAN = "plan"
    APPROVE = "approve"
    RETRY = "retry"
    SKIP = "skip"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    EXPLAIN = "explain"
    ANSWER = "answer"
    BUDGET = "budget"
    RESET = "reset"
    PROVE = "prove"
    TAKE = "take"
    RELEASE = "release"
    PRD = "prd"


@dataclass(frozen=True, slots=True)
class Command:
    """One command as understood. Tasks are keys ("TASK-3"); `line` is 1-based in the comment, 0 for a button.

    `subject` is the one thing a verb speaks of that is not a task: `ESC-1` for answer, `+5` or `20` for budget (US
    dollars), `worker:claude` for reset, a commit for approve. `text` is free text, e.g. the answer.
    """

    verb: Verb
    task: tuple[str, ...] = ()
    scope: Scope | None = None
    options: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    text: str = ""
    line: int = 0

    def option(self, name: str) -> str | None:
        """The value of `--name value`, or None where it was not given."""
        return dict(self.options).get(name)


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that begins with /tdd and says nothing we know; `nearest` is the closest right form."""

    line: int
    text: str
    reason: str
    nearest: str


ROLE_NEEDED: Mapping[Verb, Role] = MappingProxyType(
    {verb: Role.WRITE for verb in Verb}
    | {verb: Role.READ for verb in (Verb.HELP, Verb.STATUS, Verb.EXPLAIN, Verb.PLAN)}
    | {Verb.BUDGET: Role.MAINTAIN}
)
"""The role each command needs unless `[commands]` of the configuration says otherwise."""
