"""Comments and buttons, as events: who asked is looked up at GitHub's permission endpoint, never believed from a
payload.
"""

from tdd_orchestrator.core.command import Command, Misread, Verb, parse_button, parse_commands
from tdd_orchestrator.core.event import Commanded, CommandMisread, Event, Rerequested
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.github.read import RepositoryReader


async def commented(
    reader: RepositoryReader, run: Run | None, comment: int, author: str, body: str, at: float
) -> tuple[Event, ...]:
    """One event for each line that begins with /tdd."""
    found = [line for line in parse_commands(body) if run is None or _key(comment, line) not in run.handled]
    if not found:
        return ()
    role = await reader.permission(author)
    head = run.head.sha if run else ""
    if run is not None and any(isinstance(line, Command) and line.verb is Verb.APPROVE for line in found):
        now = (await reader.pull(run.number)).head.sha
        head = head if now == head else ""  # what nobody was shown yet was not approved
    return tuple(_event(head, comment, author, role, line, at) for line in found)


async def pressed(
    reader: RepositoryReader, head: str, press: str, author: str, identifier: str, at: float
) -> tuple[Event, ...]:
    """A button on a check run of `head` means the command that it stands for. `press` is the delivery, so each press
    counts once.
    """
    command = parse_button(identifier)
    if command is None:
        return ()
    role = await reader.permission(author)
    return (
        Commanded(
            at=at,
            id=f"button:{press}",
            comment=0,
            author=author,
            role=role,
            command=command,
            head=head,
        ),
    )


async def rerun_asked(
    reader: RepositoryReader, press: str, author: str, task: str | None, at: float
) -> tuple[Event, ...]:
    """GitHub's own Re-run, on a check run or on the whole suite."""
    role = await reader.permission(author)
    return (Rerequested(at=at, id=f"rerun:{press}", author=author, role=role, task=task),)


def _event(head: str, comment: int, author: str, role: str, found: Command | Misread, at: float) -> Event:
    key = _key(comment, found)
    if isinstance(found, Misread):
        told = not found.nearest or found.nearest in found.reason
        reason = found.reason if told else f"{found.reason} Nearest right form: `{found.nearest}`."
        return CommandMisread(at=at, id=key, comment=comment, author=author, reason=reason)
    return Commanded(at=at, id=key, comment=comment, author=author, role=role, command=found, head=head)


def _key(comment: int, found: Command | Misread) -> str:
    return f"{comment}:{found.line}"
