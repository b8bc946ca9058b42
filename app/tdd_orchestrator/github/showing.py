"""What is shown, in as few requests as it takes: one GraphQL request for many writes, REST for what that cannot do.

A content that stands already is not sent. A write whose outcome is not known is looked for before it is made again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tdd_orchestrator.core.content import CheckContent, CommentContent
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github import checks, comments
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.digest import check_digest, digest, unsent
from tdd_orchestrator.github.errors import GitHubError, RateLimited, Weather
from tdd_orchestrator.github.mutations import MOST, Mutation, NoGraphQL, Outcome, mutated
from tdd_orchestrator.github.pace import Urgency

CHECK_RETURNS = "checkRun { id url }"
"""Not `databaseId`: it is an `Int`, of 32 bits, and ids of check runs have long been larger."""
NUMBER = re.compile(r"/runs/(\d+)$")


@dataclass(frozen=True, slots=True)
class Showing:
    """One thing to show. `retires` says that nothing is created where nothing is shown; `again` that an earlier try may
    have shown it without our knowing.
    """

    content: CheckContent | CommentContent
    shown: Shown | None
    again: bool
    retires: bool = False


Came = Shown | None | TddError
"""What is shown now (`None`: nothing, and nothing was wanted), or why it could not be."""


class Shower:
    """Shows a pull request's checks and comment."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection, self._number = connection, number

    async def show(self, wanted: Sequence[Showing]) -> list[Came]:
        """What came of each, carried out in their order. One that fails does not keep the others from being shown."""
        came: list[Came] = []
        for able, group in groupby(wanted, key=lambda one: self._connection.has_graphql and _is_plain(one)):
            some = list(group)
            for start in range(0, len(some), MOST):
                part = some[start : start + MOST]
                together = able and len(part) > 1
                came += await self._together(part) if together else [await self._alone(one) for one in part]
        return came

    async def _together(self, wanted: Sequence[Showing]) -> list[Came]:
        try:
            outcomes = await self._sent(wanted)
        except NoGraphQL:
            self._connection.has_graphql = False
            return [await self._alone(one) for one in wanted]
        except RateLimited as limited:
            return [limited] * len(wanted)
        except Weather as storm:
            outcomes = [storm] * len(wanted)
        came: list[Came] = []
        for one, outcome in zip(wanted, outcomes, strict=True):
            shown = None if isinstance(outcome, GitHubError) else _shown(one, outcome)
            # What was refused or is not known is done by REST, which says what is the matter or mends it.
            came.append(shown or await self._alone(one, unsure=True))
        return came

    async def _sent(self, wanted: Sequence[Showing]) -> list[Outcome]:
        repository = await self._connection.node()
        return await mutated(self._connection, [_mutation(one, repository) for one in wanted], Urgency.SHOW)

    async def _alone(self, one: Showing, *, unsure: bool = False) -> Came:
        shown, again = (None, True) if unsure else (one.shown, one.again)
        try:
            match one.content:
                case CheckContent() as content if one.retires:
                    return await checks.retire(self._connection, content, shown)
                case CheckContent() as content:
                    return await checks.show(self._connection, content, shown, again=again)
                case CommentContent() as content:
                    return await comments.show(self._connection, self._number, content, one.shown, again=again)
        except TddError as failure:
            return failure


def _is_plain(one: Showing) -> bool:
    """Whether one mutation does it all: something to send, nothing to look for first, one page of annotations."""
    if isinstance(one.content, CommentContent):
        return one.shown is not None and bool(one.shown.node) and one.shown.digest != digest(one.content)
    if one.shown is not None and one.shown.digest == check_digest(one.content):
        return False
    notes = _updates(one)
    if notes is not None:
        return bool(one.shown and one.shown.node) and len(notes) <= checks.PAGE
    return not one.retires and not (one.shown is None and one.again) and len(one.content.annotations) <= checks.PAGE


def _updates(one: Showing) -> tuple[Remark, ...] | None:
    """The annotations to add to the check run that is shown; `None` where a new one is made."""
    assert isinstance(one.content, CheckContent)
    notes = checks.lacking(one.shown, one.content)
    if notes is None and one.retires and one.shown is not None:
        return unsent(one.shown.digest, one.content.annotations) or ()
    return notes


def _mutation(one: Showing, repository: str) -> Mutation:
    if isinstance(one.content, CommentContent):
        assert one.shown is not None
        told = {"id": one.shown.node, "body": comments.body(one.content)}
        return Mutation("updateIssueComment", "UpdateIssueCommentInput", told, "issueComment { id }")
    notes = _updates(one)
    if notes is None:
        content = check_input(checks.fields(one.content, one.content.annotations))
        told = {**content, "repositoryId": repository, "headSha": one.content.head}
        return Mutation("createCheckRun", "CreateCheckRunInput", told, CHECK_RETURNS)
    assert one.shown is not None
    told = {**check_input(checks.fields(one.content, notes)), "repositoryId": repository, "checkRunId": one.shown.node}
    return Mutation("updateCheckRun", "UpdateCheckRunInput", told, CHECK_RETURNS)


def check_input(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A check run as GraphQL takes it, from what REST takes: other names, and words of a list in capitals."""
    told = {_camel(name): value for name, value in fields.items()}
    for name in ("status", "conclusion"):
        if name in told:
            told[name] = str(told[name]).upper()
    output = dict(fields["output"])
    output["annotations"] = [_annotation(note) for note in output["annotations"]]
    return {**told, "output": output}


def _annotation(note: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: note[name] for name in ("path", "message", "title") if name in note}
    location = {"startLine": note["start_line"], "endLine": note["end_line"]}
    return {**told, "annotationLevel": str(note["annotation_level"]).upper(), "location": location}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _shown(one: Showing, outcome: Mapping[str, Any]) -> Shown | None:
    """What is shown now; `None` where GitHub does not say under which number."""
    if isinstance(one.content, CommentContent):
        assert one.shown is not None
        return Shown(one.shown.id, digest(one.content), str(outcome["issueComment"]["id"]))
    made = outcome["checkRun"]
    number = NUMBER.search(str(made["url"]))
    return Shown(int(number[1]), check_digest(one.content), str(made["id"])) if number else None
