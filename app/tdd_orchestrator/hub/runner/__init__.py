"""GitHub Actions on this machine: workflow files executed job by job, step by step."""

from tdd_orchestrator.hub.runner.commands import Annotation
from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.job import Notes
from tdd_orchestrator.hub.runner.local import LocalRunner

__all__ = ["Annotation", "LocalRunner", "Notes", "WorkflowRefused"]
