"""Landing against real git over HTTP: how a task's commits reach the branch, once, and over nobody's work."""

from collections.abc import Iterator

import pytest

from tdd_orchestrator.core.event import HeadMoved, Landed, LandingHeld, LandingRefused, Staged
from tdd_orchestrator.github.errors import GitHubError, Weather
from world.git_server import Fault
from world.landing_world import STAGING, START, LandingWorld, landing, landing_world


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LandingWorld]:
    with landing_world(tmp_path_factory.mktemp("landing")) as world:
        yield world


@pytest.fixture
def world(shared: LandingWorld) -> LandingWorld:
    shared.reset()
    return shared


async def test_a_task_on_the_present_head_lands_as_a_fast_forward(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    landed = await world.land(landing(base, tip, base), world.bundle(base, tip))
    assert landed == Landed(at=100.0, task="TASK-1", head=tip)
    assert world.at() == tip


async def test_landing_twice_is_landing_once_even_when_somebody_pushed_on_top(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    await world.land(landing(base, tip, base), bundle)
    assert await world.land(landing(base, tip, base), bundle) == Landed(at=100.0, task="TASK-1", head=tip)
    world.clone.git("branch", "--force", "feature", tip)
    later = world.push("more", {"notes.md": "more\n"})
    assert await world.land(landing(base, tip, base), None) == Landed(at=100.0, task="TASK-1", head=later)


async def test_a_task_behind_the_head_is_merged_staged_and_then_pushed(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    onto = world.push("end", {"src/sum.py": START["src/sum.py"] + "# the end\n"})
    staged = await world.land(landing(base, tip, onto), world.bundle(base, tip))
    assert isinstance(staged, Staged)
    assert world.at("tdd/7/merge") == staged.staged
    assert world.at() == onto, "nothing reaches the branch before it is proven"
    merged = world.server.git("show", f"{staged.staged}:src/sum.py")
    assert "def add" in merged
    assert "# the end" in merged
    assert world.server.git("log", "-1", "--format=%P", staged.staged) == f"{onto} {tip}"
    assert "TDD-Stage: land\nTDD-Run: pr-7" in world.server.git("log", "-1", "--format=%B", staged.staged)

    landed = await world.land(landing(base, tip, onto, staged.staged), None)
    assert landed == Landed(at=100.0, task="TASK-1", head=staged.staged)
    assert world.at() == staged.staged
    assert world.at("tdd/7/merge") is None, "the staging branch goes with the landing"


async def test_the_same_merge_has_the_same_sha_and_is_not_pushed_again(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    onto = world.push("end", {"README.md": "more\n"})
    bundle = world.bundle(base, tip)
    first = await world.land(landing(base, tip, onto), bundle)
    pushes = len(world.server.uploaded)
    assert await world.land(landing(base, tip, onto), bundle) == first
    assert len(world.server.uploaded) == pushes


async def test_a_head_that_moved_is_told_and_nothing_is_overwritten(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    moved = world.push("somebody", {"README.md": "somebody\n"})
    assert await world.land(landing(base, tip, base), world.bundle(base, tip)) == HeadMoved(
        at=100.0, task="TASK-1", head=moved
    )
    assert world.at() == moved


async def test_a_push_that_loses_the_race_at_the_last_moment_is_a_head_that_moved(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    rival = world.push("rival", {"README.md": "rival\n"})
    world.server.git("update-ref", "refs/heads/feature", base)
    # The rival's push arrives while ours is being received.
    unset = "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES"
    world.server.hook("pre-receive", f"{unset}; git update-ref refs/heads/feature {rival}")
    assert await world.land(landing(base, tip, base), bundle) == HeadMoved(at=100.0, task="TASK-1", head=rival)
    assert world.at() == rival


async def test_a_proven_merge_is_pushed_only_onto_the_head_that_it_was_proven_on(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    onto = world.push("end", {"README.md": "more\n"})
    staged = await world.land(landing(base, tip, onto), world.bundle(base, tip))
    assert isinstance(staged, Staged)
    moved = world.push("later", {"README.md": "later\n"})
    landed = await world.land(landing(base, tip, onto, staged.staged), None)
    assert landed == HeadMoved(at=100.0, task="TASK-1", head=moved)


async def test_a_staging_branch_that_somebody_moved_makes_the_merge_start_again(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    onto = world.push("end", {"README.md": "more\n"})
    staged = await world.land(landing(base, tip, onto), world.bundle(base, tip))
    assert isinstance(staged, Staged)
    world.server.git("update-ref", "refs/heads/tdd/7/merge", base)
    assert await world.land(landing(base, tip, onto, staged.staged), None) == HeadMoved(
        at=100.0, task="TASK-1", head=onto
    )
    assert world.at() == onto


async def test_what_somebody_pushed_to_the_branch_of_merges_is_neither_overwritten_nor_deleted(
    world: LandingWorld,
) -> None:
    base = world.start
    tip = world.red_and_green(base)
    onto = world.push("end", {"README.md": "more\n"})
    bundle = world.bundle(base, tip)
    staged = await world.land(landing(base, tip, onto), bundle)
    assert isinstance(staged, Staged)
    world.clone.git("fetch", "--quiet", "origin", STAGING)
    world.clone.git("checkout", "--quiet", "--force", "-B", "mine", "FETCH_HEAD")
    mine = world.clone.commit("mine", {"mine.txt": "mine\n"})
    world.clone.git("push", "--quiet", "origin", f"mine:{STAGING}")
    newer = world.push("newer", {"README.md": "newer\n"})
    held = await world.land(landing(base, tip, newer), bundle)
    assert isinstance(held, LandingHeld)
    assert f"{STAGING} is ours to merge on, and holds commits of somebody else's ({mine[:12]})" in held.reason
    assert world.at(STAGING) == mine
    fitting = world.red_and_green(newer)
    assert await world.land(landing(newer, fitting, newer), world.bundle(newer, fitting)) == Landed(
        at=100.0, task="TASK-1", head=fitting
    )
    assert world.at(STAGING) == mine
    await world.land(landing(newer, fitting, newer), None)
    assert world.at(STAGING) == mine


async def test_a_ruleset_that_declines_the_push_is_quoted(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    world.server.hook("pre-receive", "echo 'GH013: Commits must have verified signatures.'; exit 1")
    refused = await world.land(landing(base, tip, base), world.bundle(base, tip))
    assert isinstance(refused, LandingHeld), "the work is not to blame"
    assert "GH013: Commits must have verified signatures." in refused.reason
    assert world.at() == base


async def test_a_push_whose_answer_was_lost_is_found_when_landing_again(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    world.server.break_next("/git-receive-pack", Fault.ERROR_AFTER)
    with pytest.raises(Weather):
        await world.land(landing(base, tip, base), bundle)
    assert world.at() == tip
    assert await world.land(landing(base, tip, base), bundle) == Landed(at=100.0, task="TASK-1", head=tip)


async def test_a_push_that_curl_repeats_after_a_cut_has_landed_and_lost_to_nobody(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    world.server.break_next("/git-receive-pack", Fault.CUT_AFTER)
    landed = await world.land(landing(base, tip, base), world.bundle(base, tip))
    assert landed == Landed(at=100.0, task="TASK-1", head=tip)


async def test_a_branch_that_was_rewritten_sends_the_task_back(world: LandingWorld) -> None:
    first = world.start
    base = world.push("secret", {"secret.txt": "oops\n"})
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    world.clone.git("branch", "--force", "feature", first)
    onto = world.push("without the secret", {"README.md": "clean\n"})
    refused = await world.land(landing(base, tip, onto), bundle)
    assert isinstance(refused, LandingRefused)
    assert "rewritten" in refused.reason


async def test_a_branch_that_is_gone_is_said_to_be_gone(world: LandingWorld) -> None:
    base = world.start
    tip = world.red_and_green(base)
    bundle = world.bundle(base, tip)
    world.server.git("update-ref", "-d", "refs/heads/feature")
    refused = await world.land(landing(base, tip, base), bundle)
    assert isinstance(refused, LandingHeld)
    assert "gone" in refused.reason


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.CUT_BEFORE, Fault.UNAUTHORIZED, Fault.FORBIDDEN])
async def test_a_git_server_that_cannot_be_asked_is_an_error_and_no_refusal(world: LandingWorld, fault: Fault) -> None:
    base = world.start
    world.server.break_next("info/refs", fault)
    with pytest.raises(GitHubError):
        await world.land(landing(base, base, base), None)
