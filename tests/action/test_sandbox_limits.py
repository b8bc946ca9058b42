"""How a command ends, and what it may use."""

import os
import resource
import signal
import sys
from pathlib import Path

import pytest

from tdd_action.sandbox import Limits, run


def test_the_exit_code_and_both_streams_come_back(tmp_path: Path) -> None:
    outcome = run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], cwd=tmp_path)
    assert (outcome.exit_code, outcome.signal, outcome.timed_out, outcome.failure) == (3, None, False, "")
    assert outcome.output == "out\nerr\n"
    assert not outcome.output_cut


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGABRT])
def test_a_command_that_a_signal_ended_says_which(tmp_path: Path, number: signal.Signals) -> None:
    outcome = run(["/bin/sh", "-c", f"kill -{number.value} $$"], cwd=tmp_path)
    assert (outcome.exit_code, outcome.signal) == (None, number)


def test_a_command_that_does_not_exist_is_a_sentence_and_not_an_exception(tmp_path: Path) -> None:
    outcome = run(["no-such-command"], cwd=tmp_path)
    assert outcome.failure == "no-such-command could not be started: No such file or directory."
    assert outcome.exit_code == 127


def test_a_hundred_megabytes_of_output_leave_only_their_tail(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    flood = "import sys\nfor _ in range(100): sys.stdout.write('x' * 2**20)\nprint('the end')"
    outcome = run([sys.executable, "-c", flood], cwd=tmp_path, limits=Limits(output_bytes=5000))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert outcome.output_cut
    assert len(outcome.output) == 5000
    assert outcome.output.endswith("the end\n")
    assert grown < 20_000, "kilobytes"


def test_what_is_handed_in_can_be_read_once(tmp_path: Path) -> None:
    code = "import sys, os; print(sys.stdin.read(), os.read(0, 10), open('/proc/self/fd/0').read())"
    outcome = run([sys.executable, "-c", code], cwd=tmp_path, stdin=b"secret")
    assert outcome.output.count("secret") == 1
    with pytest.raises(ValueError, match="32768"):
        run(["true"], cwd=tmp_path, stdin=b"x" * 40_000)


@pytest.mark.parametrize(
    ("code", "limits", "signs"),
    [
        ("x = bytearray(900 * 2**20)", Limits(memory_bytes=600 * 2**20), "MemoryError"),
        ("open('big', 'wb').write(b'x' * 2**21)", Limits(file_bytes=2**20), "File too large"),
        ("a = [open('/dev/null') for _ in range(100)]", Limits(open_files=40), "Too many open files"),
    ],
)
def test_a_command_that_uses_too_much_is_refused_it(tmp_path: Path, code: str, limits: Limits, signs: str) -> None:
    outcome = run([sys.executable, "-c", code], cwd=tmp_path, limits=limits)
    assert outcome.exit_code == 1
    assert signs in outcome.output


def test_a_command_that_burns_its_processor_time_is_ended(tmp_path: Path) -> None:
    outcome = run([sys.executable, "-c", "while True: pass"], cwd=tmp_path, limits=Limits(cpu_s=1, wall_s=20))
    assert outcome.signal == signal.SIGXCPU
    assert not outcome.timed_out


def test_the_usual_limits_let_ordinary_work_through(tmp_path: Path) -> None:
    code = """
import concurrent.futures, subprocess, sys, multiprocessing
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    print(sum(pool.map(abs, range(100))))
with multiprocessing.get_context("spawn").Pool(2) as pool:
    print(pool.map(abs, [-1]))
print(subprocess.check_output([sys.executable, "-c", "print('child')"], text=True))
"""
    (tmp_path / "work.py").write_text(
        f"if __name__ == '__main__':\n    {code.strip().replace(chr(10), chr(10) + '    ')}\n"
    )
    outcome = run([sys.executable, "work.py"], cwd=tmp_path)
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.split() == ["4950", "[1]", "child"]


def test_no_descriptor_of_ours_is_handed_down(tmp_path: Path) -> None:
    kept = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(kept, True)
    try:
        outcome = run([sys.executable, "-c", "import os; print(len(os.listdir('/proc/self/fd')))"], cwd=tmp_path)
    finally:
        os.close(kept)
    assert int(outcome.output) == 4, "three streams and the listing itself"
