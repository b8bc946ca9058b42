"""A branch with new files and the pull request for it, made through the API.

Commits without an author of their own are signed by GitHub as the App's.
https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import NotFound

REF = "/repos/{repo}/git/ref/heads/{ref}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`files` are contents by path; `base` is the branch to merge into, and `message` the commit's."""

    branch: str
    base: str
    title: str
    body: str
    message: str
    files: Mapping[str, str] = field(repr=False)


async def tip(connection: Connection, branch: str) -> str:
    """The commit at which a branch is. Raises `NotFound`."""
    return str((await connection.get(REF, ref=branch)).json()["object"]["sha"])


async def proposed(connection: Connection, base: str, branch: str) -> str:
    """The open pull request of a branch of ours, or the page that opens one for the branch that is there, or ""."""
    if listed := (await _pulls(connection, branch)).json():
        return str(listed[0]["html_url"])
    try:
        await connection.get(REF, ref=branch)
    except NotFound:
        return ""
    root = connection.git_url().removesuffix(".git")
    return f"{root}/compare/{base}...{branch}"


async def propose(connection: Connection, wish: Proposal, head: str) -> str:
    """Open the pull request on top of `head`; its address. What an earlier try has made is found, not made again."""
    entries = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in wish.files.items()]
    tree = await connection.write("POST", "/repos/{repo}/git/trees", {"base_tree": head, "tree": entries})
    said = {"message": wish.message, "tree": tree.json()["sha"], "parents": [head]}
    sha = (await connection.write("POST", "/repos/{repo}/git/commits", said)).json()["sha"]

    async def branch() -> Answer | None:
        try:
            return await connection.get(REF, ref=wish.branch)
        except NotFound:
            return None

    async def pull() -> Answer | None:
        listed = await _pulls(connection, wish.branch)
        return listed if listed.json() else None

    await connection.create("/repos/{repo}/git/refs", {"ref": f"refs/heads/{wish.branch}", "sha": sha}, find=branch)
    asked = {"title": wish.title, "head": wish.branch, "base": wish.base, "body": wish.body}
    made = (await connection.create("/repos/{repo}/pulls", asked, find=pull)).json()
    return str((made[0] if isinstance(made, list) else made)["html_url"])


async def _pulls(connection: Connection, branch: str) -> Answer:
    query = {"state": "open", "head": f"{connection.repo.partition('/')[0]}:{branch}"}
    return await connection.get("/repos/{repo}/pulls", query=query)
