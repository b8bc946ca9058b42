"""The hub for people: pull requests, checks, differences and logs in a browser, following the hub as it works."""

from __future__ import annotations

from pathlib import Path

from tdd_orchestrator.hub.actions import JobRunner
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.pages.apps import app_routes
from tdd_orchestrator.hub.pages.routes import routes
from tdd_orchestrator.hub.runner import LocalRunner

__all__ = ["app_routes", "hub_with_pages", "routes"]


def hub_with_pages(directory: Path, job_runner: JobRunner | None = None) -> Hub:
    """A hub that also shows itself in a browser, at its root address."""
    made: list[Hub] = []
    notes = job_runner.notes if isinstance(job_runner, LocalRunner) else lambda _: {}
    shown = [*routes(lambda: made[0].site, notes), *app_routes(lambda: made[0].site)]
    hub = Hub(directory, job_runner, routes=shown)
    made.append(hub)
    return hub
