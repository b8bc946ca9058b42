"""Routes of GitHub Actions: dispatches, runs, jobs, logs, artifacts."""

from __future__ import annotations

import hashlib
import hmac
import io
import zipfile
from datetime import timedelta
from typing import Final

from tdd_orchestrator.hub.acts import dispatch as acts
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused, malformed, not_found
from tdd_orchestrator.hub.shapes import runs as shapes
from tdd_orchestrator.hub.shapes.basics import api, page
from tdd_orchestrator.hub.state import Artifact, WorkflowRun

DOWNLOAD_LIFE: Final = timedelta(minutes=1)


def dispatch(call: Call) -> Answer:
    """Start a run. Its id is told when asked for, and always from API version 2026-03-10 on."""
    if call.site.enterprise and "return_run_details" in call.body:
        raise Refused(422, 'Invalid request.\n\n"return_run_details" is not a permitted key.')
    inputs = call.body.get("inputs") or {}
    if not isinstance(inputs, dict):
        raise malformed("For 'properties/inputs', the value is not an object.")
    run = acts.dispatch(call.site, call.repository, call.actor, call.path["workflow_id"], call.required("ref"), inputs)
    if not call.body.get("return_run_details") and call.version < "2026":
        return Answer(204)
    world = call.site.world
    return Answer(
        200,
        {
            "workflow_run_id": run.id,
            "run_url": api(world, call.repository, f"/actions/runs/{run.id}"),
            "html_url": page(world, call.repository, f"/actions/runs/{run.id}"),
        },
    )


def listing(call: Call) -> Answer:
    """All runs, newest first, by event, status (or conclusion), branch, head_sha and `created` (>=, <=, a day)."""
    return _listed(call, list(call.repository.runs.values()))


def of_workflow(call: Call) -> Answer:
    """The runs of one workflow file."""
    wanted = call.path["workflow_id"]
    found = [
        run
        for run in call.repository.runs.values()
        if wanted
        in (
            run.workflow_path.rpartition("/")[2],
            str(call.site.world.workflow_id(call.repository, run.workflow_path)),
        )
    ]
    if not found and not wanted.isdigit():
        path = f"{acts.FOLDER}/{wanted}"
        if call.repository.git.file(call.repository.default_branch, path) is None:
            raise not_found()
    return _listed(call, found)


def _listed(call: Call, runs: list[WorkflowRun]) -> Answer:
    event, status, branch = (call.query.get(key) for key in ("event", "status", "branch"))
    sha, created, actor = (call.query.get(key) for key in ("head_sha", "created", "actor"))
    found = [
        run
        for run in reversed(runs)
        if event in (None, run.event)
        and status in (None, run.status, run.conclusion)
        and branch in (None, run.head_branch)
        and sha in (None, run.head_sha)
        and actor in (None, run.actor.login)
        and (created is None or _within(run, created))
    ]
    return call.page(found, lambda run: shapes.run(call.site.world, run), "workflow_runs")


def _within(run: WorkflowRun, wanted: str) -> bool:
    at = run.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for sign, holds in ((">=", at.__ge__), ("<=", at.__le__), (">", at.__gt__), ("<", at.__lt__)):
        if wanted.startswith(sign):
            return bool(holds(wanted.removeprefix(sign)))
    if ".." in wanted:
        first, _, last = wanted.partition("..")
        return first <= at and (last == "*" or at[: len(last)] <= last)
    return at.startswith(wanted)


def get(call: Call) -> Answer:
    """One run."""
    return Answer(200, shapes.run(call.site.world, _run(call)))


def delete(call: Call) -> Answer:
    """Forget a completed run."""
    run = _run(call)
    if run.status != "completed":
        raise Refused(403, "Unable to delete a workflow run that is not completed")
    del call.repository.runs[run.id]
    return Answer(204)


def jobs(call: Call) -> Answer:
    """The jobs of a run's latest attempt; of all with `filter=all`."""
    run = _run(call)
    every = call.query.get("filter") == "all"
    found = [job for job in run.jobs if every or job.attempt == run.attempt]
    return call.page(found, lambda job: shapes.job(call.site.world, run, job), "jobs")


def job_log(call: Call) -> Answer:
    """The text that a job wrote. GitHub redirects to a store; so does the hub."""
    number = call.number("job_id")
    for run in call.repository.runs.values():
        for job in run.jobs:
            if job.id == number:
                return _redirect(call, f"logs/{job.id}")
    raise not_found()


def run_log(call: Call) -> Answer:
    """The texts of all jobs, as a zip."""
    return _redirect(call, f"runs/{_run(call).id}")


def cancel(call: Call) -> Answer:
    """Stop a run."""
    run = _run(call)
    if run.status == "completed":
        raise Refused(409, "Cannot cancel a workflow run that is completed.")
    call.site.actions.cancel(run.id)
    return Answer(202, {})


def rerun(call: Call) -> Answer:
    """Another attempt."""
    call.site.actions.rerun(_completed(call).id)
    return Answer(201, {})


def rerun_failed_jobs(call: Call) -> Answer:
    """Another attempt of the jobs that did not succeed, and of those that need them."""
    run = _completed(call)
    if run.conclusion == "success":
        raise Refused(403, "This workflow run cannot be retried")
    call.site.actions.rerun(run.id, only_failed=True)
    return Answer(201, {})


def _completed(call: Call) -> WorkflowRun:
    run = _run(call)
    if run.status != "completed":
        raise Refused(403, "This workflow is already running")
    return run


def artifacts(call: Call) -> Answer:
    """What a run left behind, newest first."""
    number, name = _run(call).id, call.query.get("name")
    found = [one for one in call.repository.artifacts.values() if one.run_id == number and name in (None, one.name)]
    return _artifacts(call, found)


def all_artifacts(call: Call) -> Answer:
    """What all runs left behind."""
    name = call.query.get("name")
    return _artifacts(call, [one for one in call.repository.artifacts.values() if name in (None, one.name)])


def _artifacts(call: Call, found: list[Artifact]) -> Answer:
    if call.query.get("direction") != "asc":
        found.reverse()
    return call.page(found, lambda one: shapes.artifact(call.site.world, call.repository, one), "artifacts")


def artifact(call: Call) -> Answer:
    """One artifact."""
    one = call.find(call.repository.artifacts, "artifact_id")
    return Answer(200, shapes.artifact(call.site.world, call.repository, one))


def download(call: Call) -> Answer:
    """Where the zip can be fetched for one minute without a token."""
    one = call.find(call.repository.artifacts, "artifact_id")
    if call.path["archive_format"] != "zip":
        raise not_found()
    if one.expires_at <= call.site.world.now():
        raise Refused(410, "Artifact has expired")
    return _redirect(call, f"artifacts/{one.id}")


def _redirect(call: Call, what: str) -> Answer:
    until = int((call.site.world.now() + DOWNLOAD_LIFE).timestamp())
    path = f"{call.repository.full_name}/{what}"
    url = f"{call.site.world.url}/_hub/store/{path}?until={until}&sig={_signature(call, path, until)}"
    return Answer(302, None, {"location": url})


def _signature(call: Call, path: str, until: int) -> str:
    return hmac.new(call.site.world.signing_key, f"{path} {until}".encode(), hashlib.sha256).hexdigest()


def store(call: Call) -> Answer:
    """The store behind the redirects: whoever has the signed address may read, for as long as it is valid."""
    kind, number = call.path["kind"], call.number("number")
    path = f"{call.path['owner']}/{call.path['name']}/{kind}/{number}"
    until = call.query.get("until", "0")
    right = until.isdigit() and hmac.compare_digest(call.query.get("sig", ""), _signature(call, path, int(until)))
    if not right or int(until) < call.site.world.now().timestamp():
        raise Refused(403, "Signature not valid or expired")
    repository = call.site.world.repository(f"{call.path['owner']}/{call.path['name']}")
    match kind:
        case "artifacts":
            return Answer(200, repository.artifacts[number].zipped, media_type="application/zip")
        case "runs":
            return Answer(200, _zipped_logs(repository.runs[number]), media_type="application/zip")
        case _:
            logs = {job.id: job.log for run in repository.runs.values() for job in run.jobs}
            return Answer(200, logs[number], media_type="text/plain; charset=utf-8")


def _zipped_logs(run: WorkflowRun) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, job in enumerate(run.jobs):
            archive.writestr(f"{number}_{job.name}.txt", job.log)
    return packed.getvalue()


def _run(call: Call) -> WorkflowRun:
    return call.find(call.repository.runs, "run_id")


_ROOT = "/repos/{owner}/{repo}/actions"
_RUN = f"{_ROOT}/runs/{{run_id}}"
READ, WRITE = ("actions:read",), ("actions:write",)
ENDPOINTS = (
    Endpoint("POST", f"{_ROOT}/workflows/{{workflow_id}}/dispatches", dispatch, WRITE),
    Endpoint("GET", f"{_ROOT}/workflows/{{workflow_id}}/runs", of_workflow, READ),
    Endpoint("GET", f"{_ROOT}/runs", listing, READ),
    Endpoint("GET", _RUN, get, READ),
    Endpoint("DELETE", _RUN, delete, WRITE),
    Endpoint("GET", f"{_RUN}/jobs", jobs, READ),
    Endpoint("GET", f"{_RUN}/logs", run_log, READ, role="read"),
    Endpoint("GET", f"{_ROOT}/jobs/{{job_id}}/logs", job_log, READ, role="read"),
    Endpoint("POST", f"{_RUN}/cancel", cancel, WRITE),
    Endpoint("POST", f"{_RUN}/rerun", rerun, WRITE),
    Endpoint("POST", f"{_RUN}/rerun-failed-jobs", rerun_failed_jobs, WRITE),
    Endpoint("GET", f"{_RUN}/artifacts", artifacts, READ),
    Endpoint("GET", f"{_ROOT}/artifacts", all_artifacts, READ),
    Endpoint("GET", f"{_ROOT}/artifacts/{{artifact_id}}", artifact, READ),
    Endpoint("GET", f"{_ROOT}/artifacts/{{artifact_id}}/{{archive_format}}", download, READ, role="read"),
    Endpoint("GET", "/_hub/store/{owner}/{name}/{kind}/{number}", store, door="anyone"),
)
