"""Paths that stay inside a folder: no `..`, nothing absolute, nothing through a symbolic link that leads out."""

from pathlib import Path, PurePosixPath


def refusal(path: str) -> str | None:
    """Why a path may not be used in a work tree, judged by its text alone; `None` where it may."""
    parts = PurePosixPath(path).parts
    if not path or path in (".", "./") or "\0" in path:
        return f"{path!r} names no file: write a path relative to the repository."
    if path.startswith(("/", "~")) or "\\" in path:
        return f"{path!r} leaves the work tree: write a path relative to the repository, with `/`."
    if ".." in parts:
        return f"{path!r} leaves the work tree: `..` is not allowed."
    if any(part.lower() == ".git" for part in parts):
        return f"{path!r} is git's own: it may not be written."
    return None


def way_out(root: Path, path: str, *, follow: bool) -> str | None:
    """Why a path may not be touched in this work tree as it is now; `follow` looks through the last segment as well."""
    if said := refusal(path):
        return said
    place = root / path
    real = place.resolve() if follow else place.parent.resolve() / place.name
    if not real.is_relative_to(root.resolve()):
        return f"{path!r} leaves the work tree through a symbolic link."
    return None
