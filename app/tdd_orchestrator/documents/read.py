"""A PRD file from its bytes: what is refused before it is parsed, and which form it is in."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

from tdd_orchestrator.core.fault import Fault, on_a_line_of
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.core.prd import LARGEST, Prd, Structured, parse_prd
from tdd_orchestrator.documents.json_tree import json_tree
from tdd_orchestrator.documents.yaml_tree import yaml_tree

_FRONT = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"\s*[\w-]+[ \t]*:")


def read_prd(path: str, raw: bytes) -> Prd:
    """Read one PRD. Total: what is wrong with the file stands in `Prd.faults`."""
    if refused := _refused(path, raw):
        return Prd(path, PurePosixPath(path).stem, faults=(refused,))
    text = raw.decode("utf-8-sig")
    prd = parse_prd(path, text, structured=_structured(path, text) if text.strip() else None)
    return replace(prd, faults=tuple(on_a_line_of(text, fault) for fault in prd.faults))


def _refused(path: str, raw: bytes) -> Fault | None:
    """What can be told from the bytes alone; the size first, so that a huge file costs nothing."""
    if len(raw) > LARGEST:
        message = f"This PRD has {len(raw) / 1e6:.1f} MB; at most 1 MB is read."
        return Fault(path, 1, message, "Divide it into several files.", code="size")
    if b"\x00" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\x00")) + 1
        remedy = "Write the PRD as Markdown, YAML or JSON text in UTF-8."
        return Fault(path, line, "This is a binary file, or text in UTF-16.", remedy, code="binary")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"This is not UTF-8: byte 0x{raw[error.start]:02x} in this line."
        return Fault(path, line, message, "Save the file in UTF-8.", code="encoding")
    return None


def _structured(path: str, text: str) -> Structured | None:
    """The structured form in a file, whole or in front; None where it is Markdown alone."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in (".yaml", ".yml", ".json"):
        root = json_tree(path, text) if suffix == ".json" else yaml_tree(path, text)
        return _told(root, None)
    opening = _FRONT.match(text)
    if opening is None:
        return None
    closing = _END.search(text, opening.end())
    if closing is None:
        # Without an end it is a rule across the page, unless it reads like front matter.
        if not _KEY.match(text, opening.end()):
            return None
        fault = Fault(path, 1, "The front matter has no end.", "Write `---` on the line below it.", code="yaml")
        return Structured(None, (fault,), 2)
    front = text[opening.end() : closing.start()]
    body_line = len(re.findall(r"\r\n|\r|\n", text[: closing.end()])) + 1
    return _told(yaml_tree(path, front, 2), body_line)


def _told(root: Located | Fault | None, body_line: int | None) -> Structured:
    return Structured(None, (root,), body_line) if isinstance(root, Fault) else Structured(root, (), body_line)
