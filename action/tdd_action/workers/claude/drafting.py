"""Drafting a PRD with the model: it reads the issue and the repository, and proposes a PRD that the lint accepts."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tdd_action.draft import refused
from tdd_action.planner.fence import EXPLANATION, fenced, from_prd, visible
from tdd_action.workers.claude.conversation import Conversation, GaveUp
from tdd_action.workers.claude.ground import Ground
from tdd_action.workers.claude.material import overview
from tdd_action.workers.claude.spending import Spending
from tdd_action.workers.claude.tools import Proposal, Told, reading
from tdd_action.workers.claude.voice import Voice
from tdd_action.workers.drafting import Drafted, DraftRequest
from tdd_orchestrator.documents.prd_template import PRD_TEMPLATE

MOST_REFUSED = 3
"""How often a draft that the lint faults is sent back."""
MOST_WISH = 20_000

RULES = f"""\
You write a PRD, a product requirements document, for a software repository, from an issue that somebody opened there.
People will read and edit it; then each requirement will be worked test-first by somebody who sees only that.

How to write it:
- Look first: list the files, read what the issue touches. Use the names that are there.
- One requirement under one heading `## REQ-1: ...`, `## REQ-2: ...`. As many as the issue needs, and no more: nothing
  that the issue does not ask for.
- Say what can be seen from outside, not how it is built. Each requirement has an `Acceptance:` list, each line of which
  a test can observe: concrete inputs, concrete results, errors included.
- Where the issue leaves something open, choose what a user would expect and say so under `## Context`, as an
  assumption.
- Where a requirement rests on another, write `Depends on: REQ-1` below its heading.
- When it is ready, call `propose_prd` with all of it.

The form, as an example:

{fenced("template", PRD_TEMPLATE, 6_000)}

{EXPLANATION}
"""
NUDGE = "That was no PRD yet: call `propose_prd` with the whole document."


def _line(given: str) -> str:
    return " ".join(visible(given).split())


class ProposedPrd(BaseModel):
    """Propose the whole PRD."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_line)]
    text: Annotated[str, Field(min_length=1, max_length=60_000, description="Markdown, from its first heading on.")]


class PrdProposal(Proposal):
    """The way a draft comes; the lint answers it at once."""

    def __init__(self) -> None:
        super().__init__("propose_prd", ProposedPrd, self._take, MOST_REFUSED)
        self.made: Drafted | None = None

    def _take(self, proposed: ProposedPrd) -> Told:
        made = Drafted(proposed.title, from_prd(proposed.text))
        if said := refused(made):
            return Told(said, wrong=True)
        self.made = made
        return Told("", ends=True)


def drafted(request: DraftRequest, voice: Voice, spending: Spending, deadline: float) -> Drafted:
    """The PRD that the model proposes, or why there is none."""
    ground = Ground(request.workspace, prds=request.config.prd.paths)
    proposal = PrdProposal()
    talk = Conversation(voice, spending, RULES, (*reading(ground), proposal), NUDGE)
    issue = fenced("issue", from_prd(request.wish), MOST_WISH)
    talk.say(f"{overview(ground, request.config)}\n\n{issue}", "Write the PRD for the issue above.", cached=0)
    ending = talk.run(deadline)
    usage = talk.spending.usage
    if isinstance(ending, GaveUp):
        return Drafted(reason=f"The model gave up: {ending.reason}", usage=usage)
    if proposal.made is None:
        return Drafted(reason=f"The model's PRD was not accepted: {ending.said}", usage=usage)
    return Drafted(proposal.made.title, proposal.made.text, usage=usage)
