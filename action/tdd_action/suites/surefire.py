"""Reads the XML that Surefire and Gradle leave for each class of tests, and javac's complaints in their output."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

from tdd_action.sandbox import ProcessOutcome
from tdd_action.suites.recorded import UNSEEN, Record, completed, last_words, stopped
from tdd_action.suites.sealed_record import void
from tdd_orchestrator.core.evidence.reports import Ended, Outcome, Phase, SuiteReport, TestResult, selects
from tdd_orchestrator.core.java_compiler import Fault, faults
from tdd_orchestrator.core.java_tests import tests_in

OUTCOMES = {
    "failure": Outcome.FAILED,
    "error": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "rerunFailure": Outcome.FAILED,
}
NAME = re.compile(r"^(\w+)(?:\([^)]*\))?(?:\{[^}]*\})?(\[.*)?$")
FRAME = re.compile(r"^\s*at (?:[\w.@-]+//?)?([\w.$]+)\.[\w$<>]+\((\w+\.java):(\d+)\)", re.MULTILINE)
ASSERTING = re.compile(r"Assert|Comparison|opentest4j|MultipleFailures|WantedBut|Argument\w*AreDifferent|NeverWanted")
SOURCES = ("src/test/java", "src/main/java", "src/test/kotlin", "src/main/kotlin")


class Layout:
    """Where classes are on disk, in every module below a root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        folders = [each for source in SOURCES for each in (root / source, *root.glob(f"*/{source}"))]
        self.folders = [each for each in folders if each.is_dir()]

    def file(self, name: str, kind: str = "") -> str:
        """The file of a class, nested or not, relative to the root; empty where it is none of ours."""
        inside = name.partition("$")[0].replace(".", "/")
        for folder in self.folders:
            for ending in (".java", ".kt"):
                place = folder / f"{inside}{ending}"
                if kind in place.as_posix() and place.is_file():
                    return place.relative_to(self.root).as_posix()
        return ""

    def text(self, path: str) -> str:
        try:
            return (self.root / path).read_text("utf-8", "replace")
        except OSError:
            return ""


def read_surefire(record: Record, outcome: ProcessOutcome, root: Path, wanted: tuple[str, ...] | None) -> SuiteReport:
    """The report of one run. What does not add up ends as something else than `completed`."""
    if stop := stopped(record, outcome):
        return stop
    layout = Layout(root)
    try:
        found = [each for _, text in record.files for each in _results(text, layout)]
    except (Xml.ParseError, ValueError) as fault:
        return void(Ended.COULD_NOT_RUN, f"A report of the tests cannot be read: {fault}.", outcome)
    results = {each.id: each for each in found}
    if twice := next((each for each in found if results[each.id] is not each and not _repeats(each.id)), None):
        return void(Ended.FORGED, f"{twice.id} has two results: a report was written by hand.", outcome)
    if unseen := _unseen(found, record):
        return void(Ended.FORGED, UNSEEN.format(test=f"A test of {unseen}"), outcome)
    lines = (*record.out, *record.err)
    broken = [*_broken(lines, layout)]
    if not results and not broken and record.exit_code:
        return void(Ended.COULD_NOT_RUN, f"The build did not get as far as the tests: {_complaint(record)}", outcome)
    chosen = [each for each in results.values() if wanted is None or any(selects(one, each.id) for one in wanted)]
    return completed(chosen, broken, record, outcome, ran=len(chosen) == len(results))


def _unseen(found: list[TestResult], record: Record) -> str:
    """A file of which more tests are said to have passed than a witness saw; empty where there is none.

    Asked only where witnesses came, and knew the class of all that they saw: an old runner or another engine has none.
    """
    if not record.begun or any(each.name == "?" for each in record.seen):
        return ""
    seen = Counter(each.name.replace(".", "/") for each in record.seen if each.end == "pass")
    said = Counter(each.id.partition("::")[0] for each in found if each.outcome is Outcome.PASSED)
    return next((path for path, passed in said.items() if passed > _told(seen, path)), "")


def _told(seen: Counter[str], path: str) -> int:
    bare = path.rpartition(".")[0]
    return sum(count for name, count in seen.items() if bare == name or bare.endswith(f"/{name}"))


def _repeats(name: str) -> bool:
    """Whether several results may bear this name: display names of factories and tables are free."""
    return "[" in name or not re.search(r"::\w+$", name)


def _results(text: str, layout: Layout) -> Iterator[TestResult]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("it defines entities, which a report never does")
    for case in Xml.fromstring(text).iter("testcase"):  # noqa: S314 (entities are refused above)
        yield _result(case, layout)


def _result(case: Xml.Element, layout: Layout) -> TestResult:
    group, said = case.get("classname", ""), case.get("name", "")
    path = layout.file(group, "src/test") or layout.file(group) or f"{group.partition('$')[0]}"
    named = NAME.match(said)
    inner = [*group.split("$")[1:], f"{named[1]}{named[2] or ''}" if named else said or "class"]
    name = "::".join((path, *inner))
    known = tests_in(layout.text(path)).get("::".join((*group.split("$")[1:], named[1] if named else said)))
    line = known.line if known else 0
    told = next((child for child in case if child.tag in OUTCOMES), None)
    seconds = float((case.get("time") or "0").replace(",", ""))
    if told is None:
        return TestResult(name, Outcome.PASSED, path=path, line=line, seconds=seconds)
    outcome, message = OUTCOMES[told.tag], told.get("message") or (told.text or "").strip()
    if outcome is Outcome.SKIPPED:
        return TestResult(name, outcome, message=message, path=path, line=line, seconds=seconds)
    kind = told.get("type", "")
    frames = [(layout.file(each[1]), int(each[3])) for each in FRAME.finditer(told.text or "")]
    inside = next((where for where, _ in frames if where), "")
    return TestResult(
        id=name,
        outcome=outcome,
        phase=Phase.CALL if known or named else Phase.SETUP,
        exception=kind,
        message=message[:4000],
        path=path,
        line=next((at for where, at in frames if where == path), line),
        seconds=seconds,
        asserted=ASSERTING.search(kind) is not None and inside in ("", path),
        raised_in="" if inside == path else inside,
    )


def _broken(lines: tuple[str, ...], layout: Layout) -> Iterator[TestResult]:
    by_file: dict[str, list[Fault]] = {}
    for fault in faults(lines, str(layout.root)):
        by_file.setdefault(fault.path, []).append(fault)
    for path, found in by_file.items():
        places = [each.place(layout.text(path)) for each in found]
        unplaced = [each for each, place in zip(found, places, strict=True) if not place]
        shown = unplaced[0] if unplaced else found[0]
        module = path.partition("src/")[0]
        yield TestResult(
            id=path,
            outcome=Outcome.ERROR,
            phase=Phase.COLLECT,
            exception="SyntaxError" if shown.syntax else "compile error" if unplaced else "cannot find symbol",
            message="\n".join(each.told() for each in (shown, *(one for one in found if one is not shown))),
            path=path,
            line=shown.line,
            missing="" if unplaced else " ".join(dict.fromkeys(places)),
            takes_along=f"/{module}src/test/**",
        )


def _complaint(record: Record) -> str:
    lines = [line.strip() for line in (*record.out, *record.err) if line.strip()]
    wrong = next((place for place, line in enumerate(lines) if line.startswith("* What went wrong")), None)
    if wrong is not None:  # Gradle, which says it in the lines that follow
        return " ".join(lines[wrong + 1 : wrong + 3])[:300]
    errors = [line for line in lines if "ERROR" in line]
    return errors[0][:300] if errors else last_words(record)
