"""Runs inside the project's own Python: starts pytest and writes down what it saw, one line of JSON at a time, sealed.

It is copied to a private folder and run as a file, so it knows nothing of the rest of this program and asks for
nothing but
pytest (6 or later). It imports everything before any code of the project can stand in its way, reads its orders and the
nonce from standard input once, and closes every record with an HMAC over all lines: a line that another process
added, took
out or changed is seen. Code of the project that runs in this very process could still lie; a proof is only as good
as the
tests that RED froze, which is why a proof also takes the implementation out again and looks.
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

import pytest

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


class Watcher:
    """The hooks of pytest through which every outcome passes."""

    def __init__(self, record: Record, root: str, shuffle_seed: int | None) -> None:
        self.record, self.root, self.shuffle_seed = record, root, shuffle_seed
        self.phases = 0

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: Any) -> Any:
        """One process, in the order that we say: workers of pytest-xdist would each write a record of their own."""
        for name, value in (("numprocesses", None), ("dist", "no"), ("tx", []), ("looponfail", False)):
            if hasattr(config.option, name):
                setattr(config.option, name, value)
        yield

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        if self.shuffle_seed is not None:
            shuffle(items, self.shuffle_seed)

    def pytest_collection_finish(self, session: Any) -> None:
        where = {item.nodeid: self._place(item) for item in session.items}
        self.record.line(kind="collected", tests=where)

    def _place(self, item: Any) -> list[Any]:
        path, line, _ = item.location
        return [path.replace(os.sep, "/"), (line or 0) + 1]

    def pytest_deselected(self, items: list[Any]) -> None:
        self.record.line(kind="deselected", tests=[item.nodeid for item in items])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: Any) -> Any:
        outcome = yield
        report = outcome.get_result()
        if report.outcome == "failed":
            call = getattr(report, "call", None)
            error = collect_error(call, report)
            told = self._failure(error, getattr(error, "__traceback__", None), str(report.longrepr))
            self.record.line(kind="collect", id=report.nodeid, outcome="error", **told)
        elif report.outcome == "skipped":
            self.record.line(
                kind="collect", id=report.nodeid, outcome="skipped", message=str(report.longrepr)[:MOST_MESSAGE]
            )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.record.line(kind="start", id=nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        outcome = yield
        report = outcome.get_result()
        self.phases += 1
        told: dict[str, Any] = {}
        if call.excinfo is not None:
            told = self._failure(call.excinfo.value, call.excinfo.tb, "")
        elif report.outcome != "passed":
            told = {"message": str(report.longrepr)[:MOST_MESSAGE]}
        result = true_outcome(report, call)
        self.record.line(kind="phase", id=item.nodeid, when=call.when, outcome=result, seconds=call.duration, **told)

    def pytest_internalerror(self, excrepr: Any) -> None:
        self.record.line(kind="internal", message=str(excrepr)[-MOST_MESSAGE:])

    def _failure(self, error: Any, traceback: Any, otherwise: str) -> dict[str, Any]:
        if error is None:
            return {"message": otherwise[-MOST_MESSAGE:]}
        frames = list(frames_of(traceback))
        ours = [(path, line) for path, line, _ in frames if inside(path, self.root)]
        missing = missing_from(error, [frame for path, _, frame in frames if inside(path, self.root)][-1:])
        return {
            "exception": type(error).__name__,
            "bases": [base.__name__ for base in type(error).__mro__],
            "message": message_of(error)[:MOST_MESSAGE],
            "frames": [[os.path.relpath(path, self.root).replace(os.sep, "/"), line] for path, line in ours][-20:],
            "expected": came_from_expectation(frames),
            "missing": missing,
            "at": syntax_place(error, self.root),
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


def true_outcome(report: Any, call: Any) -> str:
    """What happened, from the exception itself: a plugin may have painted over the report, but not towards a pass."""
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.outcome == "passed" else "xfailed"
    if call.excinfo is None:
        strict = report.outcome == "failed" and str(report.longrepr).startswith("[XPASS(strict)]")
        return "xpassed" if strict else str(report.outcome)
    if report.outcome == "skipped":
        return "skipped"
    return "failed"


def frames_of(traceback: Any) -> Any:
    while traceback is not None:
        yield os.path.realpath(traceback.tb_frame.f_code.co_filename), traceback.tb_lineno, traceback.tb_frame
        traceback = traceback.tb_next


def inside(path: str, root: str) -> bool:
    """In the work tree, but not in a virtual environment that lies there, nor in code that has no file."""
    return "<" not in path and path.startswith(root + os.sep) and "site-packages" not in path


def came_from_expectation(frames: list[Any]) -> bool:
    """Whether `pytest.raises` and its like said that nothing was raised; `pytest.fail` called by hand is no
    expectation.
    """
    tail = [path.replace(os.sep, "/") for path, _, _ in frames][-2:]
    last = len(tail) == 2 and tail[1].endswith("/_pytest/outcomes.py")
    return last and tail[0].endswith(("/_pytest/raises.py", "/_pytest/python_api.py", "/_pytest/recwarn.py"))


def message_of(error: Any) -> str:
    try:
        return str(error)
    except Exception:
        return "its message could not be read"


def collect_error(call: Any, report: Any) -> Any:
    """The exception behind a file that could not be collected; pytest wraps the one that matters."""
    excinfo = getattr(call, "excinfo", None)
    error: Any = getattr(excinfo, "value", None)
    while type(error).__name__ == "CollectError" and error.__cause__ is not None:
        error = error.__cause__
    return error


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


def forget(paths: list[str]) -> None:
    """Have a package of the project imported from here, although pytest stands on it and has imported another copy."""
    spared = {"pytest", "_pytest", "__main__", *getattr(sys, "stdlib_module_names", sys.builtin_module_names)}
    for name in list(sys.modules):
        top = name.partition(".")[0]
        here = [os.path.join(path, *tail) for path in paths for tail in ((top, "__init__.py"), (top + ".py",))]
        if top not in spared and any(map(os.path.isfile, here)):
            del sys.modules[name]


def main() -> int:
    """Read the orders, take this file's folder out of the way of imports, run pytest."""
    with open(sys.argv[1]) as file:
        orders = json.load(file)
    nonce = sys.stdin.read()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    root = os.path.realpath(os.getcwd())
    record = Record(orders["report"], nonce)
    del nonce
    del sys.path[0]
    sys.path[:0] = [*orders["paths"], root]
    os.environ["PYTHONPATH"] = os.pathsep.join(orders["paths"])
    forget([*orders["paths"], root])
    watcher = Watcher(record, root, orders["shuffle_seed"])
    sys.argv[:] = ["pytest", *orders["arguments"]]
    code = int(pytest.main(orders["arguments"], plugins=[watcher]))
    record.close(kind="end", exit=code, phases=watcher.phases)
    return code


if __name__ == "__main__":
    sys.exit(main())
