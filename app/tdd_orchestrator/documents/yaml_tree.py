"""YAML as a tree that knows its lines, built from the parser's events so that no text can exhaust stack or memory.

The safe subset only: tags are refused, `<<` is an ordinary key, dates stay text. An alias shares the tree of its
anchor, and what a reader would walk through is counted, so that a few lines cannot stand for millions.
"""

from dataclasses import dataclass, field

import yaml

from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.located import Located

DEEPEST = 40
MOST_NODES = 50_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_NUMBERS = {_TAG + "int", _TAG + "float"}
_SCALARS = {_TAG + name for name in ("str", "null", "bool", "int", "float", "timestamp", "merge", "value")}


class _Refused(Exception):
    """The text is YAML that this reader will not take."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line, self.message, self.remedy = line, message, remedy


@dataclass
class _Frame:
    """A mapping or list that is not closed yet."""

    line: int
    mapping: bool
    anchor: str | None
    entries: dict[str, Located] = field(default_factory=dict)
    items: list[Located] = field(default_factory=list)
    key: str | None = None
    key_line: int = 0
    size: int = 1

    def add(self, node: Located, size: int) -> None:
        self.size += size
        if not self.mapping:
            self.items.append(node)
        elif self.key is None:
            self._name(node)
        else:
            kept = Located(node.value, self.key_line, node.source, node.entries, node.items)
            self.entries[self.key], self.key = kept, None

    def _name(self, node: Located) -> None:
        if node.entries or node.items or node.is_mapping or node.is_list:
            raise _Refused(node.line, "A key is a list or a mapping.", "Write a word before the colon.")
        self.key, self.key_line = node.source, node.line
        if self.key in self.entries:
            first = self.entries[self.key].line
            raise _Refused(node.line, f"`{self.key[:60]}` is there twice.", f"Leave one; the other is in line {first}.")

    def closed(self) -> Located:
        if self.mapping:
            plain = {key: node.value for key, node in self.entries.items()}
            return Located(plain, self.line, entries=tuple(self.entries.items()))
        return Located([node.value for node in self.items], self.line, items=tuple(self.items))


@dataclass
class _Builder:
    """Turns events into a tree without recursion."""

    resolver: yaml.SafeLoader
    frames: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Located, int]] = field(default_factory=dict)
    root: Located | None = None
    nodes: int = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.ScalarEvent():
                self._put(self._scalar(event, line), 1, event.anchor, line)
            case yaml.AliasEvent():
                if event.anchor not in self.anchors:
                    remedy = "Write the value itself."
                    raise _Refused(line, f"`*{event.anchor}` stands for nothing that is complete here.", remedy)
                self._put(*self.anchors[event.anchor], None, line)
            case yaml.CollectionStartEvent():
                self._open(event, line)
            case yaml.CollectionEndEvent():
                frame = self.frames.pop()
                self._put(frame.closed(), frame.size, frame.anchor, line, counted=True)
            case yaml.DocumentStartEvent() if self.root is not None:
                raise _Refused(
                    line, "A second document begins here.", "Take out the line `---`: one file, one document."
                )
            case _:
                pass

    def _open(self, event: yaml.CollectionStartEvent, line: int) -> None:
        mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _TAG + ("map" if mapping else "seq")):
            raise _Refused(line, f"The tag `{event.tag}` is not taken.", "Write plain values.")
        if len(self.frames) >= DEEPEST:
            raise _Refused(line, f"This is nested more than {DEEPEST} deep.", "Write it flatter.")
        self.frames.append(_Frame(line, mapping, event.anchor))

    def _put(self, node: Located, size: int, anchor: str | None, line: int, *, counted: bool = False) -> None:
        self.nodes += 0 if counted else size
        if self.nodes > MOST_NODES:
            raise _Refused(line, f"This stands for more than {MOST_NODES} values.", "Write less, without aliases.")
        if anchor:
            self.anchors[anchor] = node, size
        if self.frames:
            self.frames[-1].add(node, size)
        else:
            self.root = node

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Located:
        tag = event.tag
        if tag in (None, "!"):
            tag = str(self.resolver.resolve(yaml.ScalarNode, event.value, event.implicit))  # type: ignore[no-untyped-call]
        if tag not in _SCALARS:
            raise _Refused(line, f"The tag `{tag}` is not taken.", "Write plain values.")
        return Located(_value(tag, event.value), line, event.value)


def _value(tag: str, text: str) -> object:
    """A scalar's value; what its tag promises and its text does not keep stays text."""
    if tag == _TAG + "null":
        return None
    if tag == _TAG + "bool":
        return text.lower() in ("yes", "true", "on", "y")
    if tag in _NUMBERS:
        bare = text.replace("_", "").lower()
        try:
            return int(bare, 0) if tag.endswith("int") else float(bare.replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
    return text


def yaml_tree(path: str, text: str, first_line: int = 1) -> Located | Fault | None:
    """Read one YAML document whose first line is `first_line` of the file; None where it says nothing."""
    builder = _Builder(yaml.SafeLoader(""))
    shifted = "\n" * (first_line - 1) + text
    try:
        for event in yaml.parse(shifted, Loader=_Loader):
            builder.take(event)
    except _Refused as refused:
        return Fault(path, refused.line, refused.message, refused.remedy, code="yaml")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min((mark.line if mark else 0) + 1, shifted.count("\n") + 1)
        return Fault(
            path, line, f"This is not YAML: {error.problem or 'it cannot be read'}.", _remedy(error), code="yaml"
        )
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first_line if isinstance(error.position, int) else first_line
        return Fault(path, line, "This is not YAML: a control character.", "Take the character out.", code="yaml")
    except UnicodeEncodeError:
        return Fault(path, first_line, "This holds half a character.", "Save the file in UTF-8.", code="yaml")
    return builder.root


def _remedy(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "mapping values are not allowed" in problem:
        return 'Put text that holds a colon into quotes: `key: "a: b"`.'
    if "\\t" in problem or "tab" in problem:
        return "Indent with spaces, not with tabs."
    if "alias" in problem or "anchor" in problem:
        return "Put text that begins with `*` or `&` into quotes."
    return "Check quotes and indentation here and in the line before."
