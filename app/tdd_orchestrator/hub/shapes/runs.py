"""JSON shapes of workflow runs, jobs and artifacts."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from tdd_orchestrator.hub.commits import read_commit
from tdd_orchestrator.hub.shapes import basics, objects
from tdd_orchestrator.hub.shapes.basics import api, node_id, page, stamp, stamp_or_none
from tdd_orchestrator.hub.shapes.checks import pulls_at
from tdd_orchestrator.hub.state import Artifact, Job, Json, Repository, WorkflowRun, World


def workflow(world: World, repository: Repository, path: str, name: str) -> Json:
    """A workflow file, as the webhook describes it."""
    number = world.workflow_id(repository, path)
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": name,
        "path": path,
        "state": "active",
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.created_at),
        "url": api(world, repository, f"/actions/workflows/{number}"),
        "html_url": page(world, repository, f"/blob/{repository.default_branch}/{path}"),
        "badge_url": page(world, repository, f"/workflows/{number}/badge.svg"),
    }


def run(world: World, one: WorkflowRun) -> Json:
    """`workflow-run`. It does not carry the inputs, as on GitHub."""
    repository = one.repository
    url, number = api(world, repository, f"/actions/runs/{one.id}"), world.workflow_id(repository, one.workflow_path)
    embedded = basics.minimal_repository(world, repository)
    suite = one.suite.id if one.suite else 0
    return {
        "id": one.id,
        "name": one.workflow_name,
        "node_id": node_id("WorkflowRun", one.id),
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CheckSuite", suite),
        "head_branch": one.head_branch,
        "head_sha": one.head_sha,
        "path": one.workflow_path,
        "run_number": one.number,
        "event": one.event,
        "display_title": one.display_title,
        "status": one.status,
        "conclusion": one.conclusion,
        "workflow_id": number,
        "url": url,
        "html_url": page(world, repository, f"/actions/runs/{one.id}"),
        "pull_requests": pulls_at(world, repository, one.head_sha),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "actor": basics.user(world, one.actor),
        "triggering_actor": basics.user(world, one.actor),
        "run_attempt": one.attempt,
        "referenced_workflows": [],
        "run_started_at": stamp(one.started_at),
        "previous_attempt_url": f"{url}/attempts/{one.attempt - 1}" if one.attempt > 1 else None,
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": api(world, repository, f"/check-suites/{suite}"),
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "workflow_url": api(world, repository, f"/actions/workflows/{number}"),
        "head_commit": objects.simple_commit(read_commit(repository.git, one.head_sha)),
        "repository": embedded,
        "head_repository": embedded,
    }


def job(world: World, one: WorkflowRun, job: Job) -> Json:
    """A job of a run."""
    repository = one.repository
    return {
        "id": job.id,
        "run_id": one.id,
        "run_url": api(world, repository, f"/actions/runs/{one.id}"),
        "run_attempt": job.attempt,
        "node_id": node_id("CheckRun", job.id),
        "head_sha": one.head_sha,
        "head_branch": one.head_branch,
        "url": api(world, repository, f"/actions/jobs/{job.id}"),
        "html_url": page(world, repository, f"/actions/runs/{one.id}/job/{job.id}"),
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": stamp_or_none(job.created_at),
        "started_at": stamp_or_none(job.started_at or job.created_at),
        "completed_at": stamp_or_none(job.completed_at),
        "name": job.name,
        "steps": job.steps,
        "check_run_url": api(world, repository, f"/check-runs/{job.id}"),
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "hub",
        "runner_group_id": 1,
        "runner_group_name": "hub",
        "workflow_name": one.workflow_name,
    }


def artifact(world: World, repository: Repository, one: Artifact) -> Json:
    """`artifact`."""
    url, owner = api(world, repository, f"/actions/artifacts/{one.id}"), repository.runs.get(one.run_id)
    made_by: Json | None = None
    if owner is not None:
        made_by = {
            "id": owner.id,
            "repository_id": repository.id,
            "head_repository_id": repository.id,
            "head_branch": owner.head_branch,
            "head_sha": owner.head_sha,
        }
    return {
        "id": one.id,
        "node_id": node_id("Artifact", one.id),
        "name": one.name,
        "size_in_bytes": len(one.zipped),
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": world.now() - one.expires_at > timedelta(0),
        "created_at": stamp(one.created_at),
        "expires_at": stamp(one.expires_at),
        "updated_at": stamp(one.created_at),
        "digest": "sha256:" + hashlib.sha256(one.zipped).hexdigest(),
        "workflow_run": made_by,
    }
