"""What a task was planned to bring into being, as the tests see it: modules and the names in them."""

from dataclasses import dataclass

from tdd_orchestrator.core.paths import matches


@dataclass(frozen=True, slots=True)
class Planned:
    """The paths (globs) a task owns, and the folders that imports start from (`""` is the root of the repository)."""

    owned: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ("", "src")

    def owns(self, path: str) -> bool:
        """Whether the task may write this file."""
        return bool(path) and matches(path, self.owned)

    def paths_of(self, module: str) -> tuple[str, ...]:
        """The owned files that are, or could become, this module: as a file first, then as a package."""
        return tuple(path for path in self._candidates(module) if self.owns(path))

    def plans_module(self, module: str) -> bool:
        """Whether the module, or something inside the package it names, is the task's to write."""
        return bool(self.paths_of(module)) or any(
            glob.startswith(f"{folder}/") for folder in self._folders(module) for glob in self.owned
        )

    def plans(self, missing: str) -> bool:
        """Whether `package.module:Name` is the task's to write: the module decides."""
        return bool(missing) and self.plans_module(missing.partition(":")[0])

    def _folders(self, module: str) -> tuple[str, ...]:
        inside = module.replace(".", "/")
        return tuple(f"{root.strip('/')}/{inside}".lstrip("/") for root in self.source_roots)

    def _candidates(self, module: str) -> tuple[str, ...]:
        return tuple(path for folder in self._folders(module) for path in (f"{folder}.py", f"{folder}/__init__.py"))
