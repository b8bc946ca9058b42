"""What the base branch's configuration asks of a run, as the run remembers it."""

from dataclasses import dataclass

STACKED = "stacked-pr"
"""The way of landing in which the pull request's branch is never pushed to: ours is, and has a pull request into it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The part of the base branch's configuration that decisions need. Minutes are minutes, money is US dollars."""

    worker: str = "claude"
    max_parallel: int = 4
    packing: int = 1
    attempts: int = 3
    task_minutes: int = 30
    approve_above: float = 5.0
    per_run: float = 20.0
    per_day: float = 100.0
    per_repo: float = 1000.0
    alert_at: float = 0.8
    max_invocations: int = 200
    worker_max_consecutive: int = 5
    system_max_consecutive: int = 10
    pause_minutes: int = 30
    protected: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("tests/**",)
    files: tuple[str, ...] = ("src/**",)
    roles: tuple[tuple[str, str], ...] = ()
    branch_prefix: str = "tdd/"
    batch: int = 8
    landing: str = "same-branch"
    plan_model: str = ""
    models: tuple[str, ...] = ("claude-sonnet-5-5",)
    ci: str = "ignore"
    ci_minutes: int = 60
    ci_tasks: int = 3
