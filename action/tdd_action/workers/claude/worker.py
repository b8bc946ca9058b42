"""The worker `claude`: plans and writes code with Anthropic's models, within a budget, a time and a work tree."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import anthropic
import httpx2

from tdd_action.workers import PlanDraft, PlanRequest, StageRequest, StageWork, WorkerSettings
from tdd_action.workers.claude.conversation import Conversation, Finished
from tdd_action.workers.claude.drafting import drafted
from tdd_action.workers.claude.ground import Ground
from tdd_action.workers.claude.material import of_stage
from tdd_action.workers.claude.planning import Planning
from tdd_action.workers.claude.prompts import PROMPT_VERSION, system_prompt
from tdd_action.workers.claude.spending import Spending
from tdd_action.workers.claude.tools import working
from tdd_action.workers.claude.voice import Voice
from tdd_action.workers.drafting import Drafted, DraftRequest
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.result import Question, Stage
from tdd_orchestrator.core.settings import Config

PUBLIC_API = "https://api.anthropic.com"
SHARE_OF_TIME = 0.95
"""The rest of a stage's time is for telling what was spent: a worker that is cut off cannot say it any more."""


class NoKey(TddError):
    """The worker `claude` needs ANTHROPIC_API_KEY."""


class ForbiddenModel(TddError):
    """The configuration does not allow this model."""


def utc_day() -> str:
    """Today in ISO form, UTC."""
    return datetime.now(UTC).date().isoformat()


@dataclass
class ClaudeWorker:
    """Works with one configuration through one voice; remembers its last plan, so that it can be mended.

    `model`, where it is given, takes the place of the configuration's for planning and for every stage.
    """

    voice: Voice
    config: Config
    today: Callable[[], str] = utc_day
    name: str = "claude"
    model: str = ""
    planning: Planning | None = None

    def plan(self, request: PlanRequest) -> PlanDraft:
        """Draft a plan, or mend the last draft by the critic's findings."""
        deadline = self.voice.clock() + self.config.tdd.task_minutes * 60 * SHARE_OF_TIME
        if self.planning is not None and self.planning.continues(request):
            self.planning.think_again(request)
        else:
            spending = self._spending(self.model or self.config.models.plan, request.budget_usd)
            self.planning = Planning.of(request, self.voice, spending)
        return self.planning.draft(deadline)

    def draft(self, request: DraftRequest) -> Drafted:
        """Write a PRD from a wish."""
        deadline = self.voice.clock() + self.config.tdd.task_minutes * 60 * SHARE_OF_TIME
        return drafted(request, self.voice, self._spending(self.config.models.plan, request.budget_usd), deadline)

    def work(self, stage: StageRequest) -> StageWork:
        """Let the model work until it says that it is done, or must stop."""
        deadline = self.voice.clock() + stage.seconds * SHARE_OF_TIME
        ground = ground_of(stage, self.config)
        spending = self._spending(model_for(self.config, stage.stage, stage.attempt, self.model), stage.budget_usd)
        rules = system_prompt(stage.stage, stage.task.kind)
        asked: list[Question] = []
        talk = Conversation(self.voice, spending, rules, working(ground, stage.run_tests, asked.append))
        talk.say(*of_stage(stage, ground, self.config), cached=0)
        try:
            ending = talk.run(deadline)
        except Exception as fault:
            if not talk.heard:
                raise
            return StageWork(usage=spending.usage, fault=fault, prompts=PROMPT_VERSION)
        if isinstance(ending, Finished) and asked and asked[-1].text == ending.said:
            return StageWork(usage=spending.usage, question=asked[-1], prompts=PROMPT_VERSION)
        if isinstance(ending, Finished):
            return StageWork(ending.said, spending.usage, prompts=PROMPT_VERSION)
        return StageWork(usage=spending.usage, gave_up=ending.reason, prompts=PROMPT_VERSION)

    def _spending(self, model: str, budget_usd: float) -> Spending:
        allowed = self.config.models.allowed
        if allowed and not matches(model, allowed):
            raise ForbiddenModel(
                f"The model {model} is not allowed here.",
                remedy="Add it to models.allowed in .tdd/config.toml, or name another model there.",
            )
        return Spending(model, budget_usd, self.today())


def model_for(config: Config, stage: Stage, attempt: int, chosen: str = "") -> str:
    """The stage's own model at first, or the one `chosen` for all; each attempt that failed climbs one rung of the
    ladder, if there is one.
    """
    ladder = config.models.ladder
    if attempt > 1 and ladder:
        return ladder[min(attempt - 2, len(ladder) - 1)]
    if chosen:
        return chosen
    models = {Stage.RED: config.models.red, Stage.GREEN: config.models.green, Stage.REFACTOR: config.models.refactor}
    return models.get(stage, config.models.refactor)


def ground_of(stage: StageRequest, config: Config) -> Ground:
    """The stage's files. What it was once allowed to write stays its own: a test that RED added it may edit again."""
    granted: set[str] = set()

    def may_touch(path: str) -> bool:
        if path not in granted and not stage.may_touch(path):
            return False
        granted.add(path)
        return True

    kept = frozenset(Ground(stage.workspace).paths()) if stage.stage is Stage.RED else frozenset()
    return Ground(stage.workspace, may_touch, ", ".join(stage.globs), config.prd.paths, kept)


def connect(settings: WorkerSettings) -> ClaudeWorker:
    """The worker with the key of these settings; ANTHROPIC_BASE_URL is honoured. Raises `NoKey`."""
    return connected(settings)


def connected(
    settings: WorkerSettings, http_client: httpx2.Client | None = None, voice: Callable[..., Voice] = Voice
) -> ClaudeWorker:
    """Like `connect`, through this HTTP client and with this voice."""
    if not settings.api_key.strip():
        raise NoKey(
            remedy="Add it as an Actions secret named ANTHROPIC_API_KEY (Settings, Secrets and variables, Actions) and"
            " pass it to the action as `anthropic-api-key`."
        )
    client = anthropic.Anthropic(
        api_key=settings.api_key.strip(),
        base_url=os.environ.get("ANTHROPIC_BASE_URL") or PUBLIC_API,
        max_retries=0,
        http_client=http_client,
    )
    return ClaudeWorker(voice(client), settings.config, model=_full(settings.model))


def _full(model: str) -> str:
    """The model's whole name: `claude/opus-5-5` as a profile means `claude-opus-5-5`."""
    return model if not model or model.startswith("claude-") else f"claude-{model}"
