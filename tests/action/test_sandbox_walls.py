"""What somebody else's code can see and leave behind: canaries, run as we are and as an ordinary user."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tdd_action.sandbox import Limits, ProcessOutcome, is_undumpable, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")

SOURCE = Path(__file__).parents[2]
PATHS = [str(SOURCE / "action"), str(SOURCE / "app")]


def python(code: str, cwd: Path, **options: Any) -> ProcessOutcome:
    return run([sys.executable, "-c", textwrap.dedent(code)], cwd=cwd, **options)


@pytest.fixture(params=[True, False], ids=["with namespaces", "without namespaces"])
def namespaces(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def alive(marker: str) -> bool:
    """Whether a process with this word among its arguments is there."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False


def gone(marker: str) -> bool:
    deadline = time.monotonic() + 3
    while alive(marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_secret_of_the_parent_is_not_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_KEY", "canary-1")
    monkeypatch.setenv("WANTED", "yes")
    outcome = python(
        "import os; print(sorted(os.environ.items()))", tmp_path, env_allow=["WANTED"], extra_env={"MORE": "more"}
    )
    assert "canary-1" not in outcome.output
    assert "('WANTED', 'yes')" in outcome.output
    assert "('MORE', 'more')" in outcome.output


def test_home_and_temporary_folder_are_fresh_and_gone_afterwards(tmp_path: Path) -> None:
    outcome = python(
        """
        import os, pathlib, tempfile
        hidden = pathlib.Path.home() / "a" / "b"
        hidden.mkdir(parents=True)
        hidden.parent.chmod(0)
        tempfile.mkstemp()
        print(pathlib.Path.home(), tempfile.gettempdir())
        """,
        tmp_path,
    )
    home, scratch = outcome.output.split()
    assert home != str(Path.home())
    assert not Path(home).exists()
    assert not Path(scratch).exists()


PARENT = """
import pathlib, sys
sys.path[:0] = {paths!r}
from tdd_action.sandbox import make_undumpable, run
assert make_undumpable()
import os
peek = f"cat /proc/{{os.getpid()}}/environ /proc/{{os.getpid()}}/mem | head -c 4000"
for namespaces in (True, False):
    outcome = run(["/bin/sh", "-c", peek], cwd=pathlib.Path("/"), namespaces=namespaces)
    assert outcome.isolation.undumpable_parent
    print(outcome.output)
"""


CAPTURED: Any = {"capture_output": True, "text": True}


def as_ourselves(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run([sys.executable, "-c", code], env=environment, **CAPTURED)


def as_nobody(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code as an ordinary user, with a Python that such a user can start."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    nobody = pwd.getpwnam("nobody")
    them: Any = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], **CAPTURED}
    shared = next((each for each in (sys.executable, "/usr/bin/python3") if starts(each, them)), None)
    if shared is None:
        pytest.skip("there is no Python 3.11 here that an ordinary user may start")
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run([shared, "-c", code], env=environment, **them)


def starts(interpreter: str, them: Any) -> bool:
    probe = f"import sys; sys.path[:0] = {PATHS!r}; import tdd_action; assert sys.version_info >= (3, 11)"
    try:
        return bool(subprocess.run([interpreter, "-c", probe], **them).returncode == 0)
    except OSError:
        return False


@pytest.mark.parametrize("somebody", [as_ourselves, as_nobody])
def test_the_environment_of_the_parent_cannot_be_read(somebody: Any) -> None:
    code = PARENT.format(paths=PATHS)
    done = somebody(code, MODEL_KEY="canary-2")
    assert done.returncode == 0, done.stderr
    assert "canary-2" not in done.stdout
    assert "denied" in done.stdout.lower()


def test_a_child_that_fled_into_its_own_session_does_not_outlive_the_command(tmp_path: Path, namespaces: bool) -> None:
    marker = f"fled-{os.getpid()}-{namespaces}"
    outcome = python(
        f"""
        import subprocess, sys
        sleep = "import time; time.sleep(60)"
        again = "import subprocess as s, sys; s.Popen([sys.executable, '-c', *sys.argv[1:]], start_new_session=True)"
        subprocess.run([sys.executable, "-c", again, sleep, {marker!r}], start_new_session=True)
        print("done")
        """,
        tmp_path,
        namespaces=namespaces,
    )
    assert (outcome.exit_code, outcome.output.strip()) == (0, "done")
    assert gone(marker)


def test_when_time_is_up_everything_is_killed(tmp_path: Path, namespaces: bool) -> None:
    marker = f"late-{os.getpid()}-{namespaces}"
    outcome = python(
        f"""
        import subprocess, sys, time, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", {marker!r}], start_new_session=True)
        print("started", flush=True)
        time.sleep(60)
        """,
        tmp_path,
        limits=Limits(wall_s=0.6),
        namespaces=namespaces,
    )
    assert outcome.timed_out
    assert outcome.exit_code is None
    assert outcome.seconds < 4
    assert "started" in outcome.output
    assert gone(marker)
    assert outcome.isolation.pid_namespace <= namespaces


BOMB = """
import os, time
for _ in range(400):
    try:
        if os.fork() == 0:
            time.sleep(30)
    except OSError as fault:
        print("refused", fault.errno, flush=True)
        os._exit(9)
time.sleep(30)
"""


def test_a_fork_bomb_is_stopped(tmp_path: Path) -> None:
    outcome = python(BOMB, tmp_path, limits=Limits(wall_s=8, processes=60))
    if any("not limited for root" in weakness for weakness in outcome.isolation.weaknesses):
        pytest.skip("this kernel gives root no way to be counted")
    assert "more than 60 processes" in outcome.failure or "refused" in outcome.output
    assert outcome.seconds < 8


def test_without_network_nothing_outside_answers_but_localhost_does(tmp_path: Path) -> None:
    outcome = python(
        """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(server.getsockname()).close()
        print("local")
        try:
            socket.create_connection(("192.0.2.1", 9), timeout=2)
        except OSError as fault:
            print(fault.strerror)
        """,
        tmp_path,
    )
    assert outcome.output.startswith("local")
    if not outcome.isolation.network_off:
        pytest.skip("this kernel does not let us take the network away")
    assert "unreachable" in outcome.output


def test_where_the_network_is_wanted_the_outcome_says_that_it_was_there(tmp_path: Path) -> None:
    assert not python("", tmp_path, network=True).isolation.network_off


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_keeps_its_files_and_its_name(open_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    if os.geteuid() == 0:
        os.chown(open_folder, nobody.pw_uid, nobody.pw_gid)
    code = f"""
import pathlib, sys
sys.path[:0] = {PATHS!r}
from tdd_action.sandbox import run, Limits
inside = "import os; open('a', 'w').write('x'); os.chmod('a', 0); print(os.getuid(), os.access('a', os.R_OK))"
outcome = run([sys.executable, "-c", inside], cwd=pathlib.Path({str(open_folder)!r}), writable=[])
print(outcome.output, outcome.isolation)
small = Limits(wall_s=1.5, processes=60)
bomb = run([sys.executable, "-c", {BOMB!r}], cwd=pathlib.Path("/"), limits=small, namespaces=False)
print("bomb", bomb.output, bomb.failure, bomb.timed_out)
"""
    done = as_nobody(code)
    assert done.stdout.startswith(f"{nobody.pw_uid} False"), done.stderr
    assert (open_folder / "a").stat().st_uid == nobody.pw_uid
    assert "files_shut=True" in done.stdout or "own_proc=False" in done.stdout
    assert "bomb refused 11" in done.stdout


def test_a_folder_that_is_not_there_cannot_be_opened_for_writing(tmp_path: Path) -> None:
    outcome = python("print('ran')", tmp_path, writable=[tmp_path / "none"])
    if outcome.isolation.own_proc:
        assert "could not be shut" in outcome.failure
        assert "ran" not in outcome.output


def test_setuid_programs_give_no_privilege(tmp_path: Path, namespaces: bool) -> None:
    outcome = run(["grep", "-E", "NoNewPrivs|CapBnd", "/proc/self/status"], cwd=tmp_path, namespaces=namespaces)
    bounding, no_new = (line.split()[1] for line in outcome.output.splitlines())
    assert no_new == "1"
    assert int(bounding, 16) & (1 << 19 | 1 << 21) == 0, "no ptrace, no administration"


def test_this_process_is_still_open_to_its_debugger() -> None:
    assert not is_undumpable(), "only a composition root closes itself"


def test_only_what_may_be_written_can_be_written(tmp_path: Path) -> None:
    work, scratch, other = (tmp_path / name for name in ("work", "scratch", "other"))
    for folder in (work, scratch, other):
        folder.mkdir()
    marker = Path("/tmp") / f"tdd-marker-{os.getpid()}"
    code = f"""
        import pathlib, tempfile, multiprocessing
        tempfile.mkstemp()
        for folder in {[str(each) for each in (work, scratch, other, SOURCE)]!r}:
            try:
                (pathlib.Path(folder) / "tdd-marker").write_text("x")
                print("wrote")
            except OSError as fault:
                print(fault.strerror)
        try:
            pathlib.Path({str(marker)!r}).write_text("x")  # a fresh folder, or read-only where it holds the interpreter
        except OSError:
            pass
        multiprocessing.get_context("fork").Semaphore()
    """
    outcome = python(code, work, writable=[scratch])
    wrote = sorted(path.name for path in (work, scratch, other) if (path / "tdd-marker").exists())
    if not outcome.isolation.files_shut:
        (SOURCE / "tdd-marker").unlink(missing_ok=True)
        pytest.skip("this kernel does not let us shut files")
    assert outcome.exit_code == 0, outcome.output
    assert wrote == ["scratch", "work"]
    assert "Read-only file system" in outcome.output
    assert not marker.exists()
    assert not (SOURCE / "tdd-marker").exists()


def test_hidden_folders_are_empty(tmp_path: Path) -> None:
    work, secret = tmp_path / "work", tmp_path / "secret"
    for folder in (work, secret):
        folder.mkdir()
    (secret / "config").write_text("canary-3")
    outcome = run(["cat", f"{secret}/config"], cwd=work, writable=[], hidden=[secret, tmp_path / "none"])
    if not outcome.isolation.files_shut:
        pytest.skip("this kernel does not let us shut files")
    assert "canary-3" not in outcome.output
    assert "No such file" in outcome.output
    assert (secret / "config").read_text() == "canary-3"


@pytest.mark.parametrize("name", [".netrc", ".git-credentials", ".gitconfig", ".ssh", ".config"])
def test_what_lies_in_our_home_is_not_found_by_way_of_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_text("canary-4")
    monkeypatch.setenv("HOME", str(tmp_path))
    outcome = python(f"import os; print(os.path.exists(os.path.expanduser('~/{name}')))", tmp_path)
    assert outcome.output.strip() == "False"
