"""Routes of check runs and check suites."""

from __future__ import annotations

from typing import Any, Final

from tdd_orchestrator.hub.acts import checks as acts
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused, malformed, not_found, not_supplied
from tdd_orchestrator.hub.identity import InstallationGrant
from tdd_orchestrator.hub.shapes import basics
from tdd_orchestrator.hub.shapes import checks as shapes
from tdd_orchestrator.hub.state import CheckRun, Json

LONGEST_TEXT: Final = 65_535
_STATUSES: Final = ("queued", "in_progress", "completed")
_CONCLUSIONS: Final = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out")
_LEVELS: Final = ("notice", "warning", "failure")
_BUTTON: Final = {"label": 20, "description": 40, "identifier": 20}
_ANNOTATION: Final = {"message": 65_536, "raw_details": 65_536, "title": 255}


def create(call: Call) -> Answer:
    """A new check run on a commit, by an app."""
    fields = _fields(call, creating=True)
    sha = call.repository.git.resolve(call.required("head_sha"))
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.body['head_sha']}")
    run = acts.create(call.site, call.repository, call.app, sha, fields)
    return Answer(201, shapes.check_run(call.site.world, call.repository, run))


def get(call: Call) -> Answer:
    """One check run."""
    run = call.find(call.repository.checks, "check_run_id")
    return Answer(200, shapes.check_run(call.site.world, call.repository, run))


def update(call: Call) -> Answer:
    """Change one's own check run."""
    run = call.find(call.repository.checks, "check_run_id")
    if run.suite.app is not call.app:
        raise Refused(
            403, f"Invalid app_id `{call.app.id}` - check run can only be modified by the GitHub App that created it."
        )
    acts.change(call.site, call.repository, run, _fields(call, creating=False))
    return Answer(200, shapes.check_run(call.site.world, call.repository, run))


def annotated(call: Call) -> Answer:
    """The annotations of a check run, in the order they came."""
    run, world = call.find(call.repository.checks, "check_run_id"), call.site.world
    return call.page(run.annotations, lambda one: shapes.annotation(world, call.repository, one, run.head_sha))


def rerequest(call: Call) -> Answer:
    """Ask for a check again."""
    run = call.find(call.repository.checks, "check_run_id")
    if run.status != "completed":
        raise Refused(422, "This check run is not rerequestable")
    acts.rerequest(call.site, call.repository, run, call.actor)
    return Answer(201, {})


def suite(call: Call) -> Answer:
    """One check suite."""
    return Answer(200, _suite(call))


def rerequest_suite(call: Call) -> Answer:
    """Ask for all checks of a suite again."""
    one = call.find(call.repository.suites, "check_suite_id")
    acts.rerequest_suite(call.site, call.repository, one, call.actor)
    return Answer(201, {})


def suite_runs(call: Call) -> Answer:
    """The check runs of a suite."""
    one = call.find(call.repository.suites, "check_suite_id")
    return _listed(call, [run for run in call.repository.checks.values() if run.suite is one])


def of_commit(call: Call) -> Answer:
    """The check runs of a commit; `filter=latest` (the default) gives the newest of each app and name."""
    sha = call.repository.git.resolve(call.path["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.path['ref']}")
    return _listed(call, [run for run in call.repository.checks.values() if run.head_sha == sha])


def suites_of_commit(call: Call) -> Answer:
    """The check suites of a commit."""
    sha, world = call.repository.git.resolve(call.path["ref"]), call.site.world
    found = [one for one in call.repository.suites.values() if one.head_sha == sha]
    embedded = {"repository": basics.minimal_repository(world, call.repository)}
    return call.page(found, lambda one: {**shapes.check_suite(world, call.repository, one), **embedded}, "check_suites")


def _listed(call: Call, runs: list[CheckRun]) -> Answer:
    name, status, app_id = (call.query.get(key) for key in ("check_name", "status", "app_id"))
    wanted = [
        run
        for run in runs
        if name in (None, run.name) and status in (None, run.status) and app_id in (None, str(run.suite.app.id))
    ]
    if call.query.get("filter", "latest") == "latest":
        wanted = list({(run.suite.id, run.name): run for run in wanted}.values())
    world = call.site.world
    return call.page(reversed(wanted), lambda run: shapes.check_run(world, call.repository, run), "check_runs")


def _suite(call: Call) -> Json:
    one = call.find(call.repository.suites, "check_suite_id")
    embedded = {"repository": basics.minimal_repository(call.site.world, call.repository)}
    return {**shapes.check_suite(call.site.world, call.repository, one), **embedded}


def _fields(call: Call, *, creating: bool) -> Json:
    """The body, checked against GitHub's limits; times parsed. Raises Refused (422)."""
    body = call.body
    name = call.text("name", required=creating)
    if name is not None and not name.strip():
        raise malformed("name can't be blank")
    call.text("external_id")
    url = call.text("details_url")
    if url is not None and not url.startswith(("http://", "https://")):
        raise malformed("details_url must use http or https scheme")
    _one_of("status", body.get("status"), _STATUSES)
    _one_of("conclusion", body.get("conclusion"), _CONCLUSIONS)
    times = {key: acts.parsed_time(str(body[key])) for key in ("started_at", "completed_at") if body.get(key)}
    if body.get("output") is not None:
        _check_output(body["output"], creating=creating)
    if body.get("actions") is not None:
        _check_buttons(body["actions"])
    return {**body, **times}


def _check_output(output: Any, *, creating: bool) -> None:
    for name in ("title", "summary") if creating else ("summary",):
        if output.get(name) is None:
            raise not_supplied(name)
    for name in ("summary", "text"):
        if len(output.get(name) or "") > LONGEST_TEXT:
            raise malformed(f"Only {LONGEST_TEXT} characters are allowed; {len(output[name])} were supplied.")
    listed = output.get("annotations") or []
    if len(listed) > acts.MOST_ANNOTATIONS:
        raise malformed(f"No more than {acts.MOST_ANNOTATIONS} items are allowed; {len(listed)} were supplied.")
    for one in listed:
        _check_annotation(one)


def _check_annotation(one: Json) -> None:
    for name in ("path", "start_line", "end_line", "annotation_level", "message"):
        if one.get(name) is None:
            raise not_supplied(name)
    _one_of("annotation_level", one["annotation_level"], _LEVELS)
    for name, most in _ANNOTATION.items():
        if len((one.get(name) or "").encode()) > most:
            raise malformed(f"{name} exceeds a maximum size of {most} bytes")
    if one["end_line"] < one["start_line"] or one["start_line"] < 0:
        raise malformed("end_line must not be before start_line")
    if one.get("start_column") is not None and one["start_line"] != one["end_line"]:
        raise malformed("start_column and end_column are allowed only when start_line and end_line are the same")


def _check_buttons(buttons: list[Json]) -> None:
    if len(buttons) > 3:
        raise malformed(f"No more than 3 items are allowed; {len(buttons)} were supplied.")
    for one in buttons:
        for name, most in _BUTTON.items():
            if one.get(name) is None:
                raise not_supplied(name)
            if len(one[name]) > most:
                raise malformed(f"Only {most} characters are allowed; {len(one[name])} were supplied.")


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise malformed(f"For 'properties/{name}', {value} is not a member of {list(allowed)}.")


def press(call: Call) -> Answer:
    """Not GitHub's: stands for a person's click on a button. Body: {identifier}."""
    if isinstance(call.grant, InstallationGrant):
        raise not_found()
    run = call.find(call.repository.checks, "check_run_id")
    acts.press(call.site, call.repository, run, call.required("identifier"), call.actor)
    return Answer(204)


_ROOT = "/repos/{owner}/{repo}"
READ, WRITE = ("checks:read",), ("checks:write",)
ENDPOINTS = (
    Endpoint("POST", f"{_ROOT}/check-runs", create, WRITE, apps_only=True),
    Endpoint("GET", f"{_ROOT}/check-runs/{{check_run_id}}", get, READ),
    Endpoint("PATCH", f"{_ROOT}/check-runs/{{check_run_id}}", update, WRITE, apps_only=True),
    Endpoint("GET", f"{_ROOT}/check-runs/{{check_run_id}}/annotations", annotated, READ),
    Endpoint("POST", f"{_ROOT}/check-runs/{{check_run_id}}/rerequest", rerequest, WRITE),
    Endpoint("GET", f"{_ROOT}/check-suites/{{check_suite_id}}", suite, READ),
    Endpoint("GET", f"{_ROOT}/check-suites/{{check_suite_id}}/check-runs", suite_runs, READ),
    Endpoint("POST", f"{_ROOT}/check-suites/{{check_suite_id}}/rerequest", rerequest_suite, WRITE),
    Endpoint("GET", f"{_ROOT}/commits/{{ref:path}}/check-runs", of_commit, READ),
    Endpoint("GET", f"{_ROOT}/commits/{{ref:path}}/check-suites", suites_of_commit, READ),
    Endpoint("POST", f"/_hub{_ROOT}/check-runs/{{check_run_id}}/press", press, role="read"),
)
