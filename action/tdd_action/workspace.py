"""A private work tree at a commit, with git's own directory outside of it.

Tests and workers own the work tree; whatever they write there, `.git` included, git never reads as settings. Objects
are borrowed from the repository (no copy, no credential); new ones stay here until they are bundled.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tdd_action.git import Git, parsed_author, resolved
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage

AS_STORED = "* !text !eol !crlf !ident !filter !working-tree-encoding !export-subst !merge\n"
"""Overrides every `.gitattributes`: what is checked out is what is stored, byte for byte."""
MODULES = "node_modules"
"""What a job installed beside its checkout and git ignores: put above the work tree, where node looks for it next."""
INSTALLED = "installed"
"""Where those of inner folders wait until a suite runs there."""
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Workspace:
    """Files at `tree`, and `git` on them. Every method starts with a new index: no file is believed by its time."""

    git: Git
    tree: Path
    place: Path

    @property
    def scratch(self) -> Path:
        """A private folder outside the work tree."""
        return self.place / "scratch"

    @property
    def private(self) -> tuple[Path, ...]:
        """Git's folders: ours, and that of the repository, in whose configuration a credential may lie."""
        borrowed = (self.git.directory / "objects/info/alternates").read_text(encoding="utf-8").splitlines()
        return (self.git.directory, *(Path(each).parent for each in borrowed))

    def checkout(self, treeish: str) -> None:
        """Make the work tree exactly this tree: nothing more, ignored files included."""
        (self.git.directory / "index").unlink(missing_ok=True)
        self.git("read-tree", "--reset", "-u", treeish)
        if self.git.attempt("clean", "-ffdxq").returncode:  # a test took away its own right to write
            _make_removable(self.tree)
            self.git("clean", "-ffdxq")
        _sweep_git_folders(self.tree)

    def show_modules(self, folder: str) -> None:
        """Show a folder of the work tree what was installed in it; gone again with the next checkout."""
        there, link = self.place / INSTALLED / folder / MODULES, self.tree / folder / MODULES
        if there.is_symlink() and not link.exists() and not link.is_symlink():
            link.symlink_to(there.resolve())

    def altered(self) -> tuple[str, ...]:
        """Tracked files whose contents are no longer as they were checked out."""
        names = self.git.raw("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=all")
        return tuple(name for name in names.decode("utf-8", "surrogateescape").split("\0") if name)

    def snapshot(self) -> str:
        """The tree that the files on disk make (ignored ones left out); every file is read anew."""
        private = self._index_of("HEAD")
        self.git("add", "--all", "--", ".", env=private)
        return self.git("write-tree", env=private)

    def put_back(self, source: str, paths: Iterable[str], *, onto: str) -> str:
        """The tree `onto` with these paths as they are in `source`: absent there means absent."""
        private = self._index_of(onto)
        wanted = sorted(set(paths))
        kept = {entry.path: entry for entry in self.entries(source)}
        lines = [
            f"{kept[path].mode} {kept[path].sha}\t{path}" if path in kept else f"0 {'0' * 40}\t{path}"
            for path in wanted
        ]
        stdin = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
        self.git("update-index", "-z", "--index-info", stdin=stdin, env=private)
        return self.git("write-tree", env=private)

    def with_text(self, tree: str, path: str, text: str) -> str:
        """The tree with another text in one of its files."""
        private = self._index_of(tree)
        sha = self.git("hash-object", "-w", "--no-filters", "--stdin", stdin=text.encode("utf-8", "surrogateescape"))
        self.git("update-index", "--cacheinfo", f"100644,{sha},{path}", env=private)
        return self.git("write-tree", env=private)

    def without(self, tree: str, patch: bytes) -> str | None:
        """The tree with a patch taken out of it; `None` where it does not come out by itself."""
        private = self._index_of(tree)
        done = self.git.attempt("apply", "--cached", "--unidiff-zero", "-R", "-", stdin=patch, env=private)
        return None if done.returncode else self.git("write-tree", env=private)

    def _index_of(self, tree: str) -> dict[str, str]:
        """A new index that holds a tree, for one purpose."""
        index = self.place / "private.index"
        index.unlink(missing_ok=True)
        private = {"GIT_INDEX_FILE": str(index)}
        self.git("read-tree", tree, env=private)
        return private

    def entries(self, treeish: str) -> tuple["Entry", ...]:
        """Every file, link and submodule of a tree."""
        return tuple(_entries(self.git.raw("ls-tree", "-r", "-z", treeish)))

    def read(self, treeish: str, path: str) -> bytes | None:
        """A file's bytes in a tree; `None` where it is not there."""
        done = self.git.attempt("cat-file", "blob", f"{treeish}:{path}")
        return done.stdout if done.returncode == 0 else None

    def differences(self, before: str, after: str) -> tuple["Difference", ...]:
        """What differs between two trees, with modes; a renamed file is one gone and one new."""
        return tuple(_differences(self.git.raw("diff-tree", "-r", "-z", "--raw", "--no-renames", before, after)))

    def commit(
        self, tree: str, parent: str, message: str, trailers: Iterable[tuple[str, str]], author: str = ""
    ) -> str:
        """A commit of the bot (or of `author`, as git writes it) on `parent`, and HEAD moved to it."""
        name, email = parsed_author(author)
        body = f"{message}\n\n" + "".join(f"{name}: {value}\n" for name, value in trailers)
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", name), ("EMAIL", email))
        }
        sha = self.git("commit-tree", tree, "-p", parent, "-F", "-", stdin=body.encode(), env=who)
        self.move_to(sha)
        return sha

    def move_to(self, commit: str) -> None:
        """HEAD without the files."""
        self.git("update-ref", "--no-deref", "HEAD", commit)

    def bundle(self, base: str, tips: Mapping[str, str], file: Path) -> None:
        """A git bundle of all from `base` to the tips, each under its ref."""
        for ref, tip in tips.items():
            self.git("update-ref", ref, tip)
        self.git("bundle", "create", "--quiet", str(file), *tips, f"^{base}")

    def take(self, bundle: Path) -> None:
        """Read a bundle's commits, every object checked; refs inside it are put under `refs/bundle/`."""
        checked = ("-c", "fetch.fsckObjects=true")
        self.git(*checked, "fetch", "--quiet", "--no-tags", str(bundle), "refs/*:refs/bundle/*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tree; `mode` is git's, such as 100644, 120000 (link) or 160000 (submodule)."""

    mode: str
    sha: str
    path: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One path that differs between two trees; a mode of 000000 says that it is not there on that side."""

    path: str
    mode_before: str
    mode_after: str
    sha_before: str
    sha_after: str


def _differences(raw: bytes) -> Iterator[Difference]:
    fields = raw.decode("utf-8", "surrogateescape").split("\0")
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        mode_before, mode_after, sha_before, sha_after, _ = head.removeprefix(":").split(" ")
        yield Difference(path, mode_before, mode_after, sha_before, sha_after)


def _entries(raw: bytes) -> Iterator[Entry]:
    for line in raw.decode("utf-8", "surrogateescape").split("\0"):
        if line:
            head, _, path = line.partition("\t")
            mode, _, sha = head.split(" ")
            yield Entry(mode, sha, path)


@contextmanager
def workspace(repository: Path, commit: str, *, within: Path | None = None) -> Iterator[Workspace]:
    """A work tree at a commit, gone when the block ends. `repository` is any repository or work tree that has it."""
    place = Path(tempfile.mkdtemp(prefix="tdd-", dir=within)).resolve()
    try:
        sha = resolved(Git(repository), commit)
        made = _make(repository, place)
        made.move_to(sha)
        made.checkout(sha)
        yield made
    finally:
        _make_removable(place)
        shutil.rmtree(place, ignore_errors=True)


def _make(repository: Path, place: Path) -> Workspace:
    for folder in ("git", "tree", "scratch"):
        (place / folder).mkdir()
    outside = Git(repository)
    common = (repository / outside("rev-parse", "--git-common-dir")).resolve()
    Git(place)("init", "--quiet", "--bare", "--template=", "git")
    git = Git(place / "git", place / "tree")
    for folder in ("info", "objects/info"):
        (git.directory / folder).mkdir(parents=True, exist_ok=True)
    (git.directory / "objects/info/alternates").write_text(f"{common / 'objects'}\n")
    (git.directory / "info/attributes").write_text(AS_STORED)
    for folder in _with_modules(repository.resolve()):
        link = place / (INSTALLED if folder else "") / folder / MODULES
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to((repository / folder / MODULES).resolve())
    if (common / "shallow").exists():
        shutil.copy(common / "shallow", git.directory / "shallow")
    return Workspace(git, place / "tree", place)


def _with_modules(root: Path) -> Iterator[str]:
    """The folders of a checkout in which npm installed something, the root as an empty name."""
    for folder, names, _ in os.walk(root):
        inner = os.path.relpath(folder, root)
        parts = () if inner == "." else Path(inner).parts
        if MODULES in names:
            yield "/".join(parts)
        names[:] = [] if len(parts) == DEEPEST else [n for n in names if n != MODULES and not n.startswith(".")]


def _sweep_git_folders(tree: Path) -> None:
    """Nothing at the top of a work tree may pass for a repository: `git clean` leaves `.git` alone."""
    planted = tree / ".git"
    if planted.is_symlink() or planted.is_file():
        planted.unlink()
    elif planted.is_dir():
        shutil.rmtree(planted, ignore_errors=True)


def _make_removable(place: Path) -> None:
    """Tests may leave folders that cannot be written; they are ours to remove all the same."""
    for folder, names, _ in os.walk(place):
        for name in names:
            inner = Path(folder, name)
            if not inner.is_symlink():
                inner.chmod(0o700)


def trailers(task: PlannedTask, stage: Stage, run: str) -> tuple[tuple[str, str], ...]:
    """What every commit of a task carries, so that its claims can be proven from git alone."""
    return (("TDD-Task", task.key), ("TDD-Stage", stage.value), ("TDD-Run", run), ("TDD-Kind", task.kind.value))
