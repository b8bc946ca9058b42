"""The methods and classes that a Ruby file defines, each with its lines."""

from collections.abc import Mapping

from tdd_orchestrator.core.ruby_tests import PUBLIC
from tdd_orchestrator.core.ruby_text import block_end, depth_of, plain


def definitions(source: str) -> Mapping[str, tuple[int, int, int]]:
    """First line, own line and last line (1-based) by name: `Shop::Cart#add`, or a class where it holds none."""
    lines, found = plain(source).splitlines(), dict[str, tuple[int, int, int]]()
    around: list[tuple[int, str]] = []
    inner = set[str]()
    for place, line in enumerate(lines):
        if not (each := PUBLIC.match(line)):
            continue
        around = [one for one in around if one[0] < depth_of(line)]
        outer = "::".join(name for _, name in around)
        if each[2]:
            around.append((depth_of(line), each[2]))
            name = f"{outer}::{each[2]}" if outer else each[2]
        else:
            single, bare = each[3].startswith("self."), each[3].removeprefix("self.")
            name = f"{outer}{'.' if single else '#'}{bare}" if outer else each[3]
            inner.add(outer)
        found[name] = (place + 1, place + 1, block_end(lines, place) + 1)
    return {name: span for name, span in found.items() if not any(f"{one}::".startswith(f"{name}::") for one in inner)}
