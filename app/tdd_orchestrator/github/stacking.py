"""The pull request of our own branch into the person's: one, found again by its two branches.

https://docs.github.com/en/rest/pulls/pulls
"""

from tdd_orchestrator.core.content import PullContent
from tdd_orchestrator.core.effect import ShowStack
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.digest import digest
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.texts import COMMENT_LIMIT, cut

PULLS = "/repos/{repo}/pulls"
PULL = "/repos/{repo}/pulls/{number}"


async def show(reader: RepositoryReader, effect: ShowStack, content: PullContent, shown: Shown | None) -> Shown | None:
    """Open it, or renew what it says; one that somebody merged or closed is left, and a new one opened.

    `None` where there is nothing to open: the branch is gone, or all of it is in the other.
    """
    connection, wanted = reader.connection, digest(content)
    if shown is not None and shown.digest == wanted:
        return shown
    fields = {"title": content.title, "body": cut(content.body, COMMENT_LIMIT)}
    there = await _open(connection, effect)
    if there is not None:
        await connection.write("PATCH", PULL, fields, number=there)
        return Shown(there, wanted)
    tip = await reader.tip(effect.branch)
    if tip is None or not await reader.ahead(effect.into, tip):
        return None

    async def find() -> Answer | None:
        made = await _open(connection, effect)
        return None if made is None else await connection.get(PULL, number=made)

    asked = {**fields, "head": effect.branch, "base": effect.into}
    return Shown(int((await connection.create(PULLS, asked, find=find)).json()["number"]), wanted)


async def _open(connection: Connection, effect: ShowStack) -> int | None:
    owner = connection.repo.partition("/")[0]
    query = {"state": "open", "head": f"{owner}:{effect.branch}", "base": effect.into}
    async for pull in connection.pages(PULLS, query=query):
        return int(pull["number"])
    return None
