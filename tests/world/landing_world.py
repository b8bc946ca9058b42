"""A pull request's repository behind real git over HTTP, and the bundles that runners leave: what the landing tests
share.
"""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tdd_orchestrator.core.effect import Land, Ripe
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.github.connections import TokenConnection
from tdd_orchestrator.github.identity import Identity
from tdd_orchestrator.github.landing import Lander, Outcome, Terms
from world.git_server import GitServer, git_server
from world.small_repo import SmallRepo, small_repo

REPO = "owner/name"
BRANCH = "feature"
STAGING = "tdd/7/merge"
TASKS = tuple(
    PlannedTask(f"TASK-{number}", "Add numbers", files=("src/**",), tests=("tests/**",)) for number in (1, 2, 3)
)
START = {"src/sum.py": "".join(f"# line {number}\n" for number in range(40)), "README.md": "sum\n"}
"""Enough lines that changes at both ends do not meet."""


@dataclass
class LandingWorld:
    """The server, somebody's clone with the branch checked out, and a clock that stands."""

    server: GitServer
    clone: SmallRepo
    start: str
    rules: Rules = field(default_factory=lambda: Rules(protected=(".github/**",)))

    def reset(self) -> None:
        """As it was at the start."""
        moves = f"update refs/heads/{BRANCH} {self.start}\n"
        refs = "".join(f"delete {ref}\n" for ref in (f"refs/heads/{STAGING}",) if self.at(STAGING))
        self.server.faults.clear()
        self.server.uploaded.clear()
        shutil.rmtree(self.server.path / "hooks", ignore_errors=True)
        subprocess.run(
            ["git", "update-ref", "--stdin"], cwd=self.server.path, input=(moves + refs).encode(), check=True
        )
        self.clone.git("checkout", "--quiet", "--force", "-B", BRANCH, self.start)

    def push(self, message: str, files: Mapping[str, str | None]) -> str:
        """Somebody pushes a commit to the branch."""
        self.clone.git("checkout", "--quiet", BRANCH)
        sha = self.clone.commit(message, files)
        self.clone.git("push", "--quiet", "--force", "origin", BRANCH)
        return sha

    def work(self, base: str, *commits: tuple[str, Mapping[str, str | None]], task: str = "TASK-1") -> str:
        """A runner's commits on `base`, one for each (stage, files); the tip."""
        self.clone.git("checkout", "--quiet", "--force", "-B", "work", base)
        for stage, files in commits:
            self.clone.commit(stage, files, TDD_Task=task, TDD_Stage=stage, TDD_Run="pr-7")
        return self.clone.head

    def red_and_green(self, base: str) -> str:
        """The usual two commits."""
        return self.work(
            base,
            ("red", {"tests/test_sum.py": "from src.sum import add\n"}),
            ("green", {"src/sum.py": "def add(): ...\n" + START["src/sum.py"]}),
        )

    def bundle(self, base: str, tip: str) -> bytes:
        """The bundle that the runner uploads."""
        self.clone.git("branch", "--force", "left", tip)
        place = self.clone.path.parent / "left.bundle"
        self.clone.git("bundle", "create", "--quiet", str(place), "left", f"^{base}")
        return place.read_bytes()

    def at(self, ref: str = BRANCH) -> str | None:
        """Where a branch of the server is."""
        listed = self.server.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{ref}")
        return listed or None

    @asynccontextmanager
    async def lander(self) -> AsyncIterator[Lander]:
        root = f"http://127.0.0.1:{self.server.port}"
        async with TokenConnection(REPO, "a-token", root, write_interval_s=0) as connection:
            yield Lander(connection, 7, identity=Identity(), clock=lambda: 100.0)

    async def land(self, effect: Land, *bundles: bytes | None) -> Outcome:
        """Land with the bundles of the effect's tasks, in their order."""
        given = dict(zip(effect.keys, bundles, strict=False))
        async with self.lander() as lander:
            return await lander.land(effect, given, Terms({task.key: task for task in TASKS}, self.rules))


def landing(base: str, tip: str, onto: str, staged: str | None = None) -> Land:
    """The effect."""
    return batch(onto, ("TASK-1", base, tip), staged=staged)


def batch(onto: str, *tasks: tuple[str, str, str], staged: str | None = None) -> Land:
    """The effect for several tasks, each by key, base and tip."""
    return Land(BRANCH, onto, tuple(Ripe(key, base, tip, 1) for key, base, tip in tasks), staged, STAGING)


@contextmanager
def landing_world(root: Path) -> Iterator[LandingWorld]:
    """A server whose branch has one commit."""
    with git_server(root) as server:
        (root / "owner").mkdir()
        (root / "owner" / "name.git").symlink_to(server.path)
        server.git("config", "uploadpack.allowFilter", "true")
        server.git("config", "uploadpack.allowAnySHA1InWant", "true")
        clone = small_repo(root / "clone", START)
        clone.git("remote", "add", "origin", server.url)
        clone.git("checkout", "--quiet", "-b", BRANCH)
        clone.git("push", "--quiet", "origin", BRANCH)
        yield LandingWorld(server, clone, clone.head)
