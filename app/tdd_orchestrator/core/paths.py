"""Which paths a list of globs means: the one reading of globs for PRD paths, owned paths and protected paths."""

from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import normpath


def matches(path: str, globs: tuple[str, ...]) -> bool:
    """Whether a repository path is meant by the globs; the last glob that matches decides, `!glob` takes back.

    - `*`, `?` and `[abc]` stay inside one segment; `**` stands for any number of segments.
    - A glob without a slash matches that name in any directory; one with a slash starts at the root.
    - A last segment without wildcards means the directory too: `src` and `src/` cover everything below.
    - Case counts; `./` is ignored and `..` is resolved before the look, so no spelling of a path escapes.
    """
    segments = _segments(path)
    meant = False
    for glob in globs:
        taken_back = glob.startswith("!")
        if meant is taken_back and any(_fits(segments, pattern) for pattern in _patterns(glob.removeprefix("!"))):
            meant = not taken_back
    return meant


def below(folder: str, glob: str) -> str:
    """A glob of a folder as one of the repository: `src/**` below `web` is `web/src/**`, `*.go` is `web/**/*.go`."""
    if not folder:
        return glob
    mark, bare = ("!", glob[1:]) if glob.startswith("!") else ("", glob)
    bare = bare.strip().removeprefix("./")
    anywhere = "/" not in bare.rstrip("/")
    return f"{mark}{folder}/{'**/' if anywhere else ''}{bare.lstrip('/')}"


def inside(folder: str, glob: str) -> str | None:
    """A glob of the repository as the folder's own; `None` where nothing below the folder is meant.

    The opposite of `below`: `web/src/**` in `web` is `src/**`, `**/*.go` stays, `web` is all of it. A single file is
    told by its bare name, which as a glob means that name anywhere.
    """
    if not folder:
        return glob
    mark, bare = ("!", glob[1:]) if glob.startswith("!") else ("", glob)
    bare = bare.strip().removeprefix("./")
    if "/" not in bare.rstrip("/"):
        plain = not any(sign in bare for sign in "*?[")
        return f"{mark}**" if plain and bare.rstrip("/") in folder.split("/") else glob
    left = [part for part in bare.split("/") if part]
    for segment in folder.split("/"):
        if not left or left[0] == "**":
            break
        if not fnmatchcase(segment, left.pop(0)):
            return None
    else:
        if left and left[0] != "**":
            root = "/" if len(left) == 1 and any(sign in left[0] for sign in "*?[") else ""
            return f"{mark}{root}{'/'.join(left)}{'/' if bare.endswith('/') else ''}"
    return f"{mark}{'/'.join(left) or '**'}"


def _segments(path: str) -> tuple[str, ...]:
    return tuple(normpath(path).lstrip("/").split("/"))


@lru_cache(maxsize=1024)
def _patterns(glob: str) -> tuple[tuple[str, ...], ...]:
    """The segment patterns of a glob: one, and a second for what lies below where the glob names a directory."""
    bare = glob.strip().removeprefix("./")
    parts = tuple(part for part in bare.split("/") if part and part != ".")
    if not parts:
        return ()
    anywhere = "/" not in bare.rstrip("/")
    whole = ("**", *parts) if anywhere else parts
    if bare.endswith("/"):
        return ((*whole, "**", "*"),)
    plain = not any(mark in parts[-1] for mark in "*?[")
    return (whole, (*whole, "**", "*")) if plain else (whole,)


def _fits(segments: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Greedy match with one point of return, the last `**`: never more than len(segments) * len(pattern) steps."""
    at = want = 0
    back: tuple[int, int] | None = None
    while at < len(segments):
        if want < len(pattern) and pattern[want] == "**":
            back, want = (at, want), want + 1
        elif want < len(pattern) and fnmatchcase(segments[at], pattern[want]):
            at, want = at + 1, want + 1
        elif back is not None:
            back = (back[0] + 1, back[1])
            at, want = back[0], back[1] + 1
        else:
            return False
    return all(part == "**" for part in pattern[want:])
