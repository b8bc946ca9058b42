"""Who is heard as a witness of tests, and what becomes of results that no witness saw."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tdd_action.sandbox import Isolation, ProcessOutcome
from tdd_action.suites.recorded import Record, Seen, read_record, recorded
from tdd_action.suites.surefire import read_surefire
from tdd_action.suites.tdd_ear import Ear, sealed
from tdd_orchestrator.core.evidence import Ended

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by Linux's own means")
SUITES = Path(__file__).parents[2] / "action/tdd_action/suites"
WITNESS = f"""
import os, socket, sys
sys.path.insert(0, {str(SUITES)!r})
from tdd_ear import sealed
name = os.environ["TDD_WITNESS"]
talk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
talk.connect(name if "/" in name else "\\0" + name)
key = talk.recv(16)
def line(text, key=key):
    talk.sendall(f"{{sealed(key, text.encode()):x}} {{text}}\\n".encode())
"""
ONCE = WITNESS + 'line("0 pass a test")\nline("1 fail b")\n'
FORGER = WITNESS + 'line("0 pass a test")\nline("1 pass b", bytes(16))\nline("2 pass c")\n'
REPEATED = WITNESS + 'line("0 pass a test")\nline("0 pass a test")\n'
TWICE = f"{ONCE}\ntalk = socket.socket(socket.AF_UNIX)\ntalk.connect('\\0' + name)\nassert talk.recv(16) == b''\n"
GRANDCHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {ONCE!r}])\n"


class Heard:
    """An ear for children of this process, and what it was told."""

    def __init__(self, folder: str = "", distance: int = 1) -> None:
        self.lines: list[dict[str, Any]] = []
        self.ear = Ear(lambda **line: self.lines.append(line), folder, distance)
        self.ear.of(os.getpid())

    def from_child(self, program: str) -> list[tuple[str, str]]:
        environment = {**os.environ, "TDD_WITNESS": self.ear.name}
        self.code = subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode
        self.ear.close()
        return [(line["seen"], line["end"]) for line in self.lines if "seen" in line]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_witness_is_heard(heard: Heard) -> None:
    assert heard.from_child(ONCE) == [("a test", "pass"), ("b", "fail")]


def test_a_file_may_stand_for_the_name_and_a_shell_between() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are too deep for the name of a socket
        assert Heard(folder, 2).from_child(GRANDCHILD) == [("a test", "pass"), ("b", "fail")]


def test_what_a_test_process_starts_is_no_witness(heard: Heard) -> None:
    assert heard.from_child(GRANDCHILD) == []


def test_a_process_is_given_its_key_once(heard: Heard) -> None:
    assert heard.from_child(TWICE) == [("a test", "pass"), ("b", "fail")]
    assert heard.code == 0


@pytest.mark.parametrize("program", [FORGER, REPEATED])
def test_a_line_that_is_not_sealed_for_its_place_ends_the_talk(heard: Heard, program: str) -> None:
    assert heard.from_child(program) == [("a test", "pass")]
    assert any("unsealed" in line for line in heard.lines)


def test_the_seal_is_siphash() -> None:
    assert sealed(bytes(range(16)), bytes(range(15))) == 0xA129CA6149BE45E5  # the example of the paper


@pytest.mark.parametrize(
    ("first", "watched"), [([["true"]], True), ([["false"]], False), ([["no-such-compiler"], ["true"]], False)]
)
def test_nobody_is_waited_for_where_no_witness_could_be_built(
    tmp_path: Path, first: list[list[str]], *, watched: bool
) -> None:
    command = recorded(["true"], {}, tmp_path, name="t", selected=None, witness=tmp_path, first=first, merge=True)
    subprocess.run(command.argv, input=command.stdin, check=True)
    record = read_record(command)
    assert (record.exit_code, record.watched) == (0, watched)


XML = '<testsuite><testcase name="a" classname="shop.ATest"/><testcase name="b" classname="shop.ATest"/></testsuite>'


@pytest.mark.parametrize(
    ("seen", "begun", "ended"),
    [
        (("shop.ATest", "shop.ATest"), 1, Ended.COMPLETED),
        (("shop.ATest",), 1, Ended.FORGED),
        ((), 1, Ended.FORGED),
        ((), 0, Ended.COMPLETED),
        (("?",), 1, Ended.COMPLETED),
    ],
)
def test_a_java_test_that_no_witness_saw_pass_did_not_pass(
    tmp_path: Path, seen: tuple[str, ...], begun: int, ended: Ended
) -> None:
    (tmp_path / "src/test/java/shop").mkdir(parents=True)
    (tmp_path / "src/test/java/shop/ATest.java").write_text("class ATest {}\n")
    told = tuple(Seen(name, "pass", "java", str(tmp_path)) for name in seen)
    record = Record(files=(("TEST-a.xml", XML),), exit_code=0, whole=True, watched=True, begun=begun, seen=told)
    isolation = Isolation(True, True, True, True, True, ())
    outcome = ProcessOutcome(0, None, False, "", False, 1.0, isolation, "")
    assert read_surefire(record, outcome, tmp_path, None).ended is ended
