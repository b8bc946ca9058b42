"""A search for a regular expression, as a program of its own: a hostile pattern then costs a killed process, no more.

Inside the worker's own process it could not be stopped, because `re` does not let go of the interpreter.
Reads `{"root", "pattern", "paths", "most"}` from stdin as JSON, and prints `path:line: text` lines.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

WIDEST = 300
MOST_BYTES = 1_000_000


def found(root: Path, pattern: str, paths: list[str]) -> Iterator[str]:
    """Every line that matches, as `path:line: text`; files that are no text are passed over."""
    wanted = re.compile(pattern)
    for path in paths:
        try:
            raw = (root / path).read_bytes()[:MOST_BYTES]
            lines = raw.decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for number, line in enumerate(lines, 1):
            if wanted.search(line):
                yield f"{path}:{number}: {line.strip()[:WIDEST]}"


def main() -> None:
    """Print up to `most` lines, and a last one that says if there are more."""
    asked = json.load(sys.stdin)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for number, line in enumerate(found(Path(asked["root"]), asked["pattern"], asked["paths"])):
        if number == asked["most"]:
            print(f"[only the first {number} matches are shown]")
            break
        print(line)


if __name__ == "__main__":
    main()
