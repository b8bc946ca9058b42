"""Several proven tasks: one merge, one proof, one push; a red merge is divided until the guilty one is known."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.batch import Batch, Overlap
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import pending
from tdd_orchestrator.core.effect import Dispatch, Land
from tdd_orchestrator.core.event import JobLost, Landed, LandingHeld, LandingRefused, ProofReported, Staged
from tdd_orchestrator.core.jobs import assignment
from tdd_orchestrator.core.overlapping import apart, in_order
from tdd_orchestrator.core.plan import Plan
from tdd_orchestrator.core.result import ProofResult, Remark, Step
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Task
from world.imagined import HEAD, command, planned, seen
from world.runs import after, only, run, task

R, T = RunState, TaskState
KEYS = ("TASK-1", "TASK-2", "TASK-3", "TASK-4")
OLD = "0" * 40


def passing(key: str) -> Task:
    """Proven on an older head, so that it cannot be a fast-forward."""
    one = task(key, T.PASSING, tries=1)
    assert one.proven is not None
    return replace(one, proven=replace(one.proven, base=OLD, tip=key[-1] * 40))


def together(*keys: str, **rules: object) -> Run:
    """These wait to land, all in one batch."""
    held = run(R.RUNNING, *map(passing, keys))
    return after(replace(held, rules=replace(held.rules, **rules)), seen(2.0, rules=replace(held.rules, **rules)))  # type: ignore[arg-type]


def land(one: Run) -> Land:
    (found,) = [effect for effect in pending(one) if isinstance(effect, Land)]
    return found


def staged(one: Run, at: float = 11.0) -> Run:
    """The merge of what is to be landed is there, and is being proven."""
    keys, onto = land(one).keys, land(one).onto
    return after(one, Staged(at=at, task=keys[0], staged=f"merge-{'+'.join(keys)}@{onto}", onto=onto, tasks=keys))


def proof(one: Run, *, holds: bool, broken: tuple[str, ...] = (), at: float = 12.0) -> ProofReported:
    job = only(one, Step.PROVE)
    remarks = tuple(Remark(path, 1, "failure", "x") for path in broken)
    result = ProofResult(job.nonce, assignment(one, job).head, holds, "" if holds else "2 fail.", remarks)
    return ProofReported(at=at, result=result)


def green(one: Run) -> Run:
    """The merge holds and is pushed."""
    one = staged(one)
    one = after(one, proof(one, holds=True))
    effect = land(one)
    assert effect.staged is not None
    return after(one, Landed(at=13.0, task=effect.keys[0], head=effect.staged, tasks=effect.keys))


def red(one: Run, *broken: str) -> Run:
    one = staged(one)
    return after(one, proof(one, holds=False, broken=broken))


def states(one: Run) -> list[TaskState]:
    return [each.state for each in one.tasks]


def feedback(one: Run, key: str) -> str:
    found = one.task(key)
    assert found is not None
    return found.attempts[-1].feedback


def test_what_waits_goes_together_with_one_proof_and_one_push() -> None:
    one = together(*KEYS)
    assert land(one).keys == KEYS
    waiting = staged(one)
    (asked,) = [effect.assignment for effect in pending(waiting) if isinstance(effect, Dispatch)]
    assert [each.key for each in asked.tasks] == list(KEYS)
    assert (asked.task, asked.since, asked.step) == (None, HEAD.sha, Step.PROVE)
    done = green(one)
    assert states(done) == [T.COMPLETE] * 4
    assert {each.landed for each in done.tasks} == {done.head.sha}
    assert done.state is R.COMPLETED
    assert done.tasks[0].attempts[0].stages[-1].sentence == (
        "Merged together with 3 more (TASK-1, TASK-2, TASK-3, TASK-4), proven on the merged tree, and pushed."
    )


def test_no_more_go_together_than_the_configuration_allows() -> None:
    assert land(together(*KEYS, batch=2)).keys == KEYS[:2]
    assert land(together(*KEYS, batch=1)).keys == KEYS[:1]


def test_a_red_batch_of_two_lands_the_first_and_knows_the_second_without_another_proof() -> None:
    halved = red(together("TASK-1", "TASK-2"))
    assert halved.batch == Batch(("TASK-1",), rest=("TASK-2",), why="2 fail.")
    done = green(halved)
    assert states(done) == [T.COMPLETE, T.IN_PROGRESS]
    assert feedback(done, "TASK-2") == "It does not hold together with TASK-1, which landed meanwhile: 2 fail."
    assert done.tasks[1].attempts[-1].base == done.head.sha
    assert done.tasks[1].planned.depends_on == ("TASK-1",)
    assert done.overlaps == (Overlap("TASK-1", "TASK-2", "2 fail.", (("src/TASK-1.py",), ("src/TASK-2.py",))),)
    assert done.notes == (
        "TASK-1, TASK-2 do not hold together, so they are tried by halves. 2 fail.",
        "TASK-2 comes after TASK-1: each was right alone, together they were not. 2 fail.",
    )


@pytest.mark.parametrize("guilty", KEYS[1:])
def test_halves_find_the_guilty_one_and_all_others_land(guilty: str) -> None:
    one = red(together(*KEYS), "tests/TASK-1.py")
    proofs = 1
    while one.batch is not None:
        bad = guilty in land(one).keys
        one = red(one, "tests/TASK-1.py") if bad else green(one)
        proofs += 1
    assert [each.key for each in one.tasks if each.state is T.COMPLETE] == [key for key in KEYS if key != guilty]
    assert one.overlaps[0].first == "TASK-1", "whose tests fail"
    assert [(each.first, each.second) for each in one.overlaps] == [("TASK-1", guilty)]
    assert proofs <= 4


def test_one_that_is_wrong_with_what_was_pushed_is_told_so() -> None:
    alone = red(together("TASK-1"))
    assert feedback(alone, "TASK-1") == "It does not hold together with what was pushed meanwhile: 2 fail."
    assert alone.overlaps == ()


def test_a_push_on_top_of_the_good_half_makes_the_rest_be_proven_again() -> None:
    halved = red(together("TASK-1", "TASK-2"))
    waiting = staged(halved)
    proven = after(waiting, proof(waiting, holds=True))
    later = after(proven, Landed(at=13.0, task="TASK-1", head="a-person-pushed-on-top"))
    assert states(later) == [T.COMPLETE, T.PASSING]
    assert later.batch == Batch(("TASK-2",))


def test_a_push_in_the_middle_takes_the_whole_batch_to_the_new_head() -> None:
    waiting = staged(together("TASK-1", "TASK-2"))
    nonce = only(waiting, Step.PROVE).nonce
    pushed = after(waiting, seen(20.0, Ref("feature", "3" * 40)))
    assert (land(pushed).keys, land(pushed).onto, land(pushed).staged) == (("TASK-1", "TASK-2"), "3" * 40, None)
    assert not [job for job in pushed.open_jobs() if job.nonce == nonce]


def test_a_conflict_with_a_mate_waits_for_the_mate() -> None:
    one = together("TASK-1", "TASK-2")
    said = LandingRefused(at=11.0, task="TASK-2", tip="2" * 40, reason="It conflicts with TASK-1.", against="TASK-1")
    refused = after(one, said)
    assert states(refused) == [T.PASSING, T.PENDING]
    assert land(refused).keys == ("TASK-1",)
    done = green(refused)
    assert states(done) == [T.COMPLETE, T.IN_PROGRESS]
    assert feedback(done, "TASK-2") == "It conflicts with TASK-1."


def test_a_branch_that_takes_no_push_waits_for_a_person_and_costs_no_attempt() -> None:
    held = after(together("TASK-1", "TASK-2"), LandingHeld(at=11.0, task="TASK-1", reason="GH013: signatures."))
    assert (held.state, held.reason) == (R.BLOCKED, "GH013: signatures. Then `/tdd resume`.")
    assert states(held) == [T.PASSING, T.PASSING]
    assert not [effect for effect in pending(held) if isinstance(effect, Land)]
    assert land(after(held, command(Verb.RESUME))).keys == ("TASK-1", "TASK-2")


def test_a_task_that_is_skipped_leaves_its_batch() -> None:
    waiting = staged(together("TASK-1", "TASK-2"))
    skipped = after(waiting, command(Verb.SKIP, "TASK-2"))
    assert states(skipped) == [T.PASSING, T.SKIPPED]
    assert land(skipped).keys == ("TASK-1",)


def test_a_proof_that_keeps_getting_lost_divides_the_batch() -> None:
    one = together(*KEYS)
    for at in range(3):
        one = staged(one, 20.0 + at)
        one = after(one, JobLost(at=20.5 + at, nonce=only(one, Step.PROVE).nonce, reason="gone"))
    assert one.batch == Batch(KEYS[:2], losses=1)


def test_what_was_wrong_together_is_not_begun_side_by_side_again() -> None:
    known = Overlap("TASK-1", "TASK-2", "2 fail.", (("src/a.py",), ("src/b/**",)))
    first = replace(planned("TASK-7"), files=("src/a.py",))
    second = replace(planned("TASK-8"), files=("src/b/deep.py",))
    third = replace(planned("TASK-9"), files=("src/c.py",))
    assert apart((known,), first, second)
    assert apart((known,), second, first)
    assert not apart((known,), first, third)
    assert not apart((known,), first, first)
    tasks = [task(each.key, planned=each) for each in (first, second, third)]
    one = after(run(R.RUNNING, *tasks, overlaps=(known,)), seen(2.0))
    assert states(one) == [T.IN_PROGRESS, T.READY, T.IN_PROGRESS]


def test_a_new_plan_puts_it_in_order() -> None:
    known = Overlap("TASK-1", "TASK-2", "2 fail.", (("src/TASK-1.py",), ("src/TASK-2.py",)))
    plan, added = in_order((known,), Plan((planned("TASK-2"), planned("TASK-1"), planned("TASK-3"))))
    assert [each.depends_on for each in plan.tasks] == [(), ("TASK-2",), ()]
    assert [each.sentence for each in added] == ["TASK-1 waits for TASK-2: what they own was wrong together before."]
    assert in_order((known,), plan) == (plan, ())
