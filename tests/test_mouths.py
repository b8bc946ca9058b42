"""Whatever leaves this program leaves by a mouth that strikes secrets out; a new mouth without one fails here."""

import ast
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tdd_action.outputs import Outputs
from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.result import Remark, StageReport
from world.canaries import LOOKS
from world.runs import stage

ROOT = Path(__file__).parents[1]
CANARIES = [*LOOKS.values(), "a-known-secret-value"]
TEXT = " ".join(CANARIES)

WRITES = frozenset({"print", "write_text", "write_bytes", "print_exc", "write"})
MOUTHS = {
    "__main__.py": "prints through the redactor; the usage line has no text of others",
    "outputs.py": "the mouth of a runner",
    "console.py": "the certificate of `tdd prove`, on one's own machine: shas, names and classes",
    "prove.py": "proof.json through the redactor; the certificate has shas, names and classes",
    "work.py": "result.json, which `outputs` empties and writes again before anybody takes it away",
    "bench.py": "files into the workspace: code",
    "workspace.py": "git's own files",
    "sandbox/launcher.py": "pipes and files between parent and child",
    "sandbox/command.py": "a child's input",
    "serverless/landing.py": "one sentence of our own",
    "workers/human.py": "a person's files into the workspace: code",
    "workers/script.py": "files into the workspace: code",
    "workers/claude/ground.py": "files into the workspace: code",
    "workers/claude/tools.py": "files into the workspace: code",
    "workers/claude/searching.py": "a child's output, read by the conversation",
}


def writing(folder: Path) -> Iterator[str]:
    """The modules with a call that writes something somewhere; test runners' adapters write into the workspace."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("suites/") and any(_writes(node) for node in ast.walk(ast.parse(path.read_text()))):
            yield name


def _writes(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in WRITES


def test_no_module_of_a_runner_writes_that_is_not_known_to() -> None:
    assert set(writing(ROOT / "action/tdd_action")) == set(MOUTHS)


def test_whatever_is_sent_to_github_passes_the_connection() -> None:
    rooms = ROOT / "app/tdd_orchestrator"
    senders = {
        path.relative_to(rooms).as_posix()
        for path in [*(rooms / "github").rglob("*.py"), *(rooms / "server").rglob("*.py"), rooms / "engine.py"]
        if "_wire.send(" in path.read_text() or "_app.send(" in path.read_text() or "wire.send(" in path.read_text()
    }
    text_free = {"github/tokens.py", "server/setup/conversion.py"}  # they ask for a token and for an app's key
    assert senders - text_free == {"github/sending.py"}


def outputs(tmp_path: Path) -> Outputs:
    files = (tmp_path / "output", tmp_path / "summary")
    return Outputs(tmp_path / "out", *files, log=io.StringIO(), redact=Redactor(("a-known-secret-value",)))


def test_every_mouth_of_a_runner_strikes_secrets_out(tmp_path: Path) -> None:
    made = outputs(tmp_path)
    made.say(TEXT)
    made.quote(TEXT, TEXT)
    made.annotate([Remark("a.py", 1, "failure", TEXT, TEXT)])
    made.summarise(TEXT)
    made.set("result", TEXT)
    made.leave("result.json", StageReport(stage().stage, stage().state, TEXT))
    assert isinstance(made.log, io.StringIO)
    told = [made.log.getvalue(), *(path.read_text() for path in tmp_path.rglob("*") if path.is_file())]
    assert len(told) == 4
    for text in told:
        assert "***" in text
        assert [canary for canary in CANARIES if canary in text] == []


def test_every_method_that_speaks_is_tried_above() -> None:
    methods = {name for name, one in vars(Outputs).items() if callable(one) and not name.startswith("_")}
    assert methods == {"say", "quote", "annotate", "summarise", "set", "leave", "taken", "clear"}


def test_a_fault_is_told_without_secrets(tmp_path: Path) -> None:
    """In a process of its own, because the action shuts the one that it runs in."""
    told = subprocess.run(
        [sys.executable, "-m", "tdd_action"],
        env={
            **os.environ,
            "ANTHROPIC_API_KEY": "a-known-secret-value",
            "TDD_STEP": f"a-known-secret-value {LOOKS['aws']}",
            "TDD_OUT_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "***" in told.stderr
    assert [canary for canary in CANARIES if canary in told.stdout + told.stderr] == []
