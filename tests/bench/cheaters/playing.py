"""Plays one cheat for real, by the script worker, git and the suite, and says where it was stopped, and why."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cheaters.cases import Cheat
from bench.cheaters.listening import Listener
from bench.runners import equip
from tdd_action.console import prove_for_people
from tdd_action.prove import leave, prove
from tdd_action.work import work
from tdd_action.workers.script import ScriptWorker
from tdd_action.workers.script_file import read_script
from tdd_orchestrator.core.result import Assignment, StageState, Step, WorkResult
from tdd_orchestrator.core.wire import from_wire, to_wire
from world.small_repo import SmallRepo, small_repo

CANARY = "canary-7f3a"
SECRETS = {"ANTHROPIC_API_KEY": f"{CANARY}-key", "GITHUB_TOKEN": f"{CANARY}-token"}
SOURCE = Path(__file__).parents[3]
WITHOUT_EFFECT = "without effect"


@dataclass(frozen=True)
class Caught:
    """How it went: the gate that stopped it (empty: none did) and what was said."""

    cheat: Cheat
    gate: str
    said: str

    @property
    def right(self) -> bool:
        """Whether it was stopped where it should be, for the reason that it should be."""
        meant = any(reason in self.said for reason in self.cheat.reason.split("|"))
        return self.gate == self.cheat.gate and meant


def play(cheat: Cheat, place: Path) -> Caught:
    """Make the repository in `place`, try the cheat, and see."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "mark").mkdir()
    repo = small_repo(place / "repo", cheat.files)
    equip(repo.path, cheat.config.tdd.suite)
    repo.git("config", "http.extraheader", f"AUTHORIZATION: basic {CANARY}")
    if cheat.commits:
        return _proven(cheat, repo, place)
    with Listener() as listener:
        filled = {"{mark}": str(place / "mark"), "{port}": str(listener.port)}
        script = _filled(json.dumps({"version": 1, "tasks": {"TASK-1": [dict(cheat.stages)]}}), filled)
        result = (_whole if cheat.whole else _worked)(cheat, repo, place, script)
        heard = listener.heard
    if cheat.gate == "sandbox" and not heard:
        return _without_effect(cheat, place, result)
    return _judged(cheat, result) if not heard else Caught(cheat, "", f"It sent {len(heard)} bytes away.")


def _filled(text: str, values: Mapping[str, str]) -> str:
    for gap, value in values.items():
        text = text.replace(gap, value)
    return text


def _assignment(cheat: Cheat, repo: SmallRepo) -> Assignment:
    return Assignment(Step.WORK, "n0nce", "owner/tiny", 7, repo.head, repo.head, task=cheat.task, worker="script")


def _worked(cheat: Cheat, repo: SmallRepo, place: Path, script: str) -> WorkResult:
    worker = ScriptWorker(read_script("script.json", script))
    return work(_assignment(cheat, repo), repo.path, worker, cheat.config, place / "out")[0]


def _whole(cheat: Cheat, repo: SmallRepo, place: Path, script: str) -> WorkResult:
    """The step as a runner does it, with secrets in its environment."""
    (place / "script.json").write_text(script)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{SOURCE / 'action'}:{SOURCE / 'app'}",
        "TDD_STEP": "work",
        "TDD_ASSIGNMENT": json.dumps(to_wire(_assignment(cheat, repo))),
        "TDD_SCRIPT": str(place / "script.json"),
        "TDD_REPOSITORY_DIR": str(repo.path),
        "TDD_OUT_DIR": str(place / "out"),
        **SECRETS,
    }
    with (place / "log").open("w") as log:
        subprocess.run([sys.executable, "-m", "tdd_action"], env=environment, stdout=log, stderr=log, check=True)
    return from_wire(WorkResult, json.loads((place / "out" / "result.json").read_text()))


def _judged(cheat: Cheat, result: WorkResult) -> Caught:
    for report in result.stages:
        if report.state in (StageState.REFUSED, StageState.ERROR, StageState.DROPPED):
            said = " ".join(dict.fromkeys([report.sentence, *(remark.message for remark in report.remarks)]))
            return Caught(cheat, report.stage.value, said)
    notices = [remark.message for report in result.stages for remark in report.remarks]
    return Caught(cheat, "notice" if notices else "", " ".join(notices) or "It was accepted.")


def _without_effect(cheat: Cheat, place: Path, result: WorkResult) -> Caught:
    if result.tip is None and not cheat.whole:
        return _judged(cheat, result)
    if cheat.leaves_no and (place / "mark" / cheat.leaves_no).exists():
        return Caught(cheat, "", f"It left {cheat.leaves_no} behind.")
    left = [each for each in (*(place / "out").rglob("*"), place / "log") if each.is_file()]
    if sum(each.stat().st_size for each in left) > cheat.most_bytes:
        return Caught(cheat, "", "The result is flooded.")
    if leaking := [each.name for each in left if CANARY.encode() in each.read_bytes()]:
        return Caught(cheat, "", f"A secret is in {leaking[0]}.")
    return Caught(cheat, "sandbox", WITHOUT_EFFECT)


def _proven(cheat: Cheat, repo: SmallRepo, place: Path) -> Caught:
    base = repo.head
    for commit in cheat.commits:
        _commit(repo, commit)
    if cheat.forge:
        return _forged(cheat, repo, place, base)
    proof = prove(repo.path, base, repo.head, cheat.config)
    return Caught(cheat, "" if proof.holds else "prove", proof.reason)


def _commit(repo: SmallRepo, commit: Mapping[str, Any]) -> None:
    trailers = [f"TDD-Stage: {stage}" for stage in commit.get("stages", ())]
    if trailers:
        trailers = ["TDD-Task: TASK-1", "TDD-Run: pr-7", f"TDD-Kind: {commit.get('kind', 'behaviour')}", *trailers]
    repo.commit("\n\n".join(["A commit", "\n".join(trailers)]) if trailers else "A commit", commit["write"])


def _forged(cheat: Cheat, repo: SmallRepo, place: Path, base: str) -> Caught:
    """Prove, alter the certificate, and have it checked against a new proof."""
    proof = prove(repo.path, base, repo.head, cheat.config)
    leave(proof, "n0nce", place / "out")
    file = place / "out" / "certificate.json"
    certificate = json.loads(file.read_text())
    *way, last = cheat.forge["path"]
    inner = certificate
    for step in way:
        inner = inner[step]
    inner[last] = cheat.forge["value"]
    file.write_text(json.dumps(certificate))
    said: list[str] = []
    code = prove_for_people([f"{base}..HEAD", "--repo", str(repo.path), "--against", str(file)], say=said.append)
    return Caught(cheat, "certificate" if proof.holds and code == 1 else "", "\n".join(said))
