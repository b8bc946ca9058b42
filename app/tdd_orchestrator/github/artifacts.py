"""Artifacts of workflow runs: zip files from a machine that ran other people's code, so they are not trusted.

The archive is read in memory and never unpacked to a disk; sizes are counted while reading, because a zip's own figures
may lie.
"""

import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath

import httpx

from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import Gone, NotFound, UnsafeArtifact, Weather
from tdd_orchestrator.github.http import TIMEOUT, USER_AGENT, trust
from tdd_orchestrator.github.views import epoch

PROVEN, WORKED = "tdd-result", "tdd-work"
RESULT_NAMES = (PROVEN, WORKED)
PROOFS = ("proof.json", "certificate.json")
"""What the job `prove` alone may say: in what the job `work` left, which ran the worker, these count for nothing."""
BUNDLE = "work.bundle"
REPORTS = ("result.json", "results.json", "proof.json")
LARGEST = 100_000_000
MOST_FILES = 10_000
CHUNK = 1 << 16
# What Python's zipfile raises for archives that are damaged, encrypted or strangely made.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
)


async def result_files(
    connection: Connection, workflow_run: int, *, since: float = 0.0, tip: str = "", largest: int = LARGEST
) -> dict[str, bytes]:
    """The files of the newest artifact `tdd-result`, else `tdd-work`, of a run.

    A run that was run again keeps the artifacts of its earlier attempts: those made before `since` (epoch seconds, when
    the attempt began) are passed over. Where a `tip` is named, the newest is taken that speaks of this commit.
    `{}` where there is none, where it has expired, and where the run was deleted. A proof is read from `tdd-result`
    only.
    """
    try:
        for artifact, name in await _that_count(connection, workflow_run, since):
            files = unpacked(await _download(connection, artifact, largest), largest)
            if name == WORKED:
                files = {path: content for path, content in files.items() if path not in PROOFS}
            if speaks_of(files, tip):
                return files
    except (Gone, NotFound):
        return {}
    return {}


async def _that_count(connection: Connection, workflow_run: int, since: float) -> tuple[tuple[int, str], ...]:
    """Id and name of the artifacts that count, the best first."""
    found: list[tuple[int, int]] = []
    route = "/repos/{repo}/actions/runs/{run}/artifacts"
    async for artifact in connection.pages(route, inside="artifacts", run=workflow_run):
        name, made = str(artifact["name"]), epoch(artifact.get("created_at"))
        if name in RESULT_NAMES and not artifact.get("expired") and (made >= since or not made):
            found.append((RESULT_NAMES.index(name), -int(artifact["id"])))
    return tuple((-negative, RESULT_NAMES[place]) for place, negative in sorted(found))


def speaks_of(files: dict[str, bytes], tip: str) -> bool:
    """Whether one of the reports among these files names the commit."""
    return not tip or any(tip.encode() in files.get(name, b"") for name in REPORTS)


async def _download(connection: Connection, artifact: int, largest: int) -> bytes:
    """The zip. GitHub answers with an address elsewhere, good for a minute; our token stays here."""
    answer = await connection.get("/repos/{repo}/actions/artifacts/{artifact}/zip", artifact=artifact)
    return await downloaded(answer, largest, f"Artifact {artifact}")


async def downloaded(answer: Answer, largest: int, what: str) -> bytes:
    """What an answer leads to: GitHub keeps artifacts and logs elsewhere. `UnsafeArtifact` for more than `largest`."""
    if answer.status != 302:
        return answer.content
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, verify=trust(), follow_redirects=True) as plain,
            plain.stream("GET", answer.headers["location"], headers={"User-Agent": USER_AGENT}) as response,
        ):
            response.raise_for_status()
            return await _read(response, largest, what)
    except httpx.HTTPError as broken:
        raise Weather(f"{what} could not be downloaded ({type(broken).__name__}).") from broken


async def _read(response: httpx.Response, largest: int, what: str) -> bytes:
    kept = bytearray()
    async for chunk in response.aiter_bytes(CHUNK):
        kept += chunk
        if len(kept) > largest:
            raise UnsafeArtifact(f"{what} is larger than {largest} bytes; none of ours is.")
    return bytes(kept)


def unpacked(zipped: bytes, largest: int = LARGEST) -> dict[str, bytes]:
    """The files of a zip by their name.

    `UnsafeArtifact` for names that leave the archive, too many files or too many bytes.
    """
    files: dict[str, bytes] = {}
    left = largest
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            if len(archive.infolist()) > MOST_FILES:
                raise UnsafeArtifact(f"The artifact holds more than {MOST_FILES} files.")
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                name = _plain(entry)
                with archive.open(entry) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise UnsafeArtifact(f"The artifact unpacks to more than {largest} bytes.")
                files[name] = content
    except BROKEN as broken:
        raise UnsafeArtifact(f"The artifact is not a zip file that can be read: {broken}") from broken
    return files


def _plain(entry: zipfile.ZipInfo) -> str:
    """The entry's name, if it is a plain relative path of a regular file."""
    name = entry.filename
    path = PurePosixPath(name)
    kind = entry.external_attr >> 16 & 0o170000
    odd = "\\" in name or ":" in name or any(ord(letter) < 32 for letter in name)
    if odd or path.is_absolute() or ".." in path.parts or str(path) != name or kind not in (0, 0o100000):
        raise UnsafeArtifact(f"The artifact holds {name!r}, which is not a plain file below it.")
    return name
