"""Any test runner that writes JUnit XML: a command of the project's own, and where its report goes.

Weaker than an adapter that watches its runner: the report can be written by whatever the tests start, order and hash
seed are the command's own affair, and only what the XML says is known of a failure. Used where the config asks for it.
"""

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core import python_tests
from tdd_orchestrator.core.evidence.reports import Ended, Outcome, Phase, SuiteReport, TestResult
from tdd_orchestrator.core.policy import is_named_as_test

MOST_BYTES = 64 * 2**20
OUTCOMES = {"failure": Outcome.FAILED, "error": Outcome.ERROR, "skipped": Outcome.SKIPPED}
# What libraries call an assertion that did not hold; any other failure is taken for an error before one.
ASSERTING = ("assert", "expect", "comparison", "opentest4j", "mismatch")


@dataclass(frozen=True, slots=True)
class Junit:
    """`line` is the command; in it `{report}` is the file to write, `{tests}` the tests wanted, `{seed}` the seed.

    A command that knows no other place leaves its reports in the work tree, at `report`: a path or a glob.
    """

    line: str
    report: str = ""
    name: str = "junit"

    def command(
        self, root: Path, tests: tuple[str, ...] | None, scratch: Path, *, shuffle_seed: int | None = None
    ) -> SuiteCommand:
        """The command with its places filled. Without `{tests}` in it, every run is of the whole suite."""
        report = Path(tempfile.mkdtemp(prefix="junit-", dir=scratch)) / "report.xml"
        for old in self._left_in(root):
            old.unlink(missing_ok=True)  # an old one would speak for a run that wrote none
        if self.report:
            (root / self.report).parent.mkdir(parents=True, exist_ok=True)
        argv: list[str] = []
        for word in shlex.split(self.line):
            if word == "{tests}":
                argv += [test.partition("::")[0] for test in tests or ()]
            else:
                argv.append(word.replace("{report}", str(report)).replace("{seed}", str(shuffle_seed or 0)))
        return SuiteCommand(tuple(argv), {}, report, selected=tests)

    def collection(self, root: Path, tests: tuple[str, ...] | None, scratch: Path) -> SuiteCommand:
        """There is no common way to collect only: the tests are run."""
        return self.command(root, tests, scratch)

    def read(self, command: SuiteCommand, outcome: ProcessOutcome, root: Path) -> SuiteReport:
        """What the XML says, where process and XML agree on whether all is well."""
        if outcome.timed_out:
            return _void(Ended.TIMED_OUT, f"The run was stopped after {outcome.seconds:.0f} s.", outcome)
        if outcome.signal is not None or outcome.failure:
            return _void(Ended.CRASHED, outcome.failure or f"The run ended with signal {outcome.signal}.", outcome)
        try:
            found = self._left_in(root) if self.report else [command.report]
            results = _results(found, _test_files(root))
        except (OSError, ValueError, Xml.ParseError) as fault:
            return _void(Ended.COULD_NOT_RUN, f"There is no report that can be read: {fault}", outcome)
        if (outcome.exit_code == 0) == any(result.bad for result in results):
            told = f"The command ended with {outcome.exit_code}, which is not what its report says."
            return _void(Ended.CRASHED, told, outcome)
        code = outcome.exit_code or 0
        return SuiteReport(results, exit_code=code, output_tail=outcome.output, seconds=outcome.seconds)

    def _left_in(self, root: Path) -> list[Path]:
        return sorted(path for path in root.glob(self.report) if path.is_file()) if self.report else []

    def is_test_path(self, path: str) -> bool:
        """Whether the path's name says that it is a test, in whatever language."""
        return is_named_as_test(path)

    def is_config_path(self, path: str) -> bool:
        """Whether a path says how tests are run, as far as that can be known here."""
        return python_tests.is_test_config(path)


def _results(reports: Sequence[Path], files: Mapping[str, str]) -> tuple[TestResult, ...]:
    """The tests of all reports; `files` are the test files by their dotted names."""
    if not reports:
        raise ValueError("the command left none")
    worst: dict[str, TestResult] = {}
    for each in (_result(case, files) for report in reports for case in _cases(report)):
        if each.id not in worst or each.bad:
            worst[each.id] = each
    return tuple(worst.values())


def _cases(report: Path) -> Iterator[Xml.Element]:
    raw = report.read_bytes()[: MOST_BYTES + 1]
    if len(raw) > MOST_BYTES or any(each in raw for each in (b"<!DOCTYPE", b"<!ENTITY", b"\0")):
        raise ValueError("it is too large, or defines entities, which a report never does")
    return Xml.fromstring(raw).iter("testcase")  # noqa: S314 (entities are refused above)


def _test_files(root: Path) -> dict[str, str]:
    """Files of the project that are named as tests, by how a class name would begin: `tests.test_cart`."""
    found = {}
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".") and name != "node_modules"]
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
            if is_named_as_test(path) and not path.endswith(".xml"):
                found[path.rpartition(".")[0].replace("/", ".")] = path
    return found


def _path_of(group: str, files: Mapping[str, str]) -> tuple[str, str]:
    """The file that a class name begins with or ends a package path in, and what is left of the name."""
    words = group.split(".")
    for end in range(len(words), 0, -1):
        dotted = ".".join(words[:end])
        found = [name for name in files if name == dotted or name.endswith(f".{dotted}")]
        if len(found) == 1:
            return files[found[0]], ".".join(words[end:])
    return "", group


def _result(case: Xml.Element, files: Mapping[str, str]) -> TestResult:
    path, group, name = (case.get(key, "") for key in ("file", "classname", "name"))
    if not path:
        path, group = _path_of(group, files)
    found = next(((child, OUTCOMES[child.tag]) for child in case if child.tag in OUTCOMES), None)
    told = found[0] if found else case
    kind, message = told.get("type", ""), told.get("message", "") or (told.text or "").strip()
    said = f"{kind} {message[:200]}".lower()
    outcome = found[1] if found else Outcome.PASSED
    return TestResult(
        id="::".join(part for part in (path, group, name) if part),
        outcome=outcome,
        phase=Phase.SETUP if outcome is Outcome.SKIPPED else Phase.CALL,
        exception=kind if found else "",
        message=message[:4000] if found else "",
        path=path,
        line=int(case.get("line", "0")) if case.get("line", "0").isdigit() else 0,
        seconds=_seconds(case.get("time", "0")),
        asserted=outcome is Outcome.FAILED and any(word in said for word in ASSERTING),
    )


def _seconds(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return 0.0


def _void(ended: Ended, told: str, outcome: ProcessOutcome) -> SuiteReport:
    code = -1 if outcome.exit_code is None else outcome.exit_code
    return SuiteReport((), (), code, ended, outcome.output, outcome.seconds, told)
