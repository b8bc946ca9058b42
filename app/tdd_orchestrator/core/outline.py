"""Which lines of a Markdown PRD belong to which requirement: one walk over its blocks with a stack of what is open."""

from dataclasses import dataclass, field
from itertools import pairwise

from tdd_orchestrator.core.markdown import Blank, Block, Code, Heading, Item, Prose, Row, plain
from tdd_orchestrator.core.names import Part, acceptance_label, is_id, opening_id, section_of, unnumbered

_LIST = 10  # list items lie deeper than any heading


@dataclass
class Found:
    """A requirement while its lines are gathered; `depth` decides what ends it; a derived one has no `id` yet."""

    start: Block
    depth: int
    id: str | None
    title: str
    body: list[tuple[Block, bool]] = field(default_factory=list)
    cells: tuple[tuple[str, str], ...] = ()
    has_children: bool = False

    @property
    def end_line(self) -> int:
        return max([self.start.line, *(block.line for block, _ in self.body if not isinstance(block, Blank))])


@dataclass
class Outline:
    """What the walk has found: requirements in the order of their lines, and the prose outside them."""

    title: str | None = None
    found: list[Found] = field(default_factory=list)
    context: list[str] = field(default_factory=list)
    out_of_scope: list[str] = field(default_factory=list)
    criteria: list[Block] = field(default_factory=list)  # under an acceptance section of the whole document
    _sections: list[tuple[int, Part]] = field(default_factory=list)
    _open: list[Found] = field(default_factory=list)
    _label: int | None = None  # the indent of the `Acceptance:` label that is in force
    _columns: tuple[str, ...] = ()
    _before: Block = field(default_factory=lambda: Blank(0))

    def walk(self, blocks: list[Block]) -> None:
        for block, after in pairwise([*blocks, Blank(0)]):
            match block:
                case Heading():
                    self._heading(block)
                case Item():
                    self._item(block)
                case Row():
                    self._row(block, after)
                case Prose():
                    self._prose(block)
                case Code() | Blank():
                    self._keep(block)
            self._before = block

    @property
    def _part(self) -> Part:
        return self._sections[-1][1] if self._sections else Part.CONTEXT

    def _close(self, depth: int) -> None:
        while self._open and self._open[-1].depth >= depth:
            self._open.pop()

    def _begin(self, start: Block, depth: int, ident: str | None, title: str) -> Found:
        self._close(depth)
        if self._open:
            self._open[-1].has_children = True
        new = Found(start, depth, ident, title)
        self._open.append(new)
        self.found.append(new)
        self._label = None
        return new

    def _heading(self, block: Heading) -> None:
        while self._sections and self._sections[-1][0] >= block.level:
            self._sections.pop()
        outer, named = self._part, section_of(block.text)
        self._label = None
        opened = opening_id(block.text, bare=True)
        if block.level == 1 and self.title is None and not opened:
            self.title = plain(block.text)
        part = self._part_of_heading(block, outer, named, opened)
        if part is Part.INSIDE and (opened or outer is not Part.INSIDE):
            ident, title = opened or (block.anchor, unnumbered(block.text))
            self._begin(block, block.level, ident, plain(title))
        elif part is Part.ACCEPTANCE and self._open and self._open[-1].depth <= block.level:
            pass  # a sister heading of the requirement is taken as meant for it
        else:
            self._close(block.level)
            self._keep(block)
        self._sections.append((block.level, part))

    def _part_of_heading(self, block: Heading, outer: Part, named: Part | None, opened: tuple[str, str] | None) -> Part:
        if outer is Part.OUT_OF_SCOPE:
            return outer
        if opened:
            return Part.INSIDE
        if outer in (Part.INSIDE, Part.ACCEPTANCE):
            return Part.ACCEPTANCE if named is Part.ACCEPTANCE else outer
        if named:
            return named
        anchored = block.anchor is not None and block.level > 1
        return Part.INSIDE if anchored or outer is Part.REQUIREMENTS else outer

    def _item(self, block: Item) -> None:
        depth = _LIST + block.indent
        if self._label is not None and block.indent < self._label:
            self._label = None
        accepting = self._part is Part.ACCEPTANCE or self._label is not None
        if accepting or self._part in (Part.OUT_OF_SCOPE, Part.ASIDE):
            return self._keep(block)
        self._close(depth)
        if opened := opening_id(block.text, bare=False):
            self._begin(block, depth, *opened)
        elif self._part is Part.REQUIREMENTS and not self._open and block.text:
            self._begin(block, depth, None, block.text)
        elif (rest := acceptance_label(block.text)) is not None:
            self._label_at(block.line, block.indent + 1, rest)
        else:
            self._keep(block)
        return None

    def _prose(self, block: Prose) -> None:
        fresh = not isinstance(self._before, Prose | Item)
        if fresh and self._label is not None and block.indent <= self._label:
            self._label = None
        rest = acceptance_label(block.text)
        if rest is not None and self._part is not Part.OUT_OF_SCOPE:
            return self._label_at(block.line, block.indent, rest)
        if fresh and block.indent == 0:
            self._close(_LIST)
        follows = bool(self._open) and isinstance(self._open[-1].start, Prose)
        opened = opening_id(block.text, bare=False) if fresh or follows or block.text.startswith("**") else None
        listing = self._label is None and self._part in (Part.CONTEXT, Part.REQUIREMENTS, Part.INSIDE)
        if opened and listing and block.indent < 4:
            self._begin(block, _LIST - 1, *opened)
        else:
            self._keep(block)
        return None

    def _label_at(self, line: int, indent: int, rest: str) -> None:
        self._label = indent
        if rest:
            self._keep(Item(line, indent, rest))

    def _row(self, block: Row, after: Block) -> None:
        if not isinstance(self._before, Row):
            self._columns = ()
            if isinstance(self._before, Blank):
                self._close(_LIST - 1)
        if isinstance(after, Row) and after.ruler:
            self._columns = block.cells
        if block.ruler or self._columns is block.cells:
            return None
        at = next((n for n, cell in enumerate(block.cells) if is_id(plain(cell))), None)
        if at is None or self._part in (Part.OUT_OF_SCOPE, Part.ASIDE, Part.ACCEPTANCE):
            return self._keep(Prose(block.line, 0, " · ".join(filter(None, block.cells))))
        names = [*map(plain, self._columns), *[""] * len(block.cells)]
        row = self._begin(block, _LIST - 1, plain(block.cells[at]), "")
        row.cells = tuple((names[n].casefold(), cell) for n, cell in enumerate(block.cells) if n != at and cell)
        return self._close(_LIST - 1)

    def _keep(self, block: Block) -> None:
        """Give a block that begins nothing to whom it belongs."""
        accepting = self._part is Part.ACCEPTANCE or self._label is not None
        told = getattr(block, "text", "")
        if self._part is Part.OUT_OF_SCOPE:
            self.out_of_scope.append(told)
        elif self._open:
            self._open[-1].body.append((block, accepting))
        elif accepting:
            self.criteria.append(block)
        else:
            self.context.append(told)


def outline(blocks: list[Block]) -> Outline:
    """Sort the blocks of a PRD."""
    found = Outline()
    found.walk(blocks)
    return found
