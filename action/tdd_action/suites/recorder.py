"""Runs a test command and keeps what it says in a sealed record: for runners that speak to their output only.

Run as a file of its own (`python -I -S -B recorder.py ORDERS`), never imported by us. The nonce that seals the record
comes by stdin, once; what it starts gets an empty stdin and cannot read this process's memory. Where the test processes
can be watched from within, `tdd_ear` hears how each test ended, and that goes into the record as well.
"""

import ctypes
import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from glob import glob
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tdd_ear import Ear  # type: ignore[import-not-found]

NOT_DUMPABLE = 4
LARGEST = 16 * 2**20


class Record:
    """Lines of JSON, and a digest of them all under the nonce."""

    def __init__(self, path: str, nonce: str) -> None:
        self.file = open(path, "wb", buffering=0)  # noqa: SIM115 (it lives as long as the process)
        self.digest = hmac.new(nonce.encode(), digestmod=hashlib.sha256)
        self.lock = threading.Lock()

    def write(self, **line: Any) -> None:
        row = json.dumps(line).encode() + b"\n"
        with self.lock:
            self.digest.update(row)
            self.file.write(row)

    def close(self) -> None:
        self.file.write(json.dumps({"seal": self.digest.hexdigest()}).encode() + b"\n")
        self.file.close()


def keep(stream: Any, name: str, record: Record) -> None:
    """Every line of a stream into the record, and on to our own output, so that a person can follow."""
    for raw in stream:
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        record.write(**{name: text})
        print(text, flush=True)


def listening(orders: Any, record: Record) -> Any:
    """An ear for witnesses where they are wanted, and where what they are built with is built."""
    if not orders["witness"]:
        return None
    for words in orders["first"]:
        try:
            subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):  # no such compiler, or one that does not know its own
            return None
    ear = Ear(record.write, os.environ.get("TMPDIR", "") if orders["far"] else "", 2 if orders["far"] else 1)
    record.write(watched=True)
    return ear


def main() -> int:
    """Do as ordered; the command's exit code is ours."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(NOT_DUMPABLE, 0, 0, 0, 0)
    with open(sys.argv[1]) as file:
        orders = json.load(file)
    record = Record(orders["report"], sys.stdin.read())
    ear = listening(orders, record)
    command = subprocess.Popen(
        orders["argv"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if orders["merge"] else subprocess.PIPE,
        cwd=os.getcwd(),
        env={**os.environ, "TDD_WITNESS": ear.name} if ear else None,
    )
    if ear:
        ear.of(command.pid)
    streams = [(stream, name) for stream, name in ((command.stdout, "out"), (command.stderr, "err")) if stream]
    readers = [threading.Thread(target=keep, args=(stream, name, record)) for stream, name in streams]
    for each in readers:
        each.start()
    for each in readers:
        each.join()
    code = command.wait()
    if ear:
        ear.close()
    for place in sorted({path for pattern in orders["collect"] for path in glob(pattern, recursive=True)}):
        with suppress(OSError), open(place, encoding="utf-8", errors="replace") as left:
            record.write(file=place, text=left.read(LARGEST))
    record.write(exit=code)
    record.close()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
