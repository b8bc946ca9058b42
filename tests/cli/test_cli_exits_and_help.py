"""Exit codes, help, and the two ways to start the program."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tdd_orchestrator import __version__
from tdd_orchestrator.cli import app, prove
from tdd_orchestrator.core.errors import TddError
from world.command_line import Tdd
from world.small_repo import SmallRepo

COMMANDS = ("demo", "init", "ingest", "run", "prove", "status", "state", "serve", "doctor", "hub")


def with_command(monkeypatch: pytest.MonkeyPatch, raised: BaseException) -> None:
    """`tdd break` raises this."""

    def broken() -> None:
        raise raised

    monkeypatch.setattr(app, "registered_commands", [*app.registered_commands])
    app.command("break")(broken)


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (TddError("The tea is cold.", remedy="Make new tea."), 1, "tdd: The tea is cold. Make new tea.\n"),
        (RuntimeError("the pot has a hole"), 3, "RuntimeError: the pot has a hole"),
        (KeyboardInterrupt(), 130, ""),
        (typer.Abort(), 130, ""),
        (typer.Exit(7), 7, ""),
    ],
)
def test_how_a_command_ends_is_the_exit_code(
    tdd: Tdd, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, told: str
) -> None:
    with_command(monkeypatch, raised)
    said = tdd("break")
    assert said.code == code
    assert told in said.err
    assert said.out == ""


def test_a_bug_leaves_a_report_to_paste_without_what_the_command_was_given(
    tdd: Tdd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "hunter2")

    def broken(key: str) -> None:
        raise LookupError("no such leaf")

    monkeypatch.setattr(app, "registered_commands", [*app.registered_commands])
    app.command("break")(broken)
    said = tdd("break", "hunter2")
    assert said.code == 3
    assert "this is a bug of ours. Please paste" in said.err
    assert f"tdd {__version__}, Python {sys.version.split()[0]}" in said.err
    assert "command: break\n" in said.err
    assert "LookupError: no such leaf" in said.err
    assert "hunter2" not in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--nope"], "No such option: --nope"),
        (["brew"], "No such command 'brew'"),
        (["ingest"], "Missing argument 'PRD'"),
        (["status", "x"], "Input should be a valid integer"),
        (["status", "0"], "Input should be greater than or equal to 1"),
        (["state", "export", "1"], "Missing argument 'FILE'"),
        (["hub", "--port", "70000"], "Input should be less than or equal to 65535"),
        ([], "Usage: tdd"),
        (["state"], "Usage: tdd state"),
    ],
)
def test_wrong_usage_is_2(tdd: Tdd, words: list[str], told: str) -> None:
    said = tdd(*words)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_help_names_every_command_on_one_line_each(tdd: Tdd) -> None:
    said = tdd("--help")
    assert said.code == 0
    listed = [line.split() for line in said.out.partition("Commands:\n")[2].splitlines()]
    assert {words[0] for words in listed} == set(COMMANDS)
    assert max(map(len, said.out.splitlines())) <= 80
    assert "..." not in said.out.partition("Commands:")[2]


@pytest.mark.parametrize("command", [*COMMANDS, "state export"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself(tdd: Tdd, command: str, option: str) -> None:
    said = tdd(*command.split(), option)
    assert said.code == 0
    assert said.out.lower().startswith(f"usage: tdd {command}")


def test_the_version_is_told(tdd: Tdd) -> None:
    assert tdd("--version").out == f"tdd {__version__}\n"


def test_the_console_script_and_the_module_are_the_same_program() -> None:
    script = Path(sys.executable).with_name("tdd")
    ways = ([str(script)], [sys.executable, "-m", "tdd_orchestrator"])
    environ = {**os.environ, "COLUMNS": "100"}
    ends = [
        subprocess.run([*way, "status", "zero"], capture_output=True, text=True, env=environ, check=False)
        for way in ways
    ]
    assert [end.returncode for end in ends] == [2, 2]
    assert ends[0].stderr == ends[1].stderr
    assert ends[0].stderr.startswith("Usage: tdd status")


def test_a_terminal_that_lacks_letters_gets_others(repo: SmallRepo) -> None:
    (repo.path / "x.md").write_text("# Größe\n\n## REQ-1: A → B\n\nIt holds.\n\nAcceptance:\n\n- 1 is 1\n")
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "tdd_orchestrator", "ingest", "x.md"]
    end = subprocess.run(command, capture_output=True, env=environ, cwd=repo.path, check=False)
    assert (end.returncode, end.stderr) == (0, b"")
    assert "Größe" in end.stdout.decode("latin-1")
    assert "A ? B" in end.stdout.decode("latin-1")


def test_prove_hands_its_words_and_its_exit_code_through(
    tdd: Tdd, repo: SmallRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def waited_for(command: list[str]) -> int:
        asked.append(command)
        return 1

    monkeypatch.setattr(prove, "_waited_for", waited_for)
    words = ["main..HEAD", "--json", "--red", "abc", "--new-option=1", "--help", "--", "-x"]
    assert tdd("prove", *words).code == 1
    assert asked[0][:5] == [sys.executable, "-P", "-m", "tdd_action", "prove"]
    assert [word for word in asked[0][5:] if word != "--"] == [word for word in words if word != "--"]


def test_prove_is_the_real_proof(tdd: Tdd, repo: SmallRepo) -> None:
    said = tdd("prove", "HEAD..HEAD")
    assert said.code == 1
    assert said.err != ""
    assert "Traceback" not in said.err


def test_a_proof_that_is_killed_proves_nothing(tdd: Tdd, repo: SmallRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "_waited_for", lambda command: -9)
    said = tdd("prove")
    assert (said.code, said.err) == (
        1,
        "tdd: The proof was ended by signal 9. Nothing is proven; run it again.\n",
    )


def test_after_ctrl_c_the_proof_may_put_its_work_trees_away(tmp_path: Path) -> None:
    child = (
        "import pathlib, threading\n"
        "try:\n    print('ready', flush=True); threading.Event().wait()\n"
        "except KeyboardInterrupt:\n    threading.Event().wait(0.5); pathlib.Path('tidied').touch()\n"
    )
    parent = "import sys\nfrom tdd_orchestrator.cli.prove import _waited_for\n"
    parent += f"_waited_for([sys.executable, '-c', {child!r}])"
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, cwd=tmp_path, start_new_session=True, stdout=pipe, stderr=pipe, text=True) as proof:
        assert proof.stdout is not None
        assert proof.stdout.readline() == "ready\n"
        os.killpg(proof.pid, signal.SIGINT)
        _, told = proof.communicate(timeout=20)
    assert told.rstrip().endswith("KeyboardInterrupt")
    assert (tmp_path / "tidied").exists()
