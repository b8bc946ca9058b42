"""A push as a compare-and-swap: what the server said, told apart by what must follow."""

from dataclasses import dataclass

from tdd_orchestrator.github.bare import Bare, Ran, failure


@dataclass(frozen=True, slots=True)
class Pushed:
    """The ref moved, or was there already."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The ref could not be moved; most often because it was not where it was expected."""

    reason: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The server will not have it: a ruleset, a hook, a permission. `reason` is its own text."""

    reason: str


PushOutcome = Pushed | Lost | Declined
RACED = ("stale info", "fetch first", "non-fast-forward", "failed to update ref", "cannot lock ref", "already exists")


async def swap(bare: Bare, ref: str, expected: str, sha: str, *, delete: tuple[str, str] | None = None) -> PushOutcome:
    """Move `ref` from `expected` ("": nowhere) to `sha`, and nothing else; `delete` is a ref that goes with the same
    request, and the commit that it must be at.
    """
    leases, refspecs = [_lease(ref, expected)], [f"{sha}:{ref}"]
    if delete is not None:
        leases, refspecs = [*leases, _lease(*delete)], [*refspecs, f":{delete[0]}"]
    ran = await bare.online("push", "--porcelain", *leases, "origin", *refspecs, codes=(0, 1, 128))
    return _outcome(ran, ref)


async def remove(bare: Bare, ref: str, expected: str) -> None:
    """Delete a ref if it is at `expected`; one that has moved, or that the server keeps, is left."""
    await bare.online("push", "--porcelain", _lease(ref, expected), "origin", f":{ref}", codes=(0, 1))


def _lease(ref: str, expected: str) -> str:
    return f"--force-with-lease={ref}:{expected}"


def _outcome(ran: Ran, ref: str) -> PushOutcome:
    """Read `git push --porcelain`: a flag, `from:to` and a summary per ref, parted by tabs."""
    for line in ran.text.splitlines():
        flag, _, rest = line.partition("\t")
        names, _, summary = rest.partition("\t")
        if names.rpartition(":")[2] != ref:
            continue
        if flag != "!":
            return Pushed()
        if any(sign in summary for sign in RACED):
            return Lost(_told(ran, summary))
        return Declined(_told(ran, summary))
    if ran.code == 0:
        return Pushed()
    raise failure("push", ran)


def _told(ran: Ran, summary: str) -> str:
    """The server's own lines, or else git's summary."""
    remote = [line.removeprefix("remote:").strip() for line in ran.told.splitlines() if line.startswith("remote:")]
    return " ".join(filter(None, [*remote, summary.strip()]))[:2000]
