"""Keeps other processes of the same user out of this one's memory and environment (Linux `prctl(2)`)."""

import ctypes
import sys

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4


def make_undumpable() -> bool:
    """From now on `/proc/PID/environ` and ptrace give nothing away to unprivileged processes; says whether it holds."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def is_undumpable() -> bool:
    """Whether `make_undumpable` was called in this process and holds."""
    return sys.platform == "linux" and bool(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0)
