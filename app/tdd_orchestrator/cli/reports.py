"""Reports as files: the ending of the name says which kind."""

import json
from pathlib import Path

from markdown_it import MarkdownIt

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.wire import to_wire
from tdd_orchestrator.report.document import document

ENDINGS = (".html", ".md", ".json")
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.55 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 }}
td, th {{ border: 1px solid #8884; padding: .35rem .6rem; text-align: left; vertical-align: top }}
code {{ background: #8882; padding: .1rem .3rem; border-radius: 4px }}
</style></head><body>
{body}
</body></html>
"""


def check_report(path: Path | None) -> None:
    """Raise before any work is done where the report could not be written."""
    if path is None:
        return
    if path.suffix not in ENDINGS:
        raise _unknown(path.suffix)
    if path.is_dir() or any(parent.exists() and not parent.is_dir() for parent in path.parents):
        raise TddError(f"The report {path} cannot be written there.", remedy="Name a file in a folder.")


def write_report(run: Run, path: Path) -> None:
    """Write the run's report; `.html`, `.md` or `.json`."""
    match path.suffix:
        case ".json":
            text = json.dumps(to_wire(run), indent=2, ensure_ascii=False) + "\n"
        case ".md":
            text = document(run)
        case ".html":
            body = MarkdownIt("commonmark", {"html": False}).enable("table").render(document(run))
            text = PAGE.format(title=_escaped(run.title), body=body)
        case other:
            raise _unknown(other)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _unknown(ending: str) -> TddError:
    return TddError(f"A report cannot be {ending or 'without an ending'}.", remedy="Use .html, .md or .json.")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
