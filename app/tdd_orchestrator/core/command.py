"""The grammar of `/tdd`: what a person may write in a comment, and what it is taken to mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from tdd_orchestrator.core.fault import listed, nearest
from tdd_orchestrator.core.markdown import visible_lines
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
    dict.fromkeys(Verb, Role.WRITE)
    | dict.fromkeys((Verb.HELP, Verb.STATUS, Verb.EXPLAIN), Role.READ)
    | {Verb.BUDGET: Role.MAINTAIN}
)
"""The role each command needs unless `[commands]` of the configuration says otherwise.

In a public repository everybody has the role read: no command that costs money asks for less than write.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may follow a verb: `subject` is the pattern of the one word it speaks of, `needs` what must be there."""

    example: str
    tasks: bool = False
    scopes: tuple[Scope, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    text: bool = False
    needs: str = ""


_WORKER = r"[A-Za-z0-9][\w./:-]{0,60}"
_ESCALATION = r"(?i:esc-)[1-9]\d{0,5}"
_STAGES = "red|green|refactor|prove|land"

RULES: Mapping[Verb, Rule] = MappingProxyType(
    {
        Verb.HELP: Rule("/tdd help", subject="|".join(Verb)),
        Verb.STATUS: Rule("/tdd status", tasks=True),
        Verb.PLAN: Rule("/tdd plan"),
        Verb.APPROVE: Rule("/tdd approve", subject=r"[0-9a-f]{7,64}"),
        Verb.RETRY: Rule(
            "/tdd retry TASK-1",
            tasks=True,
            scopes=("all", "all failed"),
            options=(("worker", _WORKER), ("from", _STAGES)),
            needs="a task, or `all failed`",
        ),
        Verb.SKIP: Rule("/tdd skip TASK-1", tasks=True, needs="a task"),
        Verb.PAUSE: Rule("/tdd pause"),
        Verb.RESUME: Rule("/tdd resume"),
        Verb.CANCEL: Rule("/tdd cancel"),
        Verb.EXPLAIN: Rule("/tdd explain TASK-1", tasks=True, subject=_ESCALATION),
        Verb.ANSWER: Rule(
            "/tdd answer ESC-1 words", subject=_ESCALATION, text=True, needs="a question and your answer"
        ),
        Verb.BUDGET: Rule("/tdd budget +5", subject=r"\+?\$?\d{1,6}(?:\.\d{1,2})?"),
        Verb.RESET: Rule(
            "/tdd reset worker:claude",
            tasks=True,
            scopes=("all",),
            subject=rf"(?i:system)|(?i:worker):{_WORKER}",
            needs="`all`, `system`, a task or `worker:NAME`",
        ),
        Verb.PROVE: Rule("/tdd prove TASK-1", tasks=True, scopes=("all",)),
        Verb.TAKE: Rule("/tdd take TASK-1", tasks=True, needs="a task"),
        Verb.RELEASE: Rule("/tdd release TASK-1", tasks=True, needs="a task"),
        Verb.PRD: Rule("/tdd prd", text=True),
    }
)

_LINE = re.compile(r" {0,3}/tdd(?:[ \t]+(.*))?$", re.IGNORECASE)
_TASK = re.compile(r"(?i:task-|#)?([1-9]\d{0,5}),?")
_LONGEST = 2_000  # of a line that is quoted back; an answer may be longer
MOST_COMMANDS = 10
"""Each command of a comment is answered, and in a public repository anybody may write thousands of lines."""


def parse_commands(body: str) -> tuple[Command | Misread, ...]:
    """The commands of a comment, in order: one a line, at its beginning, in no code, quote or HTML comment. Total.

    Of more than `MOST_COMMANDS` the rest is one `Misread` that says so.
    """
    found: list[Command | Misread] = []
    for line in visible_lines(body):
        match = _LINE.match(line.text.rstrip())
        if match and not line.code and _LINE.match(line.raw.rstrip()):
            if len(found) == MOST_COMMANDS:
                found.append(_too_many(line.number))
                break
            found.append(_command((match[1] or "").strip(), line.number))
    return tuple(found)


def _too_many(line: int) -> Misread:
    told = f"A comment may hold {MOST_COMMANDS} commands: nothing was read from line {line} on."
    return Misread(line, "/tdd", f"{told} Write the others in a comment of their own.", "")


def _command(said: str, line: int) -> Command | Misread:
    word, rest = (*said.split(maxsplit=1), "", "")[:2]
    verb = next((verb for verb in Verb if verb == word.lower()), None)
    if verb is None:
        close = nearest(word, tuple(Verb)) if word else None
        example = RULES[Verb(close)].example if close else "/tdd help"
        reason = f"`{word[:40]}` is not a command." if word else "A command must follow `/tdd`."
        return _misread(said, line, reason, example)
    understood, complaint = _arguments(verb, rest)
    if complaint is None:
        return replace(understood, line=line)
    whole = understood != Command(verb) and _wanting(understood) is None
    return _misread(said, line, complaint, spelled(understood) if whole else RULES[verb].example)


def _misread(said: str, line: int, reason: str, example: str) -> Misread:
    return Misread(line, f"/tdd {said[:_LONGEST]}".rstrip(), f"{reason} Write for example `{example}`.", example)


def _arguments(verb: Verb, said: str) -> tuple[Command, str | None]:
    """What could be read of a command, and the sentence that says what is wrong with the rest, if anything is."""
    rule = RULES[verb]
    words = _Words(said)
    command = Command(verb)
    if rule.subject and (subject := words.take(rule.subject)):
        shown = subject.upper() if re.match("esc-", subject, re.IGNORECASE) else subject.replace("$", "")
        command = replace(command, subject=shown)
    if rule.text:
        command = replace(command, text=words.rest)
        return command, _wanting(command)
    while words.rest:
        outcome = _argument(rule, command, words)
        if isinstance(outcome, str):
            return command, outcome
        command = outcome
    return command, _wanting(command)


def _wanting(command: Command) -> str | None:
    """The sentence for what a command lacks."""
    rule = RULES[command.verb]
    if command.scope and command.task:
        return "Name tasks or say `all`, not both."
    named = bool(command.subject and command.text) if rule.text else command.task or command.scope or command.subject
    return None if named or not rule.needs else f"`{command.verb}` needs {rule.needs}."


def spelled(command: Command) -> str:
    """A command as one would write it; `parse_commands` reads it back as the same."""
    options = (f"--{name} {value}" for name, value in command.options)
    words = ("/tdd", command.verb, command.subject, *command.task, command.scope, *options, command.text)
    return " ".join(word for word in words if word)


def _argument(rule: Rule, command: Command, words: "_Words") -> Command | str:
    """Take one more argument off the words."""
    if name := words.take(r"--[A-Za-z-]{1,20}"):
        return _option(rule, command, name.removeprefix("--").lower(), words)
    if rule.tasks and (number := words.take(_TASK.pattern)):
        key = "TASK-" + re.sub(r"\D", "", number)
        return command if key in command.task else replace(command, task=(*command.task, key))
    if command.scope is None:
        if "all failed" in rule.scopes and words.take(r"(?i:all\s+failed)"):
            return replace(command, scope="all failed")
        if "all" in rule.scopes and words.take(r"(?i:all)"):
            return replace(command, scope="all")
    word = words.rest.split()[0]
    return f"`{word[:40]}` is not understood after `{command.verb}`."


def _option(rule: Rule, command: Command, name: str, words: "_Words") -> Command | str:
    allowed = dict(rule.options)
    if name not in allowed:
        close = nearest(name, tuple(allowed))
        hint = f"did you mean `--{close}`?" if close else f"`{command.verb}` knows {_known_options(rule)}."
        return f"`--{name}` is not an option here: {hint}"
    words.take("=")
    value = words.take(f"(?i:{allowed[name]})")
    if not value:
        return f"`--{name}` needs {'one of ' + listed(tuple(_STAGES.split('|'))) if name == 'from' else 'a name'}."
    kept = tuple(pair for pair in command.options if pair[0] != name)
    return replace(command, options=(*kept, (name, value.lower() if name == "from" else value)))


def _known_options(rule: Rule) -> str:
    return listed(tuple(f"--{name}" for name, _ in rule.options)) if rule.options else "none"


class _Words:
    """What is left of a line to be read."""

    def __init__(self, rest: str) -> None:
        self.rest = rest.strip()

    def take(self, pattern: str) -> str | None:
        """The next word where it is of this pattern; it is then gone. `=` may be attached."""
        end = "" if pattern == "=" else r"(?=[\s=]|$)"
        found = re.match(rf"(?:{pattern}){end}", self.rest)
        if found is None:
            return None
        self.rest = self.rest[found.end() :].strip()
        return found[0]


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a check run. GitHub's limits: identifier and label 20 characters, description 40, three buttons."""

    identifier: str
    label: str
    description: str


BUTTONS: Mapping[Verb, Button] = MappingProxyType(
    {
        Verb.APPROVE: Button("approve-plan", "Approve plan", "Start the work at the quoted price"),
        Verb.RETRY: Button("retry", "Retry", "Try this task again"),
        Verb.TAKE: Button("take", "Take over", "Write this task yourself"),
        Verb.RELEASE: Button("release", "Release", "Give it back to the worker"),
        Verb.SKIP: Button("skip", "Skip", "Leave this task out"),
        Verb.PAUSE: Button("pause", "Pause", "Start nothing new for now"),
        Verb.RESUME: Button("resume", "Resume", "Go on where it stopped"),
    }
)
"""The commands that have a button; those about a task carry its key behind a colon: `retry:TASK-3`."""


def button(verb: Verb, task: str = "") -> Button:
    """The button for a command, of one task where the command speaks of tasks."""
    shown = BUTTONS[verb]
    return replace(shown, identifier=f"{shown.identifier}:{task}") if task else shown


def parse_button(identifier: str) -> Command | None:
    """The command a pressed button stands for; None for an identifier that is none of ours."""
    name, _, task = identifier.partition(":")
    for verb, shown in BUTTONS.items():
        if shown.identifier == name and RULES[verb].tasks is bool(task):
            found = _TASK.fullmatch(task) if task else None
            return None if task and not found else Command(verb, (f"TASK-{found[1]}",) if found else ())
    return None
