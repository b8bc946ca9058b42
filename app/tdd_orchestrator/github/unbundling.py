"""A bundle from a runner: read only if it is whole, checks out, and holds the commit that was proven."""

from dataclasses import dataclass

from tdd_orchestrator.github.bare import Bare


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why the bundle is of no use."""

    reason: str


async def unbundle(bare: Bare, bundle: bytes, tip: str) -> Unreadable | None:
    """Bring the bundle's commits into the repository, every object checked."""
    place = bare.directory / "work.bundle"
    place.write_bytes(bundle)
    listed = await bare.git("bundle", "list-heads", str(place), codes=(0, 1, 128))
    heads = [line.split(" ", 1) for line in listed.text.splitlines() if " " in line]
    name = next((name for sha, name in heads if sha == tip), None)
    if name is None:
        return Unreadable(f"The bundle does not hold {tip[:12]}, the commit that was proven.")
    # Its pack may build on contents that were not fetched; git then asks the remote for them.
    fetched = await bare.git(
        "-c",
        "fetch.fsckObjects=true",
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        str(place),
        f"+{name}:refs/tdd/work",
        codes=(0, 1, 128),
        protocols="http:https:file",
    )
    if fetched.code:
        return Unreadable(f"The bundle cannot be read: {' '.join(fetched.told.split())[-300:]}")
    return None
