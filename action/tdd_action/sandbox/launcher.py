"""Stands between us and somebody else's code: builds the walls, starts the command, and leaves nothing of it alive.

Run as a file of its own (`python -I -S launcher.py SPEC`), never imported by us: here a fork is safe, there being no
threads, and no Python code runs in a copy of a threaded parent. What it finds goes down a pipe as lines of JSON.
"""

import ctypes
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

# linux/sched.h, linux/prctl.h, linux/capability.h, sys/mount.h, linux/if.h
NEW_MOUNTS, NEW_USER, NEW_PIDS, NEW_NETWORK = 0x00020000, 0x10000000, 0x20000000, 0x40000000
DEATH_SIGNAL, DUMPABLE, DROP_BOUNDING, NO_NEW_PRIVILEGES, SUBREAPER, AMBIENT = 1, 4, 24, 38, 36, 47
AMBIENT_CLEAR_ALL = 4
PRIVATE_RECURSIVE, NOSUID_NODEV_NOEXEC = 0x4000 | 0x40000, 2 | 4 | 8
# chown, dac_override, fowner, fsetid, kill, setgid, setuid: what root needs for files; nothing that opens a process.
KEPT_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7})
LAST_CAPABILITY = 63
SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 (they are hidden, not used)
BIND_RECURSIVE = 0x1000 | 0x4000
MOUNT_SETATTR, AT_CWD, RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1
INTERFACE_UP = 0x1
SIOCSIFFLAGS = 0x8914
WATCH_S = 0.1

Spec = dict[str, Any]
LINUX = sys.platform == "linux"
libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    """Build what walls can be built, start the command, tell how it ended."""
    spec: Spec = json.loads(sys.argv[1])
    os.set_inheritable(spec["status"], False)
    if LINUX:
        libc.prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    allowed = plans(spec["network"]) if spec["namespaces"] else []
    walls = next((plan for plan in allowed if holds(plan)), frozenset())
    enter(walls)
    if LINUX:
        libc.prctl(DUMPABLE, 0, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    if "pids" not in walls:
        return supervise(spec, walls)
    first = os.fork()
    if first == 0:
        os._exit(supervise(spec, walls))
    return outlive(first)


def plans(network: bool) -> list[frozenset[str]]:
    """Sets of walls, the strongest first. Root takes no user namespace: it would lose the files of other owners."""
    if not LINUX:
        return []
    base = frozenset() if os.geteuid() == 0 else frozenset({"user"})
    net = frozenset() if network else frozenset({"network"})
    return [base | net | {"pids", "proc"}, base | net | {"pids"}, base | {"pids", "proc"}, base | {"pids"}, base | net]


def holds(walls: frozenset[str]) -> bool:
    """Whether this machine allows the walls: tried in a child, since a half-built wall cannot be taken down."""
    child = os.fork()
    if child == 0:
        with suppress(OSError):
            enter(walls)
            if "pids" in walls:
                grandchild = os.fork()
                if grandchild == 0:
                    os._exit(0 if "proc" not in walls or mount_proc() else 1)
                os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def enter(walls: frozenset[str]) -> None:
    """Leave the shared namespaces; raises OSError where the kernel says no."""
    wanted = {"user": NEW_USER, "pids": NEW_PIDS, "network": NEW_NETWORK, "proc": NEW_MOUNTS}
    user, group = os.geteuid(), os.getegid()
    flags = 0
    for wall in walls:
        flags |= wanted[wall]
    if not flags:
        return
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if "user" in walls:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{user} {user} 1")
        write("/proc/self/gid_map", f"{group} {group} 1")
    if "network" in walls:
        loopback_up()


def write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def loopback_up() -> None:
    """A new network namespace has its loopback down; tests that start a server on 127.0.0.1 need it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as each:
        fcntl.ioctl(each, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", INTERFACE_UP, b""))


def mount_proc() -> bool:
    """Show the command only its own processes."""
    return bool(
        libc.mount(None, b"/", None, PRIVATE_RECURSIVE, None) == 0
        and libc.mount(b"proc", b"/proc", b"proc", NOSUID_NODEV_NOEXEC, None) == 0
    )


def shut_files(writable: list[str], readable: list[str], hidden: list[str], command: str) -> bool:
    """Let nothing be written but these folders and a fresh /tmp: what one run leaves behind, no later run sees.

    Where `hidden` folders are, there is nothing to be read either; `readable` are seen wherever they lie.
    """
    open_for_writing = [*map(os.path.realpath, writable)]
    shown = [*open_for_writing, *map(os.path.realpath, readable)]
    held = {path: os.open(path, os.O_PATH) for path in shown}
    try:
        if not set_read_only("/", True):
            return False
        fresh = [each for each in SHARED_FOLDERS if os.path.isdir(each) and not command.startswith(f"{each}/")]
        for place in fresh:
            mounted(b"tmpfs", place, b"tmpfs", 0)
        for place in filter(os.path.isdir, hidden):
            mounted(b"tmpfs", place, b"tmpfs", 0)
        for path, descriptor in held.items():
            os.makedirs(path, exist_ok=True)
            mounted(f"/proc/self/fd/{descriptor}".encode(), path, None, BIND_RECURSIVE)
            if path in open_for_writing:
                set_read_only(path, False)
        return True
    finally:
        for descriptor in held.values():
            os.close(descriptor)


def mounted(source: bytes, place: str, kind: "bytes | None", flags: int) -> None:
    if libc.mount(source, place.encode(), kind, flags, None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {place}")


def set_read_only(path: str, on: bool) -> bool:
    """mount_setattr(2), of Linux 5.12: this mount and all below it."""
    attributes = struct.pack("QQQQ", READ_ONLY if on else 0, 0 if on else READ_ONLY, 0, 0)
    arguments = (MOUNT_SETATTR, AT_CWD, path.encode(), RECURSIVE, attributes, len(attributes))
    return bool(libc.syscall(*arguments) == 0)


def outlive(first: int) -> int:
    """Wait outside the namespace; asked to stop, kill its first process, and with it all of them."""
    while True:
        if os.waitpid(first, os.WNOHANG)[0] == first:
            return 0
        if signal.sigwait({signal.SIGCHLD, signal.SIGTERM}) == signal.SIGTERM:
            os.kill(first, signal.SIGKILL)
            os.waitpid(first, 0)
            return 0


def supervise(spec: Spec, walls: frozenset[str]) -> int:
    """Start the command, reap what it leaves, and report: as the first process of a namespace, or as a subreaper."""
    if LINUX:
        libc.prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        libc.prctl(SUBREAPER, 1, 0, 0, 0)
    own_proc = "proc" in walls and mount_proc()
    try:
        shut = (
            own_proc
            and spec["writable"] is not None
            and shut_files([spec["cwd"], *spec["writable"]], spec["readable"], spec["hidden"], spec["argv"][0])
        )
    except OSError as fault:
        say(spec, {"code": None, "failure": f"The files could not be shut: {fault}."})
        return 1
    say(spec, {"walls": sorted(walls), "own_proc": own_proc, "files_shut": shut})
    told, tell = os.pipe()
    main_child = os.fork()
    if main_child == 0:
        become(spec, walls, tell)
    os.close(tell)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    with open(told) as complaint:
        failure = complaint.read()
    code, stopped = watch(main_child, spec["limits"]["processes"] if own_proc else 0)
    if "pids" not in walls:
        end_descendants()
    say(spec, {"code": code, "failure": failure or stopped})
    return 0


def say(spec: Spec, line: dict[str, Any]) -> None:
    os.write(spec["status"], json.dumps(line).encode() + b"\n")


def watch(main_child: int, most: int) -> tuple[int | None, str]:
    """Until the command ends (its code; negative: a signal), is stopped from outside (None), or becomes too many."""
    while True:
        woken = signal.sigtimedwait({signal.SIGCHLD, signal.SIGTERM}, WATCH_S)
        if woken is not None and woken.si_signo == signal.SIGTERM:
            return None, ""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return None, "The command's process was lost."
            if pid == main_child:
                return os.waitstatus_to_exitcode(status), ""
            if pid == 0:
                break
        if most and sum(1 for name in os.listdir("/proc") if name.isdigit()) > most:
            return None, f"It was stopped: it had more than {most} processes at a time."


def end_descendants() -> None:
    """Without a namespace: kill whatever was re-parented to us, however far it fled, until there is nothing left."""
    while True:
        for pid in children():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def children() -> list[int]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc") if LINUX else ()):
        with suppress(OSError), open(f"/proc/{pid}/stat") as stat:
            parent = stat.read().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(pid))
    return found


def become(spec: Spec, walls: frozenset[str], tell: int) -> None:
    """Turn this process into the command; what goes wrong is told in a sentence."""
    try:
        os.set_inheritable(tell, False)
        for each in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(each, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        limit(spec["limits"], "user" in walls)
        if LINUX:
            give_up_privileges()
        os.chdir(spec["cwd"])
        os.execvp(spec["argv"][0], spec["argv"])  # noqa: S606 (no shell is the point)
    except OSError as fault:
        os.write(tell, f"{spec['argv'][0]} could not be started: {fault.strerror}.".encode())
    os._exit(127)


def limit(limits: dict[str, int], own_user: bool) -> None:
    """Set the limits for this process and all that come from it; never above what we were given ourselves."""
    processes = limits["processes"] + (0 if own_user else running_already())
    wanted = [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, limits["cpu_s"], limits["cpu_s"] + 5),
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["memory_bytes"]),
        (resource.RLIMIT_NPROC, processes, processes),
        (resource.RLIMIT_NOFILE, limits["open_files"], limits["open_files"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"], limits["file_bytes"]),
    ]
    for kind, soft, hard in wanted:
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        with suppress(ValueError, OSError):  # some kinds mean nothing on some systems
            resource.setrlimit(kind, (soft, hard))


def running_already() -> int:
    """Threads that this user has already: the kernel counts them all together."""
    count = 0
    for pid in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else ()):
        with suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == os.geteuid():
                count += len(os.listdir(f"/proc/{pid}/task"))
    return count


def give_up_privileges() -> None:
    """No sudo, no way back into the namespaces of others, no reading of another's memory."""
    libc.prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(AMBIENT, AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in set(range(LAST_CAPABILITY + 1)) - KEPT_CAPABILITIES:
        libc.prctl(DROP_BOUNDING, capability, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
