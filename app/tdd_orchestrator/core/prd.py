"""A PRD: text -> requirements with their lines, and the faults to mend before any money is spent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath

from tdd_orchestrator.core.fault import Fault, Level
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.core.markdown import Item, Prose, blocks
from tdd_orchestrator.core.names import opening_id
from tdd_orchestrator.core.outline import Outline, outline
from tdd_orchestrator.core.prd_lint import CYCLE, UNKNOWN, cycles, duplicates, lint
from tdd_orchestrator.core.requirements import KINDS, PlanHints, Requirement, Sketch
from tdd_orchestrator.core.sketch import sketch
from tdd_orchestrator.core.structured import Reading

__all__ = ["KINDS", "Fault", "Level", "PlanHints", "Prd", "Requirement", "Structured", "merge_prds", "parse_prd"]


NO_HINTS = PlanHints()
LARGEST = 1_000_000
"""The most bytes a PRD may have."""
MOST_LINES = 20_000
MOST_REQUIREMENTS = 500
MOST_FAULTS = 200
WRITE_ONE = "Write `## REQ-1: title`, below it what is wanted, and `Acceptance:` with a list."


@dataclass(frozen=True, slots=True)
class Structured:
    """What a YAML or JSON reader found in a PRD: the whole file, or the front matter of a Markdown file.

    `root` is None where it could not be read; `faults` then say why. `body_line` is the 1-based line where Markdown
    begins after front matter; None says that the whole file is the structured form.
    """

    root: Located | None
    faults: tuple[Fault, ...] = ()
    body_line: int | None = None


@dataclass(frozen=True, slots=True)
class Prd:
    """One PRD file, read and linted; `faults` are in the order of their lines."""

    path: str
    title: str
    requirements: tuple[Requirement, ...] = ()
    faults: tuple[Fault, ...] = ()
    hints: PlanHints = NO_HINTS

    @property
    def refused(self) -> bool:
        """Whether planning must wait until a failure is mended; warnings do not hold it up."""
        return any(fault.level == "failure" for fault in self.faults)


def parse_prd(path: str, text: str, *, structured: Structured | None = None) -> Prd:
    """Read a PRD. Total: any text gives a `Prd`, what is wrong with it stands in `faults`."""
    stem = PurePosixPath(path).stem
    if refused := _refused(path, text):
        return Prd(path, stem, faults=(refused,))
    form = Reading(path)
    if structured and structured.root:
        last = (structured.body_line or text.rstrip().count("\n") + 2) - 1
        form.read(structured.root, last, front_matter=structured.body_line is not None)
    found = _markdown(text, structured)
    sketches = _placed([*form.sketches, *_sketches(found, path)], found)
    faults = [*(structured.faults if structured else ()), *form.faults]
    faults += islice(lint(path, sketches[:MOST_REQUIREMENTS]), MOST_FAULTS)
    faults += _of_the_whole(path, sketches, faults)
    return Prd(
        path,
        form.title or found.title or stem,
        tuple(each.requirement for each in sketches[:MOST_REQUIREMENTS]),
        tuple(sorted(faults, key=lambda fault: fault.line)),
        PlanHints(_prose(form.context, *found.context), _prose(form.out_of_scope, *found.out_of_scope)),
    )


def _refused(path: str, text: str) -> Fault | None:
    if len(text) > LARGEST:
        return Fault(path, 1, "This PRD is larger than 1 MB.", "Divide it into several files.", code="size")
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES or text.count("\n") > MOST_LINES:
        message = f"This PRD has more than {MOST_LINES} lines."
        return Fault(path, MOST_LINES, message, "Divide it into several files.", code="size")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return Fault(
            path, line, "This is a binary file.", "Write the PRD as Markdown, YAML or JSON text.", code="binary"
        )
    if not text.strip("\ufeff \t\r\n"):
        return Fault(path, 1, "This PRD is empty.", WRITE_ONE, code="empty")
    return None


def _markdown(text: str, structured: Structured | None) -> Outline:
    """The outline of the Markdown in the file: all of it, what follows the front matter, or nothing."""
    if structured is None:
        return outline(blocks(text))
    if structured.body_line is None:
        return Outline()
    body = "\n".join(re.split(r"\r\n|\r|\n", text)[structured.body_line - 1 :])
    return outline(blocks(body, structured.body_line))


def _sketches(found: Outline, path: str) -> Iterator[Sketch]:
    """The requirements, without the headings of no id that only gather others under them."""
    for each in found.found[: MOST_REQUIREMENTS + 1]:
        sketched = sketch(each, path)
        if each.id is not None or not each.has_children or sketched.requirement.acceptance:
            yield sketched


def _placed(sketches: list[Sketch], found: Outline) -> list[Sketch]:
    """Give criteria of a section for the whole document (`- REQ-1: …`) to the requirements they name."""
    named: dict[str, list[str]] = {}
    for block in found.criteria:
        opened = opening_id(block.text, bare=True) if isinstance(block, Item | Prose) else None
        if opened and opened[1]:
            named.setdefault(opened[0], []).append(opened[1])
    return [
        replace(each, requirement=replace(req, acceptance=(*req.acceptance, *named[req.id])))
        if req.id in named
        else each
        for each in sketches
        for req in (each.requirement,)
    ]


def _of_the_whole(path: str, sketches: list[Sketch], faults: list[Fault]) -> list[Fault]:
    if len(sketches) > MOST_REQUIREMENTS:
        message = f"This PRD has more than {MOST_REQUIREMENTS} requirements."
        line = sketches[MOST_REQUIREMENTS].requirement.line
        return [Fault(path, line, message, "Divide it into several pull requests.", code="size")]
    if not sketches and not any(fault.level == "failure" for fault in faults):
        return [Fault(path, 1, "This PRD has no requirement.", WRITE_ONE, code="no-requirement")]
    return []


def _prose(*lines: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def merge_prds(prds: Iterable[Prd]) -> tuple[tuple[Requirement, ...], tuple[Fault, ...]]:
    """All requirements and all faults of one pull request's PRDs, with what only shows across files.

    A dependency may point into another file. An id that is in two files is a fault in the later one, which is left out.
    """
    read = tuple(prds)
    known: dict[str, Requirement] = {}
    for prd in read:
        for requirement in prd.requirements:
            known.setdefault(requirement.id, requirement)
    faults = [fault for prd in read for fault in prd.faults if not (fault.code == UNKNOWN and fault.about in known)]
    seen = {(fault.path, fault.line, fault.code) for fault in faults}
    firsts = ({req.id: req for req in reversed(prd.requirements)}.values() for prd in read)
    across = [*duplicates(req for each in firsts for req in each), *cycles(known, {})]
    of_one_file = {fault.about for fault in faults if fault.code == CYCLE}
    faults += [
        fault
        for fault in across
        if (fault.path, fault.line, fault.code) not in seen and not (fault.code == CYCLE and fault.about in of_one_file)
    ]
    return tuple(known.values()), tuple(faults)
