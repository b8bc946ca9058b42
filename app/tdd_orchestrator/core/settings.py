"""What `.tdd/config.toml` can say: every key with its default, its bounds and its meaning, as frozen values."""

from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any

from tdd_orchestrator.core.command import ROLE_NEEDED, Verb
from tdd_orchestrator.core.paths import below
from tdd_orchestrator.core.protected import PROTECTED
from tdd_orchestrator.core.roles import Role

MEANING = "meaning"
BOUNDS = "bounds"
CHOICES = "choices"
ENVIRONMENT = "environment"
PATTERN = "pattern"


def setting(
    default: Any,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    environment: str = "",
    pattern: str = "",
) -> Any:
    """A key: its type is that of its default, `low` and `high` are inclusive, `environment` names what overrides it."""
    told = {MEANING: meaning, BOUNDS: (low, high), CHOICES: choices, ENVIRONMENT: environment, PATTERN: pattern}
    return field(default=default, metadata=told)


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What the repository is."""

    name: str = setting("", "Name of the project in prompts; empty: not told.")
    language: str = setting("auto", "Main language (`python`, `typescript`...); `auto` looks at the files.")
    source: tuple[str, ...] = setting(("src/**",), "Globs of the code that tasks may change.")
    tests: tuple[str, ...] = setting(("tests/**",), "Globs of the tests; what GREEN may not touch.")


@dataclass(frozen=True, slots=True)
class PrdSettings:
    """Where PRDs are."""

    paths: tuple[str, ...] = setting(
        ("prds/**", "docs/prd/**", "*.prd.md"),
        "Globs of the files that are read as PRDs when a pull request adds them.",
    )


@dataclass(frozen=True, slots=True)
class TddSettings:
    """How the work is done."""

    worker: str = setting(
        "claude",
        "Who writes: `claude`, `claude/MODEL` (in place of those of `[models]`), `script` or a plug-in's name.",
        environment="TDD_WORKER",
    )
    max_parallel: int = setting(
        4, "Tasks that may be worked on at the same time.", low=1, high=64, environment="TDD_MAX_WORKERS"
    )
    packing: int = setting(
        1,
        "Small tasks of a chain that one job may take together, within a task's time and money; 1: off.",
        low=1,
        high=8,
    )
    attempts: int = setting(3, "Attempts at a task before a person is asked.", low=1, high=20)
    task_minutes: int = setting(30, "Minutes a task may take on its runner.", low=1, high=360)
    stage_seconds: int = setting(600, "Seconds one attempt at a stage may take.", low=10, high=21600)
    test_seconds: int = setting(300, "Seconds one run of the tests may take.", low=1, high=21600)
    suite: str = setting("auto", "Test runner (`pytest`, `jest`, `go`...); `auto` looks at the files.")
    command: str = setting("", "Command that runs the tests; empty: the suite's own.")
    report: str = setting("", "Path of the report the command leaves (JUnit XML); empty: the suite's own.")


@dataclass(frozen=True, slots=True)
class SuiteSettings:
    """One `[[suites]]` of a repository with several: globs, command and report are relative to its folder."""

    folder: str = setting(
        "",
        "Folder whose tests this suite runs; `.` is all that lies in no other suite's folder.",
        pattern=r"(?!.*(^|/)\.\.(/|$))(?!/)[^*?\[\]\\\x00-\x1f]{1,200}",
    )
    suite: str = setting("auto", "Test runner of the folder; `auto` looks at its files.")
    command: str = setting("", "Command that runs its tests, started in the folder; empty: the suite's own.")
    report: str = setting("", "Path of the report the command leaves (JUnit XML); empty: the suite's own.")
    source: tuple[str, ...] = setting(("src/**",), "Globs of the folder's code.")
    tests: tuple[str, ...] = setting(("tests/**",), "Globs of the folder's tests.")

    @property
    def place(self) -> str:
        """The folder as paths begin with it: no `./`, no `/` at its end; empty for the root."""
        plain = normpath(self.folder or ".")
        return "" if plain == "." else plain


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model does what."""

    plan: str = setting("claude-opus-5-5", "Model that plans.")
    red: str = setting("claude-opus-5-5", "Model that writes failing tests.")
    green: str = setting("claude-sonnet-5-5", "Model that makes them pass.")
    refactor: str = setting("claude-opus-5-5", "Model that tidies up.")
    ladder: tuple[str, ...] = setting((), "Models to climb to when an attempt has failed, weakest first.")
    allowed: tuple[str, ...] = setting((), "Models that may be used at all, as globs; empty: any.")

    @property
    def work(self) -> tuple[str, ...]:
        """The models of the three stages of a task."""
        return self.red, self.green, self.refactor


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """What it may cost, in US dollars."""

    approve_above: float = setting(5.0, "A plan whose P90 quote is above this waits for `/tdd approve`.", low=0)
    per_run: float = setting(20.0, "Most that one pull request may cost.", low=0)
    per_day: float = setting(100.0, "Most that all pull requests may cost on one day (UTC).", low=0)
    per_repo: float = setting(1000.0, "Most that all pull requests may ever cost; raise it when it is reached.", low=0)
    alert_at: float = setting(0.8, "Share of a limit at which a warning is given.", low=0, high=1)
    max_invocations: int = setting(
        200, "Calls of a worker that one run may make.", low=1, high=100_000, environment="TDD_MAX_INVOCATIONS"
    )


@dataclass(frozen=True, slots=True)
class GitSettings:
    """How results reach the pull request."""

    landing: str = setting(
        "same-branch",
        "Where proven tasks go: onto the pull request's branch, or onto one of ours with a pull request into it.",
        choices=("same-branch", "stacked-pr"),
    )
    batch: int = setting(
        8, "Proven tasks that are merged, proven and pushed together at most; 1: one by one.", low=1, high=32
    )
    branch_prefix: str = setting(
        "tdd/", "What the names of our own branches begin with.", pattern=r"(?!.*(\.\.|//))[A-Za-z0-9][\w./-]{0,60}"
    )
    protected: tuple[str, ...] = setting(PROTECTED, "Globs that no task may change; `!glob` takes one back.")


@dataclass(frozen=True, slots=True)
class QaSettings:
    """How strict the proofs are."""

    ablation: str = setting(
        "notice",
        "Hunks that no test holds: `off` does not look, `notice` names them, `require` sends the task back.",
        choices=("off", "notice", "require"),
    )
    flake_runs: int = setting(1, "Further runs of passing tests, in another order and hash seed.", low=0, high=20)
    first_sight: str = setting(
        "refuse",
        "A test that fails because a planned name is missing: `refuse` asks for an assertion, `accept` takes it.",
        choices=("refuse", "accept"),
    )
    ci: str = setting(
        "work",
        "The repository's own CI on the final head: `work` makes its failure a task, `block` waits for somebody to mend"
        " it, `ignore` does not look.",
        choices=("work", "block", "ignore"),
    )
    ci_minutes: int = setting(60, "Minutes the end of a run waits for CI that has not ended.", low=1, high=1440)
    ci_tasks: int = setting(3, "Tasks that one run may make of failures of CI.", low=1, high=20)


@dataclass(frozen=True, slots=True)
class CircuitSettings:
    """When to stop trying."""

    stage_max_failures: int = setting(
        3,
        "Failures of one task before a person is asked; of this and `tdd.attempts` the smaller counts.",
        low=1,
        high=100,
        environment="TDD_CIRCUIT_STAGE_MAX_FAILURES",
    )
    worker_max_consecutive: int = setting(
        5,
        "Failures in a row before a worker gets no more tasks.",
        low=1,
        high=1000,
        environment="TDD_CIRCUIT_WORKER_MAX_CONSECUTIVE",
    )
    system_max_consecutive: int = setting(
        10, "Jobs lost in a row, of all pull requests, before nothing new is started.", low=1, high=1000
    )
    pause_minutes: int = setting(
        30, "Minutes before one job tries again what a circuit has stopped.", low=1, high=10_080
    )


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """Who may give which command."""

    roles: tuple[tuple[str, str], ...] = setting(
        (), 'Role a command needs, where it is not the default: `{ approve = "maintain" }`.'
    )

    def needed(self, verb: Verb) -> Role:
        """The weakest role that may give this command."""
        return Role.from_word(dict(self.roles).get(verb.value, "")) or ROLE_NEEDED[verb]


@dataclass(frozen=True, slots=True)
class StateSettings:
    """Where the run is remembered."""

    prefix: str = setting(
        "refs/heads/tdd-state",
        "What the names of state refs begin with; `refs/tdd` keeps them out of the branch list.",
        pattern=r"(?!.*(\.\.|//))refs/[A-Za-z0-9][\w./-]{0,80}[\w-]",
    )
    keep_days: int = setting(
        30,
        "Days after which the state of a closed pull request is deleted; the ledger keeps a summary.",
        low=1,
        high=3650,
    )


@dataclass(frozen=True, slots=True)
class Config:
    """`.tdd/config.toml` of the base branch; `Config()` is what holds where there is no file."""

    project: ProjectSettings = field(default_factory=ProjectSettings)
    prd: PrdSettings = field(default_factory=PrdSettings)
    tdd: TddSettings = field(default_factory=TddSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    git: GitSettings = field(default_factory=GitSettings)
    qa: QaSettings = field(default_factory=QaSettings)
    circuits: CircuitSettings = field(default_factory=CircuitSettings)
    commands: CommandSettings = field(default_factory=CommandSettings)
    state: StateSettings = field(default_factory=StateSettings)
    suites: tuple[SuiteSettings, ...] = ()

    @property
    def source(self) -> tuple[str, ...]:
        """Globs of the code that tasks may change: the project's, and those of every suite below its folder."""
        return (*self.project.source, *(below(each.place, glob) for each in self.suites for glob in each.source))

    @property
    def tests(self) -> tuple[str, ...]:
        """Globs of the tests, likewise."""
        return (*self.project.tests, *(below(each.place, glob) for each in self.suites for glob in each.tests))


SECTIONS: tuple[tuple[str, Any], ...] = (
    ("project", ProjectSettings),
    ("prd", PrdSettings),
    ("tdd", TddSettings),
    ("models", ModelSettings),
    ("budget", BudgetSettings),
    ("git", GitSettings),
    ("qa", QaSettings),
    ("circuits", CircuitSettings),
    ("commands", CommandSettings),
    ("state", StateSettings),
)
"""Every section of the file, in the order in which it is written and explained."""

SUITES = "suites"
"""The one section that is a list: `[[suites]]`, once for each folder."""
