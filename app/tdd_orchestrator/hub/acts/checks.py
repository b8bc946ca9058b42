"""Creating and changing check runs, and what a person does with them: re-run, press a button."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tdd_orchestrator.hub.errors import Refused, malformed, not_found
from tdd_orchestrator.hub.identity import App, User
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import CheckRun, CheckSuite, Json, Repository

MOST_ANNOTATIONS: Final = 50
_GRAVEST: Final = (
    "failure",
    "timed_out",
    "cancelled",
    "action_required",
    "stale",
    "success",
    "neutral",
    "skipped",
)


def suite_for(site: Site, repository: Repository, app: App, sha: str) -> CheckSuite:
    """The suite of an app on a commit; made when it is not there yet."""
    for suite in repository.suites.values():
        if suite.app is app and suite.head_sha == sha:
            return suite
    branches = [ref for ref, at in repository.known_refs.items() if at == sha and ref.startswith("refs/heads/")]
    branch = branches[0].removeprefix("refs/heads/") if branches else None
    now = site.world.now()
    suite = CheckSuite(site.world.new_id("suite"), app, sha, branch, now, now)
    repository.suites[suite.id] = suite
    return suite


def create(site: Site, repository: Repository, app: App, sha: str, fields: Json) -> CheckRun:
    """A new check run from checked fields (see `change`)."""
    _refuse_without_conclusion(fields, None)
    suite = suite_for(site, repository, app, sha)
    run = CheckRun(site.world.new_id("check"), suite, fields["name"], sha, started_at=site.world.now())
    repository.checks[run.id] = run
    _apply(site, run, fields)
    _sum_up(site, repository, suite, app.bot)
    site.announcer.check_run("created", repository, run, app.bot)
    if run.status == "completed":
        site.announcer.check_run("completed", repository, run, app.bot)
    return run


def change(site: Site, repository: Repository, run: CheckRun, fields: Json) -> None:
    """Change what is given; annotations are added, never taken away; a conclusion means `completed`."""
    _refuse_without_conclusion(fields, run.conclusion)
    was = run.status
    _apply(site, run, fields)
    _sum_up(site, repository, run.suite, run.suite.app.bot)
    if run.status == "completed" and was != "completed":
        site.announcer.check_run("completed", repository, run, run.suite.app.bot)


def rerequest(site: Site, repository: Repository, run: CheckRun, actor: User) -> None:
    """Somebody wants the check again: the suite is queued, the run itself is left as it is."""
    _requeue(site, run.suite)
    site.announcer.check_run("rerequested", repository, run, actor)


def rerequest_suite(site: Site, repository: Repository, suite: CheckSuite, actor: User) -> None:
    """Re-run all checks."""
    _requeue(site, suite)
    site.announcer.check_suite("rerequested", repository, suite, actor)


def press(site: Site, repository: Repository, run: CheckRun, identifier: str, actor: User) -> None:
    """A person presses a button of a completed check run."""
    if run.status != "completed" or identifier not in [one["identifier"] for one in run.actions]:
        raise not_found()
    site.announcer.check_run("requested_action", repository, run, actor, requested_action={"identifier": identifier})


def _refuse_without_conclusion(fields: Json, known: str | None) -> None:
    if fields.get("status") == "completed" and not (fields.get("conclusion") or known):
        raise malformed("For 'anyOf/0', conclusion is required when status is completed.")


def _apply(site: Site, run: CheckRun, fields: Json) -> None:
    now = site.world.now()
    for name in ("name", "external_id", "details_url", "started_at", "completed_at", "actions"):
        if fields.get(name) is not None:
            setattr(run, name, fields[name])
    conclusion = fields.get("conclusion")
    status = "completed" if conclusion else fields.get("status")
    if status:
        run.status = status
    if run.status == "completed":
        run.conclusion = conclusion or run.conclusion
        run.completed_at = run.completed_at or now
    elif status:  # back to work: the old verdict is gone
        run.conclusion, run.completed_at = None, None
    output = dict(fields.get("output") or {})
    run.annotations.extend(output.pop("annotations", None) or [])
    run.output.update({name: value for name, value in output.items() if value is not None})


def _requeue(site: Site, suite: CheckSuite) -> None:
    suite.status, suite.conclusion, suite.updated_at = "queued", None, site.world.now()


def _sum_up(site: Site, repository: Repository, suite: CheckSuite, actor: User) -> None:
    """A suite shows the gravest conclusion of the newest run of each name."""
    newest = {run.name: run for run in repository.checks.values() if run.suite is suite}.values()
    was, suite.updated_at = suite.status, site.world.now()
    if all(run.status == "completed" for run in newest):
        found = {run.conclusion for run in newest}
        suite.status = "completed"
        suite.conclusion = next(word for word in _GRAVEST if word in found)
        if was != "completed":
            site.announcer.check_suite("completed", repository, suite, actor)
    else:
        started = any(run.status != "queued" for run in newest)
        suite.status, suite.conclusion = ("in_progress" if started else "queued"), None


def parsed_time(text: str) -> datetime:
    """A time of a request. Raises Refused."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refused(422, f"Invalid request.\n\n{text} is not a valid date-time.") from None
