"""Which files a list of patterns means, as `actions/upload-artifact` and `hashFiles()` read them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Found:
    """Files, sorted, and the folder that their names in an artifact are relative to."""

    files: tuple[Path, ...]
    root: Path


def find(patterns: str, base: Path, *, hidden: bool) -> Found:
    """Expand patterns, one per line; `!` takes away, `#` is a comment; a folder means all that is in it."""
    lines = [line.strip() for line in patterns.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    wanted = [_absolute(line, base) for line in lines if not line.startswith("!")]
    unwanted = [_matcher(_absolute(line[1:], base)) for line in lines if line.startswith("!")]
    starts = [_start(pattern) for pattern in wanted]
    files: set[Path] = set()
    for pattern, start in zip(wanted, starts, strict=True):
        matches = _matcher(pattern)
        files.update(path for path in _walk(start, hidden=hidden) if matches.fullmatch(str(path)))
    kept = tuple(sorted(path for path in files if not any(one.fullmatch(str(path)) for one in unwanted)))
    return Found(kept, _root(kept, starts, base))


def digest(patterns: Sequence[str], base: Path) -> str:
    """`hashFiles()`: the SHA-256 of the SHA-256 of each file; the empty string if there is none."""
    found = find("\n".join(patterns), base, hidden=True)
    whole = hashlib.sha256()
    for path in found.files:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest() if found.files else ""


def _absolute(pattern: str, base: Path) -> str:
    if pattern.startswith("~/"):
        raise ValueError("a path that begins with ~ has no meaning on a runner whose home is thrown away")
    return os.path.normpath(base / pattern)


def _start(pattern: str) -> Path:
    """The longest leading part without a wildcard."""
    parts = Path(pattern).parts
    plain = [part for part, _ in zip(parts, _until_magic(parts), strict=False)]
    return Path(*plain)


def _until_magic(parts: Sequence[str]) -> Iterator[None]:
    for part in parts:
        if _MAGIC.search(part):
            return
        yield None


def _matcher(pattern: str) -> re.Pattern[str]:
    """A pattern as an expression that also takes everything below what it names."""
    written = ""
    for part in Path(pattern).parts[1:]:
        written += "(?:/[^/]+)*" if part == "**" else "/" + _segment(part)
    return re.compile(written + "(?:/.*)?", re.DOTALL)


def _segment(part: str) -> str:
    pieces = re.split(r"(\*|\?|\[[^\]]+\])", part)
    plain = {"*": "[^/]*", "?": "[^/]"}
    return "".join(plain.get(one) or (one if one.startswith("[") else re.escape(one)) for one in pieces)


def _walk(start: Path, *, hidden: bool) -> Iterator[Path]:
    if not hidden and start.name.startswith("."):
        return
    if start.is_dir():
        for below in sorted(start.iterdir()):
            yield from _walk(below, hidden=hidden)
    elif start.is_file():
        yield start


def _root(files: Sequence[Path], starts: Sequence[Path], base: Path) -> Path:
    """One file named plainly loses its folders; else the folder that all patterns share is the root."""
    if not starts:
        return base
    if len(starts) == 1:
        return starts[0].parent if list(files) == [starts[0]] else starts[0]
    return Path(os.path.commonpath(starts))
