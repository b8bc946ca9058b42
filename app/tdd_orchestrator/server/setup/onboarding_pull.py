"""The pull request with which a repository begins: workflow, configuration and a PRD to copy, where they are missing.

Commits are made through the API with no author of their own, so that GitHub signs them as the App's.
"""

from dataclasses import dataclass

from tdd_orchestrator.github.errors import Forbidden, NotFound, Unprocessable
from tdd_orchestrator.github.proposing import Proposal, propose, proposed, tip
from tdd_orchestrator.onboarding.starting import TEMPLATE_PATH, Starter
from tdd_orchestrator.server.setup.likeness import starters_for
from tdd_orchestrator.server.setup.looking import BRANCH, SECRET, Looking
from tdd_orchestrator.server.setup.permitted import ONBOARDING, permitted

TITLE = "TDD Orchestrator: workflow, configuration and a PRD to copy"
NEEDED = "To write workflow files an App needs the permission `workflows: write`"
BODY = f"""\
This adds what TDD Orchestrator reads from the default branch. Nothing that was there is changed.

- Read `.tdd/config.toml`, and the steps named `Set up the project` in the workflow: they are yours.
- Add the secret `{SECRET}` to the repository or its organization.
- After merging: copy `{TEMPLATE_PATH}` to `prds/<name>.md` on a branch, and open a pull request with it.
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """The pull request is there; `fresh` where this made it."""

    url: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class NothingMissing:
    """The default branch has all the files."""


@dataclass(frozen=True, slots=True)
class ToPaste:
    """The App may not do it; the files, for a person to put there."""

    reason: str
    branch: str
    files: tuple[Starter, ...]


Onboarding = Opened | NothingMissing | ToPaste


async def onboard(looking: Looking, repo: str, *, write_interval_s: float) -> Onboarding:
    """Open the pull request, or say where it is, or what to paste. Raises `GitHubError` in bad weather."""
    reader = looking.reader(repo)
    if reader is None:
        raise NotFound(f"The App is not installed on {repo}.", remedy="Install it there.")
    branch = await reader.default_branch()
    if there := await proposed(reader.connection, branch, BRANCH):
        return Opened(there, fresh=False)
    head = await tip(reader.connection, branch)
    tree = await reader.tree(head)
    taken = {entry.path.lower() for entry in tree}
    missing = tuple(each for each in await starters_for(reader, tree) if each.path.lower() not in taken)
    if not missing:
        return NothingMissing()
    held = looking.installation(repo)
    if (held.get("permissions") or {}).get("workflows") != "write":
        return ToPaste(f"{NEEDED}, and this one does not have it.", branch, missing)
    try:
        number = int(held["id"])
        granted = await permitted(looking.connections, number, repo, ONBOARDING, write_interval_s=write_interval_s)
        async with granted as connection:
            wish = Proposal(BRANCH, branch, TITLE, BODY, TITLE, {one.path: one.content for one in missing})
            return Opened(await propose(connection, wish, head), fresh=True)
    except (Forbidden, NotFound, Unprocessable) as refused:
        return ToPaste(f"{NEEDED}, and GitHub refused: {refused.message}", branch, missing)
