"""What a task was planned to bring into being, as the tests see it: modules and the names in them."""

from dataclasses import dataclass

from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.test_places import is_test_path


@dataclass(frozen=True, slots=True)
class Planned:
    """The paths (globs) a task owns, and the folders that imports start from (`""` is the root of the repository)."""

    owned: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ("", "src")

    def owns(self, path: str) -> bool:
        """Whether the task may write this file as code: a test among its files is still a test."""
        return bool(path) and matches(path, self.owned) and not is_test_path(path)

    def paths_of(self, module: str) -> tuple[str, ...]:
        """The owned files that are, or could become, this module: as a file first, then as a package."""
        return tuple(path for path in self._candidates(module) if self.owns(path))

    def plans_module(self, module: str) -> bool:
        """Whether the module, or something inside the package it names, is the task's to write."""
        return bool(self.paths_of(module)) or any(
            glob.startswith(f"{folder}/") for folder in self._folders(module) for glob in self.owned
        )

    def plans(self, missing: str) -> bool:
        """Whether all that is missing is the task's to write: what stands before the colon decides.

        `package.module:Name` means a module, `shop/cart.ts:Name` that file, `shop/:Name` some file below that folder;
        several stand with spaces between them.
        """
        return bool(missing.strip()) and all(self._plans_one(each.partition(":")[0]) for each in missing.split())

    def _plans_one(self, place: str) -> bool:
        if "/" not in place:
            return self.plans_module(place)
        if not place.endswith("/"):
            return self.owns(place)
        folder = "" if place == "./" else place
        names = (glob.rpartition("/")[2].replace("*", "planned") or "planned" for glob in self.owned)
        return any(glob.startswith(folder) for glob in self.owned) or any(
            self.owns(f"{folder}{each}") for each in names
        )

    def _folders(self, module: str) -> tuple[str, ...]:
        inside = module.replace(".", "/")
        return tuple(f"{root.strip('/')}/{inside}".lstrip("/") for root in self.source_roots)

    def _candidates(self, module: str) -> tuple[str, ...]:
        return tuple(path for folder in self._folders(module) for path in (f"{folder}.py", f"{folder}/__init__.py"))
