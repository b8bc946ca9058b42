"""Planning with the model: it reads the repository, proposes a plan, and mends it when the critic finds a fault."""

from dataclasses import dataclass

from tdd_action.planner.answer import ProposedPlan
from tdd_action.planner.prompt import NUDGE, PROMPT_VERSION, RULES, corrections
from tdd_action.workers import PlanDraft, PlanRequest
from tdd_action.workers.claude.conversation import Conversation, GaveUp
from tdd_action.workers.claude.ground import Ground
from tdd_action.workers.claude.material import of_plan
from tdd_action.workers.claude.spending import Spending
from tdd_action.workers.claude.tools import Proposal, Told, reading
from tdd_action.workers.claude.voice import Voice
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.plan import Plan

MOST_MALFORMED = 2
"""How often an answer that is not even of the right shape is sent back; the critic's findings are counted elsewhere."""


class PlanProposal(Proposal):
    """The way a plan comes, if it has the right shape."""

    def __init__(self) -> None:
        super().__init__("propose_plan", ProposedPlan, self._take, MOST_MALFORMED)
        self.plan: Plan | None = None

    def _take(self, proposed: ProposedPlan) -> Told:
        self.plan = proposed.plan(PROMPT_VERSION)
        return Told("", ends=True)


@dataclass
class Planning:
    """One plan in the making; it lives on between the planner's first draft and its second thoughts."""

    request: PlanRequest
    talk: Conversation
    proposal: PlanProposal

    @classmethod
    def of(cls, request: PlanRequest, voice: Voice, spending: Spending) -> "Planning":
        """A conversation that has not begun yet."""
        ground = Ground(request.workspace, prds=request.config.prd.paths)
        proposal = PlanProposal()
        talk = Conversation(voice, spending, RULES, (*reading(ground), proposal), NUDGE)
        said = (*of_plan(request, ground), *((corrections(request.findings),) if request.findings else ()))
        talk.say(*said, cached=0)
        return cls(request, talk, proposal)

    def continues(self, request: PlanRequest) -> bool:
        """Whether the request is about the draft that was made last, and says what is wrong with it."""
        same = self.request.requirements == request.requirements and self.request.workspace == request.workspace
        return bool(request.findings) and same and self.talk.waiting is not None

    def think_again(self, request: PlanRequest) -> None:
        """Tell the model what the critic found."""
        self.proposal.plan = None
        self.talk.spending = self.talk.spending.anew(request.budget_usd)
        self.talk.say(corrections(request.findings))

    def draft(self, deadline: float) -> PlanDraft:
        """The plan that the model proposes now, or why there is none."""
        try:
            ending = self.talk.run(deadline)
        except TddError as fault:
            if not self.talk.heard:
                raise
            return PlanDraft(None, str(fault), self.talk.spending.usage)
        usage = self.talk.spending.usage
        if isinstance(ending, GaveUp):
            return PlanDraft(None, f"The planner gave up: {ending.reason}", usage)
        reason = "" if self.proposal.plan else f"The planner's answer has no usable shape: {ending.said}"
        return PlanDraft(self.proposal.plan, reason, usage)
