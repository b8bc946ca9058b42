"""JSON shapes of check runs, check suites, annotations and commit statuses."""

from __future__ import annotations

from tdd_orchestrator.hub.commits import read_commit
from tdd_orchestrator.hub.shapes import basics, objects
from tdd_orchestrator.hub.shapes.basics import api, node_id, page, stamp, stamp_or_none
from tdd_orchestrator.hub.state import CheckRun, CheckSuite, CommitStatus, Json, PullRequest, Repository, World


def pull_minimal(world: World, one: PullRequest) -> Json:
    """`pull-request-minimal`."""
    repository = {
        "id": one.repository.id,
        "url": api(world, one.repository),
        "name": one.repository.name,
    }
    return {
        "id": one.id,
        "number": one.number,
        "url": api(world, one.repository, f"/pulls/{one.number}"),
        "head": {"ref": one.head_ref, "sha": one.head_sha, "repo": repository},
        "base": {"ref": one.base_ref, "sha": one.base_sha, "repo": repository},
    }


def pulls_at(world: World, repository: Repository, sha: str) -> list[Json]:
    """The open pull requests whose head is a commit; GitHub names none from forks."""
    ours = (one for one in repository.pulls.values() if one.state == "open" and one.fork is None)
    return [pull_minimal(world, one) for one in ours if one.head_sha == sha]


def check_run(world: World, repository: Repository, one: CheckRun) -> Json:
    """`check-run`. Buttons are not part of it: GitHub never shows them again through the API."""
    url = api(world, repository, f"/check-runs/{one.id}")
    return {
        "id": one.id,
        "node_id": node_id("CheckRun", one.id),
        "head_sha": one.head_sha,
        "external_id": one.external_id,
        "url": url,
        "html_url": page(world, repository, f"/runs/{one.id}"),
        "details_url": one.details_url or f"{world.url}/apps/{one.suite.app.slug}",
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": stamp_or_none(one.started_at),
        "completed_at": stamp_or_none(one.completed_at),
        "output": {
            "title": one.output.get("title"),
            "summary": one.output.get("summary"),
            "text": one.output.get("text"),
            "annotations_count": len(one.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "name": one.name,
        "check_suite": {"id": one.suite.id},
        "app": basics.app(world, one.suite.app),
        "pull_requests": pulls_at(world, repository, one.head_sha),
    }


def check_run_in_event(world: World, repository: Repository, one: CheckRun) -> Json:
    """The check run of a webhook, which embeds its suite."""
    return {
        **check_run(world, repository, one),
        "check_suite": suite_in_event(world, repository, one.suite),
    }


def suite_in_event(world: World, repository: Repository, one: CheckSuite) -> Json:
    """The check suite of a webhook about a check run."""
    return {
        "id": one.id,
        "node_id": node_id("CheckSuite", one.id),
        "head_branch": one.head_branch,
        "head_sha": one.head_sha,
        "status": one.status,
        "conclusion": one.conclusion,
        "url": api(world, repository, f"/check-suites/{one.id}"),
        "before": one.before,
        "after": one.head_sha,
        "pull_requests": pulls_at(world, repository, one.head_sha),
        "app": basics.app(world, one.app),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }


def check_suite(world: World, repository: Repository, one: CheckSuite) -> Json:
    """`check-suite` without its repository, as the webhook has it."""
    runs = sum(1 for run in repository.checks.values() if run.suite is one)
    return {
        **suite_in_event(world, repository, one),
        "head_commit": objects.simple_commit(read_commit(repository.git, one.head_sha)),
        "latest_check_runs_count": runs,
        "check_runs_url": api(world, repository, f"/check-suites/{one.id}/check-runs"),
        "rerequestable": True,
        "runs_rerequestable": True,
    }


def annotation(world: World, repository: Repository, one: Json, sha: str) -> Json:
    """`check-annotation`."""
    fields = ("start_column", "end_column", "title", "raw_details")
    return {
        "path": one["path"],
        "start_line": one["start_line"],
        "end_line": one["end_line"],
        "annotation_level": one["annotation_level"],
        "message": one["message"],
        **{name: one.get(name) for name in fields},
        "blob_href": page(world, repository, f"/blob/{sha}/{one['path']}"),
    }


def status(world: World, repository: Repository, one: CommitStatus) -> Json:
    """`status`."""
    return {
        "url": api(world, repository, f"/statuses/{one.sha}"),
        "avatar_url": f"{world.url}/avatars/{one.creator.id}",
        "id": one.id,
        "node_id": node_id("StatusContext", one.id),
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "creator": basics.user(world, one.creator),
    }
