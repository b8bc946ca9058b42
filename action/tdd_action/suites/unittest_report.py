"""Runs inside the project's own Python: starts unittest and writes down what it saw, in the record that pytest has too.

Copied to a private folder with `tdd_witness.py`; standard library only. Every file is imported by itself, so that a
file that cannot be imported speaks for itself and takes no other along.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import time
import unittest
from typing import Any

from tdd_witness import MOST_MESSAGE, begun, failure_in, shuffle  # type: ignore[import-not-found]

FIXTURES = {"setUp", "asyncSetUp", "setUpClass", "setUpModule"}
CLEANING = {"tearDown", "asyncTearDown", "tearDownClass", "tearDownModule", "doCleanups"}
NO_TESTS = 5


class Case:
    """One test with the id that the record knows it by."""

    def __init__(self, test: Any, root: str, seen: dict[str, int]) -> None:
        kind, name = type(test), getattr(test, "_testMethodName", "")
        body = inspect.unwrap(getattr(test, name, test.run))
        self.path = below(inspect.getsourcefile(kind) or "", root)
        self.line = getattr(getattr(body, "__code__", None), "co_firstlineno", 0)
        nodeid = "::".join((self.path, *kind.__qualname__.split("."), name or test.id()))
        seen[nodeid] = seen.get(nodeid, 0) + 1
        self.nodeid = nodeid if seen[nodeid] == 1 else f"{nodeid}[{seen[nodeid]}]"
        self.test = test


def below(path: str, root: str) -> str:
    return os.path.relpath(os.path.realpath(path), root).replace(os.sep, "/")


class Watcher(unittest.TestResult):
    """What unittest tells of each test, as phases."""

    def __init__(self, record: Any, root: str, cases: list[Case]) -> None:
        super().__init__()
        self.record, self.root, self.cases = record, root, cases
        self.names = {id(case.test): case.nodeid for case in cases}
        self.told: set[str] = set()
        self.phases = self.bad = 0
        self.began = 0.0

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        self.began = time.perf_counter()
        self.record.line(kind="start", id=self.names[id(test)])

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        self._phase(self.names[id(test)], "teardown", "passed", {})

    def addSuccess(self, test: Any) -> None:
        self._phase(self.names[id(test)], "call", "passed", {})

    def addFailure(self, test: Any, err: Any) -> None:
        self._failed(test, err)

    def addError(self, test: Any, err: Any) -> None:
        self._failed(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            self._failed(test, err)

    def addSkip(self, test: Any, reason: str) -> None:
        for name in self._meant(test):
            self._phase(name, "call", "skipped", {"message": str(reason)[:MOST_MESSAGE]})

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        self._phase(self.names[id(test)], "call", "xfailed", {})

    def addUnexpectedSuccess(self, test: Any) -> None:
        self.bad += 1
        self._phase(self.names[id(test)], "call", "xpassed", {})

    def _failed(self, test: Any, err: Any) -> None:
        self.bad += 1
        where = set(functions_of(err[2]))
        when = "setup" if where & FIXTURES else "teardown" if where & CLEANING else "call"
        if id(test) not in self.names:  # a class or a module speaks for its tests
            when = "setup" if str(test.id()).startswith("setUp") else "teardown"
        for name in self._meant(test):
            self._phase(name, when, "failed", failure_in(err[1], err[2], self.root))

    def _meant(self, test: Any) -> list[str]:
        """The test itself; for a fixture of a class or module (`setUpClass (shop.TestCart)`) those that it keeps from
        running, or the last that ran.
        """
        if id(test) in self.names:
            return [self.names[id(test)]]
        owner = str(test.id()).partition("(")[2].rstrip(")")
        own = [case.nodeid for case in self.cases if f"{case.test.id()}.".startswith(f"{owner}.")]
        waiting = [name for name in own if name not in self.told]
        return waiting or own[-1:]

    def _phase(self, name: str, when: str, outcome: str, told: dict[str, Any]) -> None:
        self.phases += 1
        self.told.add(name)
        seconds = time.perf_counter() - self.began if when == "call" else 0.0
        self.record.line(kind="phase", id=name, when=when, outcome=outcome, seconds=seconds, **told)


def functions_of(traceback: Any) -> list[str]:
    """The names of the functions of a traceback, the outermost first."""
    found = []
    while traceback is not None:
        found.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    return found


def load(path: str, root: str, record: Any) -> Any:
    """The tests of one file; a file that cannot be imported goes into the record."""
    place = os.path.join(root, path)
    base, name = os.path.split(place[: -len(".py")])
    while os.path.isfile(os.path.join(base, "__init__.py")):
        base, package = os.path.split(base)
        name = f"{package}.{name}"
    if base not in sys.path:
        sys.path.insert(0, base)
    try:
        return unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name))
    except unittest.SkipTest as reason:
        record.line(kind="collect", id=path, outcome="skipped", message=str(reason)[:MOST_MESSAGE])
    except BaseException as error:
        told = failure_in(error, error.__traceback__, root)
        record.line(kind="collect", id=path, outcome="error", **told)
    return unittest.TestSuite()


def flat(suite: Any) -> list[Any]:
    if not isinstance(suite, unittest.TestSuite):
        return [suite]
    return [test for inner in suite for test in flat(inner)]


def wanted(name: str, selectors: list[str] | None) -> bool:
    return selectors is None or any(name == each or name.startswith((f"{each}::", f"{each}[")) for each in selectors)


def main() -> int:
    """Read the orders, load every file, run what was asked for."""
    orders, record, root = begun()
    sys.argv[:] = ["python -m unittest"]
    seen: dict[str, int] = {}
    loaded = [test for path in orders["files"] for test in flat(load(path, root, record))]
    every = [Case(test, root, seen) for test in loaded]
    cases = [case for case in every if wanted(case.nodeid, orders["tests"])]
    if orders["shuffle_seed"] is not None:
        shuffle(cases, orders["shuffle_seed"])
    record.line(kind="collected", tests={case.nodeid: [case.path, case.line] for case in cases})
    watcher = Watcher(record, root, cases)
    if not orders["collect"]:
        unittest.TestSuite(case.test for case in cases).run(watcher)
    code = 1 if watcher.bad else 0 if cases else NO_TESTS
    record.close(kind="end", exit=code, phases=watcher.phases)
    return code


if __name__ == "__main__":
    sys.exit(main())
