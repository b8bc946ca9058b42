"""What passes between the app and a runner: the assignment out, the results back. Plain frozen values, sent as JSON."""

from dataclasses import dataclass
from enum import StrEnum

from tdd_orchestrator.core.plan import Plan, PlannedTask


class Step(StrEnum):
    """What a dispatched workflow run is for. `prove` alone re-proves a merged tree, `draft` makes a PRD of an issue."""

    PLAN = "plan"
    WORK = "work"
    PROVE = "prove"
    DRAFT = "draft"


class Stage(StrEnum):
    """The five stages of a task, in order."""

    RED = "red"
    GREEN = "green"
    REFACTOR = "refactor"
    PROVE = "prove"
    LAND = "land"


class StageState(StrEnum):
    """How a stage ended: `dropped` is a refactoring that broke something, so that GREEN was kept; `asked` is a question
    to people.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DROPPED = "dropped"
    SKIPPED = "skipped"
    ERROR = "error"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker cannot decide from PRD, configuration and repository: one question to people.

    `alone` is what would be done without an answer, `confidence` how sure the worker is of that (0 to 1), `goes_on`
    the condition under which the work goes on.
    """

    text: str
    tried: str = ""
    options: tuple[str, ...] = ()
    alone: str = ""
    confidence: float = 0.0
    goes_on: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered, as the next attempt is told of it; `by` is the login of who answered."""

    question: str
    answer: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of model calls; `model` is the profile that spent them, such as `claude-opus-5-5`."""

    model: str = ""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding at a line of a file, shown as a check annotation; `level` is notice, warning or failure."""

    path: str
    line: int
    level: str
    message: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class StageReport:
    """What happened in one stage. `sentence` is for people; `commit` is the sha that holds the stage's tree, if it
    has one. `tests` are the names of the new tests: those that RED brought, or that the proof ran. `prompts` names the
    version of the prompts that a model was given.
    """

    stage: Stage
    state: StageState
    sentence: str
    seconds: float = 0.0
    commit: str | None = None
    remarks: tuple[Remark, ...] = ()
    usage: tuple[Usage, ...] = ()
    suite_runs: int = 0
    tests: tuple[str, ...] = ()
    prompts: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Everything a runner needs to know; it is sent as one workflow input, so it stays under 60,000 characters.

    `head` is the commit to work on; `base` the commit of the base branch, from which the configuration is read.
    For `prove`, `head` is the tip to prove and `since` the commit that it is proven against; `tasks` are those of a
    merge of several, and for `work` those that come after `task` in a pack, each on top of the former's tip. `author`
    is who commits are by, as git writes it.
    `feedback` says why the attempt before was refused. `budget_usd` is what this attempt may spend. `source` is the
    commit of a person whose work is to be judged; `red` that of an earlier attempt's accepted RED, which is kept.
    `wish` is, for `draft`, the issue that a PRD is made of; `number` is the issue's then.
    """

    step: Step
    nonce: str
    repo: str
    number: int
    head: str
    base: str
    branch: str = ""
    task: PlannedTask | None = None
    attempt: int = 1
    worker: str = "claude"
    feedback: str = ""
    since: str = ""
    prds: tuple[str, ...] = ()
    budget_usd: float = 0.0
    source: str = ""
    red: str = ""
    answers: tuple[Answered, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    author: str = ""
    wish: str = ""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What the planning job left: a plan, or the reason why there is none."""

    nonce: str
    plan: Plan | None
    reason: str = ""
    usage: tuple[Usage, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftResult:
    """What the drafting job left: a PRD in Markdown that the lint has nothing against, or why there is none."""

    nonce: str
    title: str = ""
    text: str = ""
    reason: str = ""
    usage: tuple[Usage, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkResult:
    """What the work job left. `tip` is the last of the task's commits in the bundle; `None` where the attempt was
    refused.

    `reason` is one sentence for people; `feedback` what the next attempt should be told; `question` what it waits for.
    """

    nonce: str
    task: str
    attempt: int
    base: str
    tip: str | None
    stages: tuple[StageReport, ...]
    reason: str = ""
    feedback: str = ""
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What the prove job found when it ran the claims again; `digest` is the certificate's sha256 and
    `tests` the new tests that it proved.
    """

    nonce: str
    tip: str
    holds: bool
    reason: str = ""
    remarks: tuple[Remark, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    suite_runs: int = 0
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of one task of a pack; `proof` is there when the work was accepted and the prove job came to it."""

    result: WorkResult
    proof: ProofResult | None = None


@dataclass(frozen=True, slots=True)
class PackResult:
    """What the jobs left of a pack's tasks after the first, in order, up to the one that was refused."""

    nonce: str
    rest: tuple[Worked, ...] = ()
