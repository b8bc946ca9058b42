"""Ablation: each piece of the new code is taken out in turn, and some new test must fail.

A piece that no new test holds is code that nobody asked for, or a test that is missing. Bounded in number and time, so
what was not tried is not known; the count says how many were.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tdd_action.bench import Bench
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence import Ended, Outcome, Reason, SuiteReport
from tdd_orchestrator.core.evidence.reports import chosen
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.policy import ABSENT, DOCUMENTS

MOST_PIECES = 15
MOST_SECONDS = 30.0
HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
LOOSE = "No new test notices when {what} is taken out: test it, or leave it out."


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the change, the tree without it, and where to point (`line` is 1-based)."""

    path: str
    line: int
    what: str
    tree: str


@dataclass(frozen=True, slots=True)
class Ablation:
    """How many pieces were tried, and those that no new test holds."""

    tried: int = 0
    loose: tuple[Reason, ...] = ()


def ablate(bench: Bench, new_tests: tuple[str, ...], before: str, after: str) -> Ablation:
    """Take the pieces of `before..after` out one by one and run the new tests without them."""
    deadline = time.monotonic() + MOST_SECONDS
    usual, tried, loose = bench.seconds, 0, []
    try:
        for piece in _pieces(bench.workspace, before, after):
            left = deadline - time.monotonic()
            if tried == MOST_PIECES or left <= 0:
                break
            bench.seconds = min(usual, max(left, 1.0))
            report = bench.on(piece.tree, "ablation", tests=new_tests)
            if report.ended in (Ended.COULD_NOT_RUN, Ended.FORGED):
                continue
            tried += 1
            if _all_pass(new_tests, report):
                loose.append(Reason("", None, piece.path, piece.line, LOOSE.format(what=piece.what)))
    finally:
        bench.seconds = usual
    return Ablation(tried, tuple(loose))


def _all_pass(new_tests: tuple[str, ...], report: SuiteReport) -> bool:
    results = chosen(new_tests, report)
    return report.ended is Ended.COMPLETED and bool(results) and all(each.outcome is Outcome.PASSED for each in results)


def _pieces(workspace: Workspace, before: str, after: str) -> Iterator[Piece]:
    """Definitions that are new by name, one by one; then every other hunk."""
    for each in workspace.differences(before, after):
        if matches(each.path, DOCUMENTS):
            continue
        fresh = _fresh(workspace, each.path, before, after)
        yield from (piece for _, piece in fresh)
        if each.mode_before != ABSENT or not fresh:
            yield from _hunks(workspace, each.path, before, after, [lines for lines, _ in fresh])


def _fresh(workspace: Workspace, path: str, before: str, after: str) -> list[tuple[range, Piece]]:
    """New functions and classes with their lines: a hunk that holds several of them would say too little."""
    text = (workspace.read(after, path) or b"").decode("utf-8", "replace")
    known = _definitions(path, (workspace.read(before, path) or b"").decode("utf-8", "replace"))
    lines = text.splitlines(keepends=True)
    found = []
    for name, (first, line, last) in _definitions(path, text).items():
        if name not in known:
            rest = "".join([*lines[: first - 1], *lines[last:]])
            piece = Piece(path, line, f"`{name}`", workspace.with_text(after, path, rest))
            found.append((range(first, last + 1), piece))
    return found


def _definitions(path: str, text: str) -> Mapping[str, tuple[int, int, int]]:
    """First line, own line and last line of what a file defines, by name, where its language can be read."""
    language = language_of(path)
    try:
        return language.definitions(text) if language is not None else {}
    except SyntaxError:
        return {}


def _hunks(workspace: Workspace, path: str, before: str, after: str, seen: list[range]) -> Iterator[Piece]:
    shown = ("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--full-index")
    patch = workspace.git.raw("diff", *shown, "--src-prefix=a/", "--dst-prefix=b/", before, after, "--", path)
    text = (workspace.read(after, path) or b"").splitlines()
    found = [*HUNK.finditer(patch)]
    if not found:  # an empty file, or one that is no text
        return
    for hunk, end in zip(found, [*(each.start() for each in found[1:]), len(patch)], strict=True):
        start, length = int(hunk[1]), int(hunk[2] or 1)
        own = [line for line in range(start, start + length) if text[line - 1 : line] != [b""]]
        if own and all(any(line in lines for lines in seen) for line in own):
            continue
        tree = workspace.without(after, patch[: found[0].start()] + patch[hunk.start() : end])
        if tree is not None:
            yield Piece(path, max(start, 1), f"the change at line {max(start, 1)}", tree)
