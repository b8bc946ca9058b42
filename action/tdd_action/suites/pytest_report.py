"""Runs inside the project's own Python: starts pytest and writes down what it saw, one line of JSON at a time, sealed.

It is copied to a private folder with `tdd_witness.py` and run as a file, so it knows nothing of the rest of this
program and asks for nothing but pytest (6 or later). It imports everything before any code of the project can stand in
its way and reads its orders and the nonce from standard input once. Code of the project that runs in this very process
could still lie; a proof is only as good as the tests that RED froze, which is why a proof also takes the implementation
out again and looks.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from tdd_witness import MOST_MESSAGE, Record, begun, failure_in, frames_of, shuffle  # type: ignore[import-not-found]


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
        expected = came_from_expectation(list(frames_of(traceback)))
        return {**failure_in(error, traceback, self.root), "expected": expected}


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


def came_from_expectation(frames: list[Any]) -> bool:
    """Whether `pytest.raises` and its like said that nothing was raised; `pytest.fail` called by hand is no
    expectation.
    """
    tail = [path.replace(os.sep, "/") for path, _, _ in frames][-2:]
    last = len(tail) == 2 and tail[1].endswith("/_pytest/outcomes.py")
    return last and tail[0].endswith(("/_pytest/raises.py", "/_pytest/python_api.py", "/_pytest/recwarn.py"))


def collect_error(call: Any, report: Any) -> Any:
    """The exception behind a file that could not be collected; pytest wraps the one that matters."""
    excinfo = getattr(call, "excinfo", None)
    error: Any = getattr(excinfo, "value", None)
    while type(error).__name__ == "CollectError" and error.__cause__ is not None:
        error = error.__cause__
    return error


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
    orders, record, root = begun()
    forget([*orders["paths"], root])
    watcher = Watcher(record, root, orders["shuffle_seed"])
    sys.argv[:] = ["pytest", *orders["arguments"]]
    code = int(pytest.main(orders["arguments"], plugins=[watcher]))
    record.close(kind="end", exit=code, phases=watcher.phases)
    return code


if __name__ == "__main__":
    sys.exit(main())
