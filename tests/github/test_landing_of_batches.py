"""Several tasks at once against real git over HTTP: one merge after the other, one push, and nobody's work lost."""

from collections.abc import Iterator

import pytest

from tdd_orchestrator.core.event import HeadMoved, Landed, LandingRefused, Staged
from world.landing_world import START, LandingWorld, batch, landing_world


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LandingWorld]:
    with landing_world(tmp_path_factory.mktemp("landing")) as world:
        yield world


@pytest.fixture
def world(shared: LandingWorld) -> LandingWorld:
    shared.reset()
    return shared


def worked(world: LandingWorld, base: str, key: str, path: str = "", text: str = "") -> tuple[str, bytes]:
    """The tip of a task's two commits, and the bundle of them."""
    name = key.lower().replace("-", "_")
    test = {f"tests/test_{name}.py": f"# {key}\n"}
    code = {path or f"src/{name}.py": text or f"# {key}\n"}
    tip = world.work(base, ("red", test), ("green", code), task=key)
    return tip, world.bundle(base, tip)


async def test_tasks_are_merged_one_after_the_other_and_pushed_as_one(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, base, "TASK-2")
    three, third = worked(world, base, "TASK-3")
    tasks = (("TASK-1", base, one), ("TASK-2", base, two), ("TASK-3", base, three))
    staged = await world.land(batch(base, *tasks), first, second, third)
    assert isinstance(staged, Staged)
    assert (staged.onto, staged.tasks, staged.since) == (base, ("TASK-1", "TASK-2", "TASK-3"), "")
    assert world.at() == base, "nothing reaches the branch before it is proven"
    uploads = len(world.server.uploaded)
    landed = await world.land(batch(base, *tasks, staged=staged.staged))
    assert landed == Landed(at=100.0, task="TASK-1", head=staged.staged, tasks=("TASK-1", "TASK-2", "TASK-3"))
    assert len(world.server.uploaded) == uploads + 1, "one push"
    assert world.at() == staged.staged
    assert world.at("tdd/7/merge") is None
    merges = world.server.git("log", "--merges", "--reverse", "--format=%s", f"{base}..feature").splitlines()
    assert merges == ["Merge TASK-2: Add numbers", "Merge TASK-3: Add numbers"], "the first is a fast-forward"
    assert await world.land(batch(base, *tasks, staged=staged.staged)) == landed


async def test_a_conflict_names_the_task_of_the_batch_that_it_is_with(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, base, "TASK-2", "src/sum.py", "two = 2\n" + START["src/sum.py"])
    three, third = worked(world, base, "TASK-3", "src/sum.py", "three = 3\n" + START["src/sum.py"])
    tasks = (("TASK-1", base, one), ("TASK-2", base, two), ("TASK-3", base, three))
    refused = await world.land(batch(base, *tasks), first, second, third)
    assert isinstance(refused, LandingRefused)
    assert (refused.task, refused.tip, refused.against) == ("TASK-3", three, "TASK-2")
    assert refused.reason == "It conflicts with TASK-2 in src/sum.py."
    assert world.at("tdd/7/merge") is None


async def test_one_that_may_not_land_is_refused_alone(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, base, "TASK-2", ".github/workflows/ci.yml", "on: push\n")
    refused = await world.land(batch(base, ("TASK-1", base, one), ("TASK-2", base, two)), first, second)
    assert isinstance(refused, LandingRefused)
    assert (refused.task, refused.against) == ("TASK-2", "")


async def test_what_is_on_the_branch_already_is_found_and_the_rest_waits(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, base, "TASK-2")
    await world.land(batch(base, ("TASK-1", base, one)), first)
    found = await world.land(batch(base, ("TASK-1", base, one), ("TASK-2", base, two)), first, second)
    assert found == Landed(at=100.0, task="TASK-1", head=one)


async def test_a_merge_of_other_tips_is_made_again(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, base, "TASK-2")
    three, _ = worked(world, base, "TASK-3")
    staged = await world.land(batch(base, ("TASK-1", base, one), ("TASK-2", base, two)), first, second)
    assert isinstance(staged, Staged)
    others = batch(base, ("TASK-1", base, one), ("TASK-3", base, three), staged=staged.staged)
    assert await world.land(others) == HeadMoved(at=100.0, task="TASK-1", head=base)
    assert world.at() == base


async def test_a_push_before_the_batch_is_pushed_is_never_overwritten(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, base, "TASK-2")
    tasks = (("TASK-1", base, one), ("TASK-2", base, two))
    staged = await world.land(batch(base, *tasks), first, second)
    assert isinstance(staged, Staged)
    theirs = world.push("by hand", {"README.md": "by hand\n"})
    moved = await world.land(batch(base, *tasks, staged=staged.staged))
    assert moved == HeadMoved(at=100.0, task="TASK-1", head=theirs)
    assert world.at() == theirs
    again = await world.land(batch(theirs, *tasks), first, second)
    assert isinstance(again, Staged)
    assert world.server.git("show", f"{again.staged}:README.md") == "by hand"


async def test_a_pack_is_a_fast_forward_of_what_was_proven_and_one_push(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, one, "TASK-2")
    uploads = len(world.server.uploaded)
    landed = await world.land(batch(base, ("TASK-1", base, one), ("TASK-2", one, two)), first, second)
    assert landed == Landed(at=100.0, task="TASK-1", head=two, tasks=("TASK-1", "TASK-2"))
    assert (world.at(), len(world.server.uploaded)) == (two, uploads + 1)
    found = await world.land(batch(base, ("TASK-1", base, one), ("TASK-2", one, two)), first, second)
    assert found == landed, "doing it again finds what was done"


async def test_a_pack_is_merged_as_one_beside_another_task(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, one, "TASK-2")
    three, third = worked(world, base, "TASK-3")
    tasks = (("TASK-3", base, three), ("TASK-1", base, one), ("TASK-2", one, two))
    staged = await world.land(batch(base, *tasks), third, first, second)
    assert isinstance(staged, Staged)
    landed = await world.land(batch(base, *tasks, staged=staged.staged))
    assert landed == Landed(at=100.0, task="TASK-3", head=staged.staged, tasks=("TASK-3", "TASK-1", "TASK-2"))
    merges = world.server.git("log", "--merges", "--format=%s", f"{base}..feature").splitlines()
    assert merges == ["Merge TASK-2: Add numbers"], "the tip of the pack holds all of it"


async def test_what_stands_on_a_task_that_does_not_land_is_refused(world: LandingWorld) -> None:
    base = world.start
    one, _ = worked(world, base, "TASK-1")
    two, _ = worked(world, one, "TASK-2")
    refused = await world.land(batch(base, ("TASK-2", one, two)), world.bundle(base, two))
    assert isinstance(refused, LandingRefused)
    assert (refused.task, world.at()) == ("TASK-2", base)
    assert refused.reason == f"The branch was rewritten: {one[:12]} is no longer part of it."


async def test_the_first_task_of_a_pack_that_conflicts_is_named(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1", "src/sum.py", "one = 1\n" + START["src/sum.py"])
    two, second = worked(world, one, "TASK-2")
    theirs = world.push("by hand", {"src/sum.py": "theirs = 2\n" + START["src/sum.py"]})
    refused = await world.land(batch(theirs, ("TASK-1", base, one), ("TASK-2", one, two)), first, second)
    assert isinstance(refused, LandingRefused)
    assert (refused.task, refused.tip) == ("TASK-1", one)
    assert refused.reason == "It conflicts with what landed meanwhile in src/sum.py."


async def test_each_task_of_a_pack_is_judged_by_its_own_bounds(world: LandingWorld) -> None:
    base = world.start
    one, first = worked(world, base, "TASK-1")
    two, second = worked(world, one, "TASK-2", ".github/workflows/ci.yml", "on: push\n")
    refused = await world.land(batch(base, ("TASK-1", base, one), ("TASK-2", one, two)), first, second)
    assert isinstance(refused, LandingRefused)
    assert (refused.task, world.at()) == ("TASK-2", base)
