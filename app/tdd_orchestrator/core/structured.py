"""Requirements from the structured form of a PRD: a YAML or JSON file, or the front matter of a Markdown file."""

from dataclasses import dataclass, field

from tdd_orchestrator.core.fault import Fault, Level, listed, nearest
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.core.names import title_and_rest
from tdd_orchestrator.core.requirements import Requirement, Sketch, derived_id

_TOP = ("title", "requirements", "context", "out_of_scope")
_ABOUT = (
    "author",
    "authors",
    "date",
    "description",
    "labels",
    "layout",
    "owner",
    "status",
    "summary",
    "tags",
    "version",
)
_REQUIREMENT = ("id", "title", "text", "acceptance", "depends_on", "kind", "files", "tests")


@dataclass
class Reading:
    """What a structured form says, and what is wrong with it."""

    path: str
    title: str | None = None
    context: str = ""
    out_of_scope: str = ""
    sketches: list[Sketch] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def _fault(self, line: int, message: str, remedy: str, code: str, level: Level = "failure") -> None:
        self.faults.append(Fault(self.path, line, message, remedy, level, code))

    def read(self, root: Located, last_line: int, *, front_matter: bool) -> None:
        """Read the top of the form; `last_line` is the last line of it."""
        if not root.is_mapping:
            remedy = "Write `title:` and `requirements:` with a list under it."
            return self._fault(root.line, f"The top of this file is {root.noun}, not a mapping.", remedy, "shape")
        self._unknown(root, _TOP, _ABOUT, "warning" if front_matter else "failure")
        self.title = self._text(root, "title") or None
        self.context, self.out_of_scope = self._text(root, "context"), self._text(root, "out_of_scope")
        listing = root.get("requirements")
        if listing is None or listing.value is None:
            return None
        if not listing.is_list:
            remedy = "Write a list: one `- id: REQ-1` with `text:` for each requirement."
            return self._fault(listing.line, f"`requirements` is {listing.noun}, not a list.", remedy, "shape")
        ends = [*(item.line - 1 for item in listing.items[1:]), last_line]
        for item, end in zip(listing.items, ends, strict=True):
            self._requirement(item, max(item.line, end))
        return None

    def _unknown(self, mapping: Located, known: tuple[str, ...], also: tuple[str, ...], level: Level) -> None:
        for key, entry in mapping:
            if key not in known and key not in also:
                close = nearest(key, known)
                remedy = f"Write `{close}`." if close else f"Known here: {listed(known)}."
                self._fault(entry.line, f"`{key[:60]}` is not a key of a PRD.", remedy, "unknown-key", level)

    def _text(self, mapping: Located, key: str) -> str:
        entry = mapping.get(key)
        if entry is None or entry.value is None:
            return ""
        if entry.text is None:
            self._fault(entry.line, f"`{key}` is {entry.noun}, not text.", f"Write `{key}: words`.", "shape")
        return (entry.text or "").strip()

    def _texts(self, mapping: Located, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one, divided at commas where it names things."""
        entry = mapping.get(key)
        if entry is None or entry.value is None:
            return ()
        if entry.text is not None:
            parts = [entry.text] if key == "acceptance" else entry.text.split(",")
            return tuple(part.strip() for part in parts if part.strip())
        if entry.is_list and all(item.text is not None for item in entry.items):
            return tuple(item.text.strip() for item in entry.items if item.text is not None)
        line = next((item.line for item in entry.items if item.text is None), entry.line)
        self._fault(line, f"`{key}` is not a list of texts.", f"Write `{key}:` and `- words` under it.", "shape")
        return ()

    def _requirement(self, item: Located, end_line: int) -> None:
        if item.text:
            title, text = title_and_rest(item.text)
            req = Requirement(derived_id(title), title, text, self.path, item.line, end_line)
            return self.sketches.append(Sketch(req, prose=((item.line, item.text),)))
        if not item.is_mapping:
            remedy = "Write `- id: REQ-1` with `text:` under it."
            return self._fault(item.line, f"This requirement is {item.noun}, not a mapping.", remedy, "shape")
        self._unknown(item, _REQUIREMENT, (), "failure")
        text, title = self._text(item, "text"), self._text(item, "title")
        acceptance = self._texts(item, "acceptance")
        name = title or title_and_rest(text)[0]
        requirement = Requirement(
            id=self._text(item, "id") or derived_id(name),
            title=name,
            text=text or (title if acceptance else ""),
            path=self.path,
            line=item.line,
            end_line=end_line,
            acceptance=acceptance,
            depends_on=self._texts(item, "depends_on"),
            kind=self._text(item, "kind").lower() or None,
            files=self._texts(item, "files"),
            tests=self._texts(item, "tests"),
        )
        lines = tuple((key, entry.line) for key, entry in item)
        prose = tuple((entry.line, entry.text) for key, entry in item if entry.text and key in ("title", "text"))
        return self.sketches.append(Sketch(requirement, lines, prose))
