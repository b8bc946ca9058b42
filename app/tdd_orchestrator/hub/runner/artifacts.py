"""`actions/upload-artifact` and `actions/download-artifact`, on the hub's shelf of zips."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from tdd_orchestrator.hub.runner.call import Call
from tdd_orchestrator.hub.runner.errors import StepFailed
from tdd_orchestrator.hub.runner.globs import Found, find

_UPLOAD = frozenset(
    {"name", "path", "if-no-files-found", "retention-days", "compression-level", "overwrite", "include-hidden-files"}
)
_DOWNLOAD = frozenset({"name", "path", "pattern", "merge-multiple", "github-token", "run-id", "repository"})
_FORBIDDEN = frozenset('":<>|*?\r\n\\/')


async def upload(call: Call) -> Mapping[str, str]:
    """Zip files and keep them. Outputs: `artifact-id`, `artifact-url`, `artifact-digest`."""
    call.check(_UPLOAD)
    name = call.given("name", "artifact")
    if _FORBIDDEN & set(name):
        raise StepFailed(f"The artifact name is not valid: {name}")
    found = _files(call)
    if not found.files:
        return _nothing(call)
    if name in call.job.uploaded and not call.flag("overwrite"):
        raise StepFailed(f"An artifact with the name {name} already exists on this workflow run")
    call.job.uploaded.add(name)
    members = {str(path.relative_to(found.root)): path.read_bytes() for path in found.files}
    kept = call.job.actions.add_artifact(call.job.run.id, name, members)
    call.job.log.say(f"Artifact {name}: {len(members)} file{'s' * (len(members) != 1)}, {len(kept.zipped)} bytes")
    run = f"{call.job.actions.server_url}/{call.job.run.repository.full_name}/actions/runs/{call.job.run.id}"
    return {
        "artifact-id": str(kept.id),
        "artifact-url": f"{run}/artifacts/{kept.id}",
        "artifact-digest": hashlib.sha256(kept.zipped).hexdigest(),
    }


def _files(call: Call) -> Found:
    patterns = call.given("path")
    if not patterns:
        raise StepFailed("upload-artifact needs the input path")
    try:
        return find(patterns, call.frame.workspace.resolve(), hidden=call.flag("include-hidden-files"))
    except ValueError as fault:
        raise StepFailed(str(fault)) from fault


def _nothing(call: Call) -> Mapping[str, str]:
    message = f"No files were found with the provided path: {call.given('path')}. No artifacts will be uploaded."
    match call.given("if-no-files-found", "warn"):
        case "error":
            raise StepFailed(message)
        case "warn":
            call.job.log.say(f"##[warning]{message}")
        case "ignore":
            call.job.log.say(message)
        case other:
            raise StepFailed(f"if-no-files-found must be warn, error or ignore, not {other}")
    return {}


async def download(call: Call) -> Mapping[str, str]:
    """Unpack one artifact, or all that match a pattern. Outputs: `download-path`."""
    call.check(_DOWNLOAD)
    folder = call.frame.workspace / call.given("path", ".")
    run_id = _run_id(call)
    name = call.given("name")
    if name:
        chosen = {name: folder}
    else:
        pattern, merged = call.given("pattern", "*"), call.flag("merge-multiple")
        names = sorted(one for one in _names(call, run_id) if fnmatchcase(one, pattern))
        chosen = {one: folder if merged else folder / one for one in names}
    for one, target in chosen.items():
        zipped = call.job.actions.get_artifact(run_id, one)
        if zipped is None:
            raise StepFailed(f"Unable to download artifact(s): Artifact not found for name: {one}")
        await asyncio.to_thread(_unpack, zipped, target)
        call.job.log.say(f"Artifact {one} is unpacked into {target}")
    return {"download-path": str(folder)}


def _run_id(call: Call) -> int:
    """Another run's artifacts need a token, as on GitHub."""
    given = call.given("run-id")
    if not given or given == str(call.job.run.id):
        return call.job.run.id
    if not call.given("github-token"):
        raise StepFailed("download-artifact needs github-token to read the artifacts of another run")
    try:
        return call.job.actions.get(int(given)).id
    except (KeyError, ValueError) as fault:
        raise StepFailed(f"There is no workflow run {given}") from fault


def _names(call: Call, run_id: int) -> set[str]:
    repository = call.job.actions.get(run_id).repository
    return {one.name for one in repository.artifacts.values() if one.run_id == run_id}


def _unpack(zipped: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(folder)  # zipfile keeps members inside the folder
