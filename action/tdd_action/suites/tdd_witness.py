"""Runs inside the project's own Python: the sealed record, and what can be read out of an exception.

Copied beside a reporter to a private folder; standard library only, for whatever Python the project has. The record is
closed with an HMAC over all lines: a line that another process added, took out or changed is seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
import re
import sys
from typing import Any

MOST_MESSAGE = 4000
WRONG_CALL = re.compile(r"^([\w.<>]+)\(\) (?:got an unexpected|got multiple values|takes |missing \d)")
NO_ATTRIBUTE = re.compile(r"module '?([\w.]+)'?(?: from '[^']*'>)? (?:has no|does not have the) attribute '(\w+)'")


class Record:
    """The lines written so far, and the seal over them."""

    def __init__(self, path: str, nonce: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._seal = hmac.new(nonce.encode(), digestmod=hashlib.sha256)
        os.set_inheritable(self._file, False)
        self._owner = os.getpid()
        self._write, self._dumps, self._getpid = os.write, json.dumps, os.getpid

    def line(self, **what: Any) -> None:
        if self._getpid() != self._owner:  # a test that forked and went on running pytest in the child
            return
        raw = self._dumps(what).encode() + b"\n"
        self._seal.update(raw)
        self._write(self._file, raw)

    def close(self, **what: Any) -> None:
        self.line(**what)
        if self._getpid() == self._owner:
            self._write(self._file, self._dumps({"seal": self._seal.hexdigest()}).encode() + b"\n")


def failure_in(error: Any, traceback: Any, root: str) -> dict[str, Any]:
    """What the reader wants to know of an exception; paths are below `root`, the innermost frame last."""
    frames = [frame for frame in frames_of(traceback) if inside(frame[0], root)]
    return {
        "exception": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "message": message_of(error)[:MOST_MESSAGE],
        "frames": [[os.path.relpath(path, root).replace(os.sep, "/"), line] for path, line, _ in frames][-20:],
        "missing": missing_from(error, [frame for _, _, frame in frames][-1:]),
        "at": syntax_place(error, root),
    }


def shuffle(items: list[Any], seed: int) -> None:
    """Another order: files, then classes, then tests, so that costly fixtures are still shared as they were meant to
    be.
    """
    order = random.Random(seed)  # noqa: S311 (no secret)
    keys: dict[str, float] = {}

    def place(item: Any) -> list[float]:
        parts = item.nodeid.split("::")
        return [keys.setdefault("::".join(parts[: depth + 1]), order.random()) for depth in range(len(parts))]

    items.sort(key=place)


def frames_of(traceback: Any) -> Any:
    while traceback is not None:
        yield os.path.realpath(traceback.tb_frame.f_code.co_filename), traceback.tb_lineno, traceback.tb_frame
        traceback = traceback.tb_next


def inside(path: str, root: str) -> bool:
    """In the work tree, but not in a virtual environment that lies there, nor in code that has no file."""
    return "<" not in path and path.startswith(root + os.sep) and "site-packages" not in path


def message_of(error: Any) -> str:
    try:
        return str(error)
    except Exception:
        return "its message could not be read"


def syntax_place(error: Any, root: str) -> list[Any]:
    if isinstance(error, SyntaxError) and error.filename:
        return [os.path.relpath(os.path.realpath(error.filename), root).replace(os.sep, "/"), error.lineno or 0]
    return []


def missing_from(error: Any, last: list[Any]) -> str:
    """What the error looked for in vain, as `module` or `module:Name.attribute`; empty where it looked for nothing."""
    try:
        return _missing_from(error, last)
    except Exception:  # an object of the project that answers no question
        return ""


def _missing_from(error: Any, last: list[Any]) -> str:
    text = str(error)
    if isinstance(error, ModuleNotFoundError):
        return error.name or ""
    if isinstance(error, ImportError):
        name = re.search(r"cannot import name '(\w+)'", text)
        return f"{error.name}:{name.group(1)}" if error.name and name else ""
    if isinstance(error, AttributeError):
        return missing_attribute(error, text)
    if isinstance(error, NotImplementedError) and last:
        code = last[0].f_code
        return f"{last[0].f_globals.get('__name__', '')}:{getattr(code, 'co_qualname', code.co_name)}"
    call = WRONG_CALL.match(text) if isinstance(error, TypeError) else None
    return called(call.group(1), last[0]) if call and last else ""


def missing_attribute(error: Any, text: str) -> str:
    found = NO_ATTRIBUTE.search(text)
    if found:
        return f"{found.group(1)}:{found.group(2)}"
    owner, name = getattr(error, "obj", None), getattr(error, "name", None)
    if owner is None or not name:
        return ""
    kind = owner if isinstance(owner, type) else type(owner)
    return f"{kind.__module__}:{kind.__qualname__}.{name}"


def called(name: str, frame: Any) -> str:
    """The module of a function that was called in a way that it does not take, found among what the caller can see."""
    first = name.split(".")[0]
    for seen in [*frame.f_locals.values(), *frame.f_globals.values()]:
        module = getattr(seen, "__module__", None)
        if isinstance(seen, type(sys)) and hasattr(seen, first):
            return f"{seen.__name__}:{name}"
        for owner in (seen, type(seen)):
            if getattr(owner, "__qualname__", None) in (name, first) and isinstance(module, str):
                return f"{module}:{name}"
    return ""


def begun() -> Any:
    """The orders of this run, its record, and the root of the project, which is where imports start.

    The nonce came by stdin and is gone; so is this file's folder from the path of imports.
    """
    with open(sys.argv[1]) as file:
        orders = json.load(file)
    record = Record(orders["report"], sys.stdin.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    root = os.path.realpath(os.getcwd())
    del sys.path[0]
    sys.path[:0] = [*orders["paths"], root]
    os.environ["PYTHONPATH"] = os.pathsep.join(orders["paths"])
    return orders, record, root
