"""Comments and reactions: a comment of ours is found again by a hidden marker and our own login."""

from contextlib import suppress

from tdd_orchestrator.core.content import CommentContent
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.digest import digest
from tdd_orchestrator.github.errors import Gone, NotFound
from tdd_orchestrator.github.pace import Urgency
from tdd_orchestrator.github.texts import COMMENT_LIMIT, cut

COMMENT = "/repos/{repo}/issues/comments/{comment}"
COMMENTS = "/repos/{repo}/issues/{number}/comments"


async def show(
    connection: Connection,
    number: int,
    content: CommentContent,
    shown: Shown | None,
    *,
    again: bool,
    urgency: Urgency = Urgency.SHOW,
) -> Shown:
    """Make the comment with this marker stand as `content` says; what is shown then.

    `again` says that an earlier try may have posted it: then it is looked for first.
    """
    wanted = digest(content)
    if shown is not None and shown.digest == wanted:
        return shown
    comment = shown.id if shown else await _found(connection, number, content.marker) if again else None
    fields = {"body": body(content)}
    if comment is not None:
        try:
            changed = await connection.write("PATCH", COMMENT, fields, urgency=urgency, comment=comment)
            return Shown(comment, wanted, _node(changed))
        except (NotFound, Gone):
            pass  # somebody deleted it: it is posted anew

    async def find() -> Answer | None:
        posted = await _found(connection, number, content.marker)
        return None if posted is None else await connection.get(COMMENT, comment=posted)

    answer = await connection.create(COMMENTS, fields, find=find, urgency=urgency, number=number)
    return Shown(int(answer.json()["id"]), wanted, _node(answer))


async def react(connection: Connection, comment: int, reaction: str) -> None:
    """React to a comment; doing it twice is doing it once, and a comment that is gone needs no answer."""
    with suppress(NotFound, Gone):
        route, body = COMMENT + "/reactions", {"content": reaction}
        await connection.write("POST", route, body, urgency=Urgency.ANSWER, comment=comment)


async def _found(connection: Connection, number: int, marker: str) -> int | None:
    """The id of our comment with this marker. Others may quote the marker, so the author counts."""
    me = await connection.login()
    async for comment in connection.pages(COMMENTS, number=number):
        if marker in str(comment.get("body") or "") and (comment.get("user") or {}).get("login") == me:
            return int(comment["id"])
    return None


def _node(answer: Answer) -> str:
    return str((answer.json() or {}).get("node_id", ""))


def body(content: CommentContent) -> str:
    """The text with its marker, which survives a cut because it comes first unless it is in the text already."""
    text = cut(content.body, COMMENT_LIMIT - len(content.marker) - 1)
    return text if content.marker in text else f"{content.marker}\n{text}"
