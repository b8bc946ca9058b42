"""Comments on pull requests and the reactions to them."""

from __future__ import annotations

from typing import Final

from tdd_orchestrator.hub.errors import validation_failed
from tdd_orchestrator.hub.identity import App, User
from tdd_orchestrator.hub.shapes.pulls import EMOJI
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import IssueComment, PullRequest, Reaction, Repository

LONGEST: Final = 65_536
"""Characters in a comment."""


def comment(site: Site, pull: PullRequest, actor: User, body: str, app: App | None = None) -> IssueComment:
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
    pull = repository.pulls[one.number]
    site.announcer.issue_comment("edited", pull, one, actor, changes={"body": {"from": before}})


def delete(site: Site, repository: Repository, one: IssueComment, actor: User) -> None:
    """Take a comment away."""
    del repository.comments[one.id]
    site.announcer.issue_comment("deleted", repository.pulls[one.number], one, actor)


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
