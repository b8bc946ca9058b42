"""Proves the claims of a range of commits again, from git alone: no model, no secret, no state of ours."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tdd_action.bench import Bench, suites_of
from tdd_action.git import resolved
from tdd_action.history import History, Named, named_history, read_history
from tdd_action.proof.certificate import certificate, digest
from tdd_action.proof.claim import Case, looked_at, tried
from tdd_action.proof.tip import tip_reasons
from tdd_action.proof.unclaimed import unclaimed_reasons
from tdd_action.proof.values import NothingToProve, Proof
from tdd_action.work import remarks
from tdd_action.workspace import Workspace, workspace
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.result import ProofResult, Remark, Stage
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.wire import to_wire

PROOF = "proof.json"
CERTIFICATE = "certificate.json"


def prove(
    repository: Path,
    base: str,
    tip: str,
    config: Config,
    *,
    task: PlannedTask | None = None,
    tasks: tuple[PlannedTask, ...] = (),
    bundle: Path | None = None,
    within: Path | None = None,
    named: Named | None = None,
    start: str = "",
) -> Proof:
    """Try every claim in `base..tip`. `task`, where it is known, binds the range to one task as it was planned, and
    `tasks` to several.

    `bundle` is a git bundle that holds what the repository lacks; where that includes `base`, `start` is what it has.
    `named` are stages of one change without trailers:
    then they are all that is proven. Raises `NothingToProve` where nothing is claimed.
    """
    started = time.monotonic()
    planned = {each.key: each for each in (tasks or ((task,) if task else ()))}
    with workspace(repository, start or base, within=within) as place:
        if bundle is not None:
            place.take(bundle)
        first, last = resolved(place.git, base), resolved(place.git, tip)
        if start:
            place.move_to(first)
            place.checkout(first)
        history = named_history(place.git, first, named) if named else read_history(place.git, first, last)
        if not history.claims:
            raise NothingToProve(
                f"There are no commits with TDD-Task trailers between {first[:12]} and {last[:12]}.",
                remedy="Name the range: tdd prove BASE..HEAD.",
            )
        bench = Bench(suites_of(config, place.tree), place, float(config.tdd.test_seconds))
        faults = tuple(_range_faults(place, history, first, last, tuple(planned)))
        proof = Proof(first, last, (), faults)
        if not faults:
            proof = _tried(bench, proof, history, config, planned)
        proof = replace(proof, seconds=time.monotonic() - started, runs=tuple(bench.runs))
        written = certificate(proof, bench, written_at=time.time())
        return replace(proof, certificate=written, digest=digest(written))


def _range_faults(place: Workspace, history: History, base: str, tip: str, keys: tuple[str, ...]) -> Iterator[str]:
    if place.git.attempt("merge-base", "--is-ancestor", base, tip).returncode:
        yield f"{tip[:12]} does not descend from {base[:12]}, so nothing between them can be proven."
    claimed = [claim.task for claim in history.claims]
    if keys and sorted(claimed) != sorted(keys):
        yield f"The commits claim {', '.join(claimed)}, but the assignment is for {', '.join(keys)}."


def _tried(bench: Bench, proof: Proof, history: History, config: Config, planned: Mapping[str, PlannedTask]) -> Proof:
    """Look at all tasks before any test is run; what was decided by looking needs no run."""
    cases = [Case(bench, claim, config, planned.get(claim.task)) for claim in history.claims]
    looked = [looked_at(case) for case in cases]
    proof = replace(proof, tasks=tuple(looked))
    if proof.holds:
        proof = replace(proof, tasks=tuple(tried(case, seen) for case, seen in zip(cases, looked, strict=True)))
    if not proof.holds:
        return proof
    against = tip_reasons(bench, proof.base, proof.tip, proof.tasks)
    return replace(proof, reasons=against or unclaimed_reasons(bench.workspace, history.others, config.tests))


def leave(proof: Proof, nonce: str, out: Path) -> ProofResult:
    """Write `proof.json` and `certificate.json`, and give what the first of them holds."""
    result = result_of(proof, nonce)
    _write(out, PROOF, to_wire(result))
    leave_certificate(proof, out)
    return result


def leave_certificate(proof: Proof, out: Path, task: str = "") -> None:
    """Write `certificate.json`; with a task `certificate-TASK-2.json`."""
    name = Path(CERTIFICATE)
    _write(out, f"{name.stem}-{task}{name.suffix}" if task else CERTIFICATE, proof.certificate)


def _write(out: Path, name: str, value: object) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def result_of(proof: Proof, nonce: str) -> ProofResult:
    """The proof as it is handed over."""
    result = ProofResult(  # the certificate holds shas, names and classes: nothing that a test printed
        nonce=nonce,
        tip=proof.tip,
        holds=proof.holds,
        reason=proof.reason,
        remarks=_remarks(proof),
        digest=proof.digest,
        seconds=round(proof.seconds, 3),
        suite_runs=len(proof.runs),
        tests=tuple(name for task in proof.tasks for name in task.test_names),
    )
    return Redactor().value(result)


def _remarks(proof: Proof) -> tuple[Remark, ...]:
    found = [
        remark
        for task in proof.tasks
        for stage in task.stages
        for remark in remarks(task.claim.task, stage.stage, stage.reasons)
    ]
    return (*found, *remarks("Tip", Stage.PROVE, proof.reasons))
