"""`python -m tdd_action prove`: the proof for people, on their own machine."""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tdd_action.git import Git, GitFailed, resolved
from tdd_action.history import Named
from tdd_action.proof.comparison import NoCertificate, first_difference
from tdd_action.proof.values import Proof, TaskProof
from tdd_action.prove import prove
from tdd_action.sources import read_config
from tdd_orchestrator.core.plan import TaskKind

USUAL_BRANCHES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "main",
    "master",
)


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """The command line of `prove`."""
    parser = argparse.ArgumentParser(
        prog="tdd prove", description="Run every RED, GREEN and REFACTOR of a range of commits again, from git alone."
    )
    parser.add_argument(
        "range", nargs="?", default="", help="BASE..HEAD; default: what HEAD adds to the default branch"
    )
    parser.add_argument("--repo", type=Path, default=Path(), help="folder of the repository (default: here)")
    parser.add_argument("--json", action="store_true", help="print the certificate instead of a table")
    parser.add_argument("--certificate", type=Path, help="write the certificate to this file")
    parser.add_argument("--against", type=Path, help="a certificate that the proof must come to again")
    parser.add_argument("--red", default="", help="the commit that ends with failing tests, where no trailer names it")
    parser.add_argument("--green", default="", help="the commit that makes them pass")
    parser.add_argument("--refactor", default="", help="the commit that tidied up")
    kinds = [kind.value for kind in TaskKind]
    parser.add_argument("--kind", choices=kinds, default=TaskKind.BEHAVIOUR.value, help="what the named commits are")
    return parser.parse_args(words)


def prove_for_people(words: Sequence[str], say: Callable[[str], None] = print) -> int:
    """Prove, print, and say by the exit code whether everything holds (0) or not (1)."""
    asked = arguments(words)
    repository = asked.repo.absolute()
    git = Git(repository)
    named = _named(git, asked)
    base, tip = _ends(git, named, asked.range) if named else span(git, asked.range)
    given = _certificate(asked.against) if asked.against else None
    proof = prove(repository, base, tip, read_config(repository, base), named=named or None)
    written = json.dumps(proof.certificate, indent=1, ensure_ascii=False)
    if asked.certificate:
        asked.certificate.write_text(written + "\n", encoding="utf-8")
    say(written if asked.json else table(proof))
    differs = "" if given is None else first_difference(given, json.loads(written))
    if differs:
        say(f"It is not what was certified: {differs}")
    return 0 if proof.holds and not differs else 1


def _named(git: Git, asked: argparse.Namespace) -> Named:
    shas = {name: resolved(git, getattr(asked, name)) for name in ("red", "green", "refactor") if getattr(asked, name)}
    return Named(**shas, kind=TaskKind(asked.kind))


def _ends(git: Git, named: Named, given: str) -> tuple[str, str]:
    """Before the first stage that is named, and the last of them; BASE may lie further back."""
    first, last = named.red or named.green or named.refactor, named.refactor or named.green or named.red
    base = given.replace("...", "..").partition("..")[0]
    return resolved(git, base or f"{first}^"), last


def _certificate(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        raise NoCertificate(f"{file} cannot be read as a certificate: {unreadable}") from unreadable
    if not isinstance(found, dict) or not str(found.get("schema", "")).startswith("tdd-certificate/"):
        raise NoCertificate(f"{file} is no certificate: it has no `schema` of ours.")
    return found


def span(git: Git, given: str) -> tuple[str, str]:
    """The two ends of a range; `...` and a single BASE are understood as well. Raises `GitFailed`."""
    if given:
        base, _, tip = given.replace("...", "..").partition("..")
        return resolved(git, base or "HEAD"), resolved(git, tip or "HEAD")
    tip = resolved(git, "HEAD")
    for branch in USUAL_BRANCHES:
        found = git.attempt("merge-base", branch, tip)
        base = found.stdout.decode().strip()
        if found.returncode == 0 and base and base != tip:
            return base, tip
    raise GitFailed("It is not clear since which commit to prove.", remedy="Name the range: tdd prove BASE..HEAD.")


def table(proof: Proof) -> str:
    """For each task what its commits claim and what was found; then the result in one line."""
    lines = [line for task in proof.tasks for line in _rows(task)]
    if proof.holds:
        tasks = "1 task" if len(proof.tasks) == 1 else f"{len(proof.tasks)} tasks"
        lines.append(f"Everything holds: {tasks}, {len(proof.runs)} runs of the tests, {proof.seconds:.1f} s.")
        lines.append(f"Certificate sha256:{proof.digest}")
    else:
        lines.append(f"It does not hold: {proof.reason}")
    return "\n".join(lines)


def _rows(task: TaskProof) -> list[str]:
    lines = [f"{task.claim.task} ({task.kind})"]
    looked = {stage.stage: stage for stage in task.stages}
    for commit in task.claim.commits:
        stage = next((each for each in looked if each == commit.stage and looked[each].commit.sha == commit.sha), None)
        mark, found = "--", "not looked at"
        if stage is not None:
            mark, found = ("ok" if looked[stage].holds else "NO"), looked[stage].found
        lines.append(f"  {mark}  {commit.stage or 'none':<9} {commit.short}  {found}")
    lines += [f"  NO  {fault}" for fault in task.faults]
    return lines
