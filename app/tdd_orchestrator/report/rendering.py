"""Which text belongs to which effect."""

from typing import assert_never

from tdd_orchestrator.core.content import CheckContent, CommentContent, PullContent
from tdd_orchestrator.core.effect import (
    CancelJob,
    Dispatch,
    DropBranch,
    Effect,
    KeepRed,
    Land,
    LookAtCi,
    MakeBranch,
    React,
    Reply,
    Retire,
    ShowComment,
    ShowPrd,
    ShowRun,
    ShowStack,
    ShowTask,
)
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.report.comment import reply_comment, run_comment
from tdd_orchestrator.report.prd_check import prd_check
from tdd_orchestrator.report.retired import retired_check
from tdd_orchestrator.report.run_check import run_check
from tdd_orchestrator.report.stack import stack_pull
from tdd_orchestrator.report.task_check import task_check


def rendered(run: Run, effect: Effect) -> CheckContent | CommentContent | PullContent | None:
    """What a show effect shows of the run as it stands; `None` for effects that show nothing."""
    match effect:
        case ShowRun(head, generation):
            return run_check(run, head, generation)
        case ShowTask(key, head, generation):
            task = run.task(key)
            return task_check(run, task, head, generation) if task else retired_check(run, key, head, "", generation)
        case ShowPrd(head, generation):
            return prd_check(run, head, generation)
        case Retire(head, successor, key, generation):
            return retired_check(run, key, head, successor, generation)
        case ShowComment():
            return run_comment(run)
        case ShowStack():
            return stack_pull(run)
        case Reply(id, text):
            return reply_comment(id, text)
        case React() | Dispatch() | CancelJob() | Land() | LookAtCi() | MakeBranch() | KeepRed() | DropBranch():
            return None
        case _:
            assert_never(effect)
