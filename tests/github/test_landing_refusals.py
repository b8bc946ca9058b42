"""What a bundle must be to land: whole, one line of this task's stages, and within the bounds of each."""

from collections.abc import Iterator, Mapping

import pytest

from tdd_orchestrator.core.event import LandingRefused
from world.landing_world import START, LandingWorld, landing, landing_world

TEST = {"tests/test_sum.py": "from src.sum import add\n"}
Commits = tuple[tuple[str, Mapping[str, str | None]], ...]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LandingWorld]:
    with landing_world(tmp_path_factory.mktemp("landing")) as world:
        yield world


@pytest.fixture
def world(shared: LandingWorld) -> LandingWorld:
    shared.reset()
    return shared


async def refusal(world: LandingWorld, base: str, tip: str, bundle: bytes | None) -> str:
    """Why it was refused; the branch has not moved."""
    before = world.at()
    refused = await world.land(landing(base, tip, before or ""), bundle)
    assert isinstance(refused, LandingRefused)
    assert world.at() == before
    return refused.reason


@pytest.mark.parametrize(
    ("commits", "named"),
    [
        ((("red", {"src/sum.py": "x = 1\n"}),), "src/sum.py"),
        ((("red", TEST), ("green", {"README.md": "no\n"})), "README.md"),
        ((("red", TEST), ("green", {"tests/test_sum.py": "weaker\n"})), "tests/test_sum.py"),
        ((("red", TEST), ("green", {".github/workflows/ci.yml": "on: push\n"})), ".github/workflows/ci.yml"),
        ((("red", {"tests/.github": "no matter\n"}), ("green", {"README.md": None})), "README.md"),
        ((("green", {"src/a.py": "a = 1\n"}), ("red", TEST)), "red after green"),
        ((("deploy", TEST),), "TDD-Stage: deploy"),
    ],
)
async def test_a_commit_outside_its_bounds_is_refused_by_name(
    world: LandingWorld, commits: Commits, named: str
) -> None:
    base = world.start
    tip = world.work(base, *commits)
    assert named in await refusal(world, base, tip, world.bundle(base, tip))


async def test_a_symbolic_link_in_owned_paths_is_refused(world: LandingWorld) -> None:
    base = world.start
    world.work(base, ("red", TEST))
    (world.clone.path / "src" / "link.py").symlink_to("/etc/passwd")
    tip = world.clone.commit("green", {}, TDD_Task="TASK-1", TDD_Stage="green", TDD_Run="pr-7")
    assert "src/link.py" in await refusal(world, base, tip, world.bundle(base, tip))


async def test_commits_of_another_task_are_refused(world: LandingWorld) -> None:
    base = world.start
    tip = world.work(base, ("red", TEST), task="TASK-2")
    assert "TASK-2" in await refusal(world, base, tip, world.bundle(base, tip))


async def test_a_commit_without_trailers_between_the_stages_is_refused(world: LandingWorld) -> None:
    base = world.start
    world.work(base, ("red", TEST))
    world.clone.commit("on the side", {"src/side.py": "side = 1\n"})
    tip = world.clone.commit("green", {"src/a.py": "a = 1\n"}, TDD_Task="TASK-1", TDD_Stage="green", TDD_Run="pr-7")
    assert "TDD-Task: -" in await refusal(world, base, tip, world.bundle(base, tip))


async def test_a_merge_inside_the_bundle_is_refused(world: LandingWorld) -> None:
    base = world.start
    side = world.work(base, ("green", {"src/side.py": "side = 1\n"}))
    world.work(base, ("red", TEST))
    world.clone.git("merge", "--quiet", "--no-ff", "-m", "m\n\nTDD-Task: TASK-1\nTDD-Stage: green\nTDD-Run: pr-7", side)
    tip = world.clone.head
    assert "one line" in await refusal(world, base, tip, world.bundle(base, tip))


async def test_a_bundle_without_the_proven_commit_is_refused(world: LandingWorld) -> None:
    base = world.start
    proven = world.red_and_green(base)
    other = world.work(base, ("red", TEST))
    assert proven[:12] in await refusal(world, base, proven, world.bundle(base, other))


@pytest.mark.parametrize("bundle", [None, b"", b"# v2 git bundle\n", b"PK\x03\x04"])
async def test_a_missing_or_broken_bundle_is_refused(world: LandingWorld, bundle: bytes | None) -> None:
    base = world.start
    tip = world.red_and_green(base)
    assert await refusal(world, base, tip, bundle)


async def test_a_truncated_bundle_is_refused(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    assert "cannot be read" in await refusal(world, base, tip, world.bundle(base, tip)[:-40])


async def test_a_conflict_names_the_files(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    world.push("rival", {"src/sum.py": "def rival(): ...\n" + START["src/sum.py"]})
    reason = await refusal(world, base, tip, bundle)
    assert reason == "It conflicts with what landed meanwhile in src/sum.py."
    assert world.at("tdd/7/merge") is None


async def test_attributes_of_the_tree_choose_no_merge_driver(world: LandingWorld) -> None:
    base = world.push("attributes", {".gitattributes": "*.py merge=union\n"})
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    world.push("rival", {"src/sum.py": "def rival(): ...\n" + START["src/sum.py"]})
    assert "conflicts" in await refusal(world, base, tip, bundle)
