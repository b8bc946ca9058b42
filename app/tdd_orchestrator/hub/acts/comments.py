"""Comments on pull requests and the reactions to them."""

from __future__ import annotations

from typing import Final

from tdd_orchestrator.hub.errors import not_found, validation_failed
from tdd_orchestrator.hub.identity import App, User
from tdd_orchestrator.hub.shapes.pulls import EMOJI
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import Issue, IssueComment, PullRequest, Reaction, Repository

LONGEST: Final = 65_536
"""Characters in a comment."""


def open_issue(site: Site, repository: Repository, actor: User, title: str, body: str | None) -> Issue:
    """Open an issue."""
    now = site.world.now()
    made = Issue(site.world.new_id("pull"), next(repository.numbers), repository, title, body, actor, now, now)
    repository.issues[made.number] = made
    return made


def thread(repository: Repository, number: int) -> PullRequest | Issue:
    """The pull request or issue of this number. Raises Refused (404)."""
    found = repository.pulls.get(number) or repository.issues.get(number)
    if found is None:
        raise not_found()
    return found


def comment(site: Site, pull: PullRequest | Issue, actor: User, body: str, app: App | None = None) -> IssueComment:
    """Write a comment. `app` is set when an app writes."""
    checked(body)
    now = site.world.now()
    made = IssueComment(site.world.new_id("comment"), pull.number, actor, body, now, now, app)
    pull.repository.comments[made.id] = made
    site.announcer.issue_comment("created", pull, made, actor)
    return made


def edit(site: Site, repository: Repository, one: IssueComment, actor: User, body: str) -> None:
    """Change a comment's text."""
    checked(body)
    before, one.body, one.updated_at = one.body, body, site.world.now()
    pull = thread(repository, one.number)
    site.announcer.issue_comment("edited", pull, one, actor, changes={"body": {"from": before}})


def delete(site: Site, repository: Repository, one: IssueComment, actor: User) -> None:
    """Take a comment away."""
    del repository.comments[one.id]
    site.announcer.issue_comment("deleted", thread(repository, one.number), one, actor)


def react(site: Site, one: IssueComment, actor: User, content: str) -> tuple[Reaction, bool]:
    """A reaction, and whether it is new: the same by the same user is there only once."""
    if content not in EMOJI:
        raise validation_failed("Reaction", "content", "invalid")
    for reaction in one.reactions:
        if (reaction.user, reaction.content) == (actor, content):
            return reaction, False
    reaction = Reaction(site.world.new_id("reaction"), actor, content, site.world.now())
    one.reactions.append(reaction)
    return reaction, True


def checked(body: str) -> None:
    """Refuse a text that is blank or too long."""
    if not body.strip():
        raise validation_failed("IssueComment", "body", "missing_field")
    if len(body) > LONGEST:
        message = f"body is too long (maximum is {LONGEST} characters)"
        raise validation_failed("IssueComment", "body", "custom", message)
