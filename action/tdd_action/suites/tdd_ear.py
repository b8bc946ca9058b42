"""The recorder's ear for witnesses, hooks inside the test processes that tell how each test ended.

Copied beside the recorder and run with it, never imported by us; standard library only. A witness connects before any
test runs and is given a key, once for a process, and only where that process was started by the test command itself.
Every line it then sends is sealed with this key, which code under test is never given.
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
import threading
from contextlib import suppress
from typing import Any

WORD = 2**64 - 1
WAIT_S = 5.0
LONGEST = 2**16


class Ear:
    """Listens on a name of this machine's until it is closed; `tell` gets what each test's end is known by."""

    def __init__(self, tell: Any, folder: str = "", distance: int = 1) -> None:
        """`folder`: listen on a file there, for what knows no other names. `distance`: how far below the command a
        witness may be started; a shell between the two counts.
        """
        token = f"tdd-{secrets.token_hex(8)}"  # the whole path has 107 bytes at most
        self.name = os.path.join(folder, token) if folder else token
        self._tell, self._distance = tell, distance
        self._known: set[int] = set()
        self._talks: list[tuple[threading.Thread, socket.socket]] = []
        self._parent = 0
        self._started = threading.Event()
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(self.name if folder else f"\0{self.name}")
        self._server.listen(64)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def of(self, command: int) -> None:
        """Only children of this process are witnesses."""
        self._parent = command
        self._started.set()

    def close(self) -> None:
        """Hear out who is still speaking, for a while: the test processes have ended."""
        self._started.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for thread, talk in self._talks:
            thread.join(WAIT_S)
            with suppress(OSError):
                talk.shutdown(socket.SHUT_RDWR)
            thread.join()
        self._server.close()

    def _listen(self) -> None:
        while True:
            try:
                talk, _ = self._server.accept()
            except OSError:
                return
            self._started.wait()
            peer = struct.unpack("3i", talk.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
            if peer in self._known or self._parent not in ancestors_of(peer, self._distance):
                talk.close()
                continue
            self._known.add(peer)
            thread = threading.Thread(target=self._hear, args=(talk, peer), daemon=True)
            self._talks.append((thread, talk))
            thread.start()

    def _hear(self, talk: socket.socket, peer: int) -> None:
        """One witness: each line is `SEAL NUMBER END NAME`; the first that does not fit ends the talk."""
        key = secrets.token_bytes(16)
        where = {"program": link(f"/proc/{peer}/exe"), "folder": link(f"/proc/{peer}/cwd")}
        self._tell(begun=where)
        count, fits = 0, True
        with suppress(OSError), talk.makefile("rb") as lines:
            talk.sendall(key)
            while fits and (raw := lines.readline(LONGEST)):
                seal, _, line = raw.decode("utf-8", "replace").rstrip("\n").partition(" ")
                number, _, rest = line.partition(" ")
                fits = number == str(count) and seal == f"{sealed(key, line.encode()):x}"
                count += 1
                if fits:
                    end, _, name = rest.partition(" ")
                    self._tell(seen=name, end=end, **where)
        if not fits:
            self._tell(unsealed=where)
        talk.close()


def ancestors_of(process: int, distance: int) -> list[int]:
    """The processes above one, the nearest first."""
    found = [process]
    for _ in range(distance):
        found.append(parent_of(found[-1]))
    return found[1:]


def parent_of(process: int) -> int:
    """The process that started another; 0 where it is gone."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def link(path: str) -> str:
    """Where a link of /proc points; empty where that is not to be known."""
    try:
        return os.readlink(path)
    except OSError:
        return ""


def sealed(key: bytes, text: bytes) -> int:
    """SipHash-2-4 (Aumasson and Bernstein, 2012): what each test process can compute without any library."""
    low, high = struct.unpack("<2Q", key)
    state: list[int] = [
        low ^ 0x736F6D6570736575,
        high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261,
        high ^ 0x7465646279746573,
    ]
    whole = len(text) - len(text) % 8
    words = list(struct.unpack(f"<{whole // 8}Q", text[:whole]))
    words.append(int.from_bytes(text[whole:], "little") | (len(text) & 0xFF) << 56)
    for word in words:
        state[3] ^= word
        turned(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    turned(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def turned(state: list[int], times: int) -> None:
    """SipHash's round, so many times."""
    a, b, c, d = state
    for _ in range(times):
        a = a + b & WORD
        b = rolled(b, 13) ^ a
        a = rolled(a, 32)
        c = c + d & WORD
        d = rolled(d, 16) ^ c
        a = a + d & WORD
        d = rolled(d, 21) ^ a
        c = c + b & WORD
        b = rolled(b, 17) ^ c
        c = rolled(c, 32)
    state[:] = a, b, c, d


def rolled(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & WORD
