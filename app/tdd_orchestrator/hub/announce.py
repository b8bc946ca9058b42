"""Telling the world what happened: one method per kind of event, each building its payload."""

from __future__ import annotations

from tdd_orchestrator.hub.state import Job, WorkflowRun, World


class Announcer:
    """Builds payloads and hands them to the post."""

    def __init__(self, world: World) -> None:
        self._world = world

    def workflow_run(self, action: str, run: WorkflowRun) -> None:
        """requested, in_progress, completed."""

    def workflow_job(self, action: str, run: WorkflowRun, job: Job) -> None:
        """queued, in_progress, completed."""
