"""Lays a witness over Go's package `testing` for one run: nothing of the installation and of the project changes."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

OVERLAY = "overlay.json"
WITNESS = Path(__file__).with_name("witness.go")
SEEN = "if {it}.parent != nil {{ tddSaw({it}.name, {it}.Failed(), {it}.Skipped()) }}"
# By file of Go's: a line that stands there once, in every Go since 1.18, and what stands there for the run.
TURNED: Mapping[str, tuple[str, str]] = {
    "testing.go": ("func (t *T) report() {", f"func (t *T) report() {{ {SEEN.format(it='t')}"),
    "fuzz.go": ("func (f *F) report() {", f"func (f *F) report() {{ {SEEN.format(it='f')}"),
    "example.go": ("if !runExample(eg) {", "if !tddExample(eg) {"),
}


def watching(scratch: Path, home: str | None) -> Path | None:
    """The folder below `scratch` with the overlay that brings the witness in; `home` is GOROOT where it is set.

    None where Go's own sources are not at hand or not as they are known, or away from Linux: then nobody watches from
    within.
    """
    sources = _sources(home) if sys.platform == "linux" else None
    if sources is None:
        return None
    turned = {name: _turned(sources / name, *lines) for name, lines in TURNED.items()}
    if not all(turned.values()):
        return None
    folder = scratch / "go-witness"
    folder.mkdir(parents=True, exist_ok=True)
    replaced = {str(sources / name): str(_written(folder / name, text)) for name, text in turned.items()}
    replaced[str(sources / "tdd_witness.go")] = str(_written(folder / "tdd_witness.go", WITNESS.read_text()))
    _written(folder / OVERLAY, json.dumps({"Replace": replaced}))
    return folder


def _sources(home: str | None) -> Path | None:
    """The folder of the package `testing`, by the place of the program."""
    program = shutil.which("go")
    root = Path(home) if home else Path(os.path.realpath(program)).parents[1] if program else None
    folder = root / "src" / "testing" if root else None
    return folder if folder and folder.is_dir() else None


def _turned(file: Path, line: str, instead: str) -> str:
    try:
        text = file.read_text("utf-8")
    except OSError:
        return ""
    return text.replace(line, instead) if text.count(line) == 1 else ""


def _written(file: Path, text: str) -> Path:
    if not file.is_file() or file.read_text("utf-8") != text:
        file.write_text(text, encoding="utf-8")
    return file
