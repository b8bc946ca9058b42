"""A Rust package on disk: which file holds which test, and which names are its own to bring."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tdd_orchestrator.core.rust_compiler import Fault, is_own
from tdd_orchestrator.core.rust_tests import module_path, tests_in


@dataclass
class Crate:
    """Everything below one root; in a workspace that is several packages."""

    root: Path
    texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path) -> "Crate":
        return cls(root)

    def shown(self, path: str) -> str:
        """A path as cargo gives it, relative to the root where it lies below it."""
        return path.removeprefix(f"{self.root}/").removeprefix("./")

    def text(self, path: str) -> str:
        if path not in self.texts:
            try:
                self.texts[path] = (self.root / path).read_text("utf-8", "replace")
            except OSError:
                self.texts[path] = ""
        return self.texts[path]

    def place(self, source: str, name: str) -> tuple[str, str, int]:
        """File, name within the file, and line of a test that a binary calls so. Unknown ones go to its root file."""
        top = self.shown(source)
        parts = name.split("::")
        for path in self._beside(top):
            prefix = module_path(path, top)
            if tuple(parts[: len(prefix)]) != prefix:
                continue
            inner, held = "::".join(parts[len(prefix) :]), tests_in(self.text(path))
            if known := next((each for each in (inner, inner.rpartition("::")[0]) if each in held), None):
                return path, inner, held[known].line
        return top, name, 0

    def _beside(self, top: str) -> list[str]:
        """The files that may belong to a binary, its root first, then the deepest."""
        folder = Path(top).parent
        if folder.name in ("tests", "examples", "benches") and folder.parent == Path("."):
            below = sorted((self.root / folder).glob("*/**/*.rs"))
        else:
            below = sorted((self.root / folder).glob("**/*.rs"))
        names = [each.relative_to(self.root).as_posix() for each in below]
        return [top, *sorted((each for each in names if each != top), key=lambda each: -each.count("/"))]

    def source_folder(self, path: str) -> str:
        """`src/` of the package that a file belongs to."""
        folder = Path(path).parent
        while folder != Path(".") and not (self.root / folder / "Cargo.toml").is_file():
            folder = folder.parent
        return "src/" if folder == Path(".") else f"{folder.as_posix()}/src/"

    def own(self, fault: Fault) -> bool:
        """Whether a complaint is of names that this package could bring."""
        return bool(fault.names) and all(is_own(name, fault.code, self.name, self._modules) for name in fault.names)

    @cached_property
    def name(self) -> str:
        found = re.search(r'^name\s*=\s*"([^"]+)"', self.text("Cargo.toml"), re.MULTILINE)
        return found[1].replace("-", "_") if found else ""

    @cached_property
    def _modules(self) -> frozenset[str]:
        return frozenset(each.stem for each in self.root.glob("**/src/**/*.rs"))
