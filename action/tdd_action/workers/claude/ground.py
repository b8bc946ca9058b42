"""The files a model may see and change: inside one work tree, no secrets, nothing of git, nothing through a link out.

Every refusal is one sentence that the model is told, so that it can do something else.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tdd_action.confine import way_out
from tdd_action.planner.fence import from_prd
from tdd_orchestrator.core.paths import matches

KEYS = ("*.pem", "*.key", "*.p12", "*.pfx", "*.keystore", "*.jks", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")
LOGINS = (".netrc", ".pgpass", ".npmrc", ".pypirc", ".git-credentials")
SECRET = (".env", ".env.*", "!.env.example", "!.env.sample", *KEYS, *LOGINS)
TOOLS_OWN = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox", ".venv", "venv", "node_modules")
PASSED_OVER = frozenset({".git", "__pycache__", *TOOLS_OWN})
MOST_BYTES = 400_000


class Refused(Exception):
    """Why something was not done, in one sentence for the model."""


def nothing(_: str) -> bool:
    """A stage that may write nowhere: planning."""
    return False


@dataclass(frozen=True)
class Ground:
    """One work tree. `may_touch` says where writing is allowed, `where` says it in words; PRDs are read cleaned.

    `kept` are files that may not be deleted.
    """

    root: Path
    may_touch: Callable[[str], bool] = nothing
    where: str = "nothing"
    prds: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()

    def paths(self) -> Iterator[str]:
        """Every file that may be read, in order; folders of tools are passed over, links are not followed."""
        for folder, names, files in os.walk(self.root):
            names[:] = sorted(name for name in names if name not in PASSED_OVER)
            for name in sorted(files):
                path = (Path(folder) / name).relative_to(self.root).as_posix()
                if path.isprintable() and self.readable(path):
                    yield path

    def readable(self, path: str) -> bool:
        """Whether a file may be read: inside the tree, not git's, not one that holds secrets."""
        try:
            return self._unreadable(path) is None
        except Refused:
            return False

    def text(self, path: str) -> str:
        """A file's text. Raises `Refused`."""
        if said := self._unreadable(path):
            raise Refused(said)
        text = self._stored(path)
        return from_prd(text) if matches(path, self.prds) else text

    def write(self, path: str, text: str) -> None:
        """Make or replace a file. Raises `Refused`."""
        self._check_writing(path)
        if len(text.encode("utf-8", "replace")) > MOST_BYTES:
            raise Refused(f"{path!r} would be larger than {MOST_BYTES:,} bytes: write smaller files.")
        place = self.root / path
        with _told(path, "written"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the one place where `old` stands. Raises `Refused` where there is none, or more than one."""
        self._check_writing(path)
        text = self._stored(path)
        if old not in text and "\r\n" in text:
            old, new = (part.replace("\r\n", "\n").replace("\n", "\r\n") for part in (old, new))
        times = text.count(old) if old else 0
        if times != 1:
            found = "does not contain this text" if times == 0 else f"contains this text {times} times"
            raise Refused(f"{path!r} {found}: give the exact text of one place, with enough around it.")
        self.write(path, text.replace(old, new))

    def delete(self, path: str) -> None:
        """Remove a file. Raises `Refused`."""
        self._check_writing(path)
        if path in self.kept:
            raise Refused(f"{path!r} was there before: this stage may not delete it.")
        place = self.root / path
        with _told(path, "deleted"):
            if place.is_dir() or not (place.exists() or place.is_symlink()):
                raise Refused(f"{path!r} is no file that could be deleted.")
            place.unlink()

    def _stored(self, path: str) -> str:
        place = self.root / path
        with _told(path, "read"):
            if not place.is_file():
                raise Refused(f"There is no file {path!r}.")
            if place.stat().st_size > MOST_BYTES:
                raise Refused(f"{path!r} is larger than {MOST_BYTES:,} bytes: search in it instead.")
            return place.read_bytes().decode("utf-8")

    def _unreadable(self, path: str) -> str | None:
        with _told(path, "followed"):
            if said := way_out(self.root, path, follow=True):
                return said
            if any(matches(each, SECRET) or ".git" in each.split("/") for each in (path, self._real(path))):
                return f"{path!r} is not readable: files like this hold secrets."
        return None

    def _check_writing(self, path: str) -> None:
        """A link is judged by where it leads as well as by its name."""
        if said := self._unreadable(path):
            raise Refused(said)
        if not (self.may_touch(path) and self.may_touch(self._real(path))):
            raise Refused(f"{path!r} is not this stage's to change: it may change {self.where}.")

    def _real(self, path: str) -> str:
        return (self.root / path).resolve().relative_to(self.root.resolve()).as_posix()


@contextmanager
def _told(path: str, done: str) -> Iterator[None]:
    """What the file system refuses, in a sentence for the model."""
    try:
        yield
    except UnicodeError:
        raise Refused(f"{path!r} cannot be {done}: it is no UTF-8 text.") from None
    except (OSError, RuntimeError) as fault:  # RuntimeError: links that lead to each other, before Python 3.13
        raise Refused(f"{path!r} cannot be {done}: {getattr(fault, 'strerror', None) or fault}.") from None
