"""`/tdd prove`: what is asked for, what whoever asked is told, and that nobody waits for ever."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.effect import Dispatch, React, Reply
from tdd_orchestrator.core.event import Dispatched, DispatchRefused, JobLost, ProofReported, Ticked
from tdd_orchestrator.core.reproving import PATIENCE_S
from tdd_orchestrator.core.result import ProofResult, Remark
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Proven, Task
from world.imagined import HEAD, command
from world.runs import TIP, after, landed, run, task, told

R, T = RunState, TaskState


def done(key: str = "TASK-1") -> Task:
    return landed(key, proven=Proven("n", 5, HEAD.sha, TIP))


OVER = run(R.COMPLETED, done(), done("TASK-2"))


def asked(first: Run, *keys: str) -> tuple[Run, tuple[Job, ...]]:
    """The run with the proofs that were asked for, each with its job."""
    decision = told(first, command(Verb.PROVE, *keys))
    assert decision.run is not None
    assert React(1, "+1") not in decision.effects, "what is done later is not done yet"
    proofs = decision.run.asked_proofs()
    assert {each.assignment.nonce for each in decision.effects if isinstance(each, Dispatch)} == {
        job.nonce for job in proofs
    }
    return decision.run, proofs


@pytest.mark.parametrize(
    ("keys", "proven"), [((), [None]), (("TASK-2",), ["TASK-2"]), (("TASK-1", "TASK-2"), ["TASK-1", "TASK-2"])]
)
def test_all_that_has_landed_is_proven_or_the_tasks_that_are_named(
    keys: tuple[str, ...], proven: list[str | None]
) -> None:
    _, proofs = asked(OVER, *keys)
    assert [job.task for job in proofs] == proven
    assert {(job.by, job.reply) for job in proofs} == {("writer", f"1:1:{key}" if key else "1:1") for key in proven}


@pytest.mark.parametrize(
    ("first", "keys", "sentence"),
    [
        (run(R.RUNNING, task()), (), "Nothing has landed yet: there is nothing to prove again."),
        (OVER, ("TASK-9",), "There is no TASK-9 in this run. Its tasks: TASK-1, TASK-2."),
        (
            run(R.RUNNING, done(), task("TASK-2", T.FAILED, tries=3)),
            ("TASK-2",),
            "TASK-2 is failed: only what has landed can be proven again.",
        ),
    ],
    ids=["nothing landed", "unknown", "not landed"],
)
def test_what_cannot_be_proven_again_is_said(first: Run, keys: tuple[str, ...], sentence: str) -> None:
    decision = told(first, command(Verb.PROVE, *keys))
    assert [each.text for each in decision.effects if isinstance(each, Reply)] == [f"@writer {sentence}"]
    assert decision.run is not None
    assert decision.run.asked_proofs() == ()


def test_the_same_proof_is_not_asked_for_twice() -> None:
    one, (job,) = asked(OVER)
    one = after(one, Dispatched(at=4.0, nonce=job.nonce, workflow_run=9, url="https://hub.test/run/9"))
    again = told(one, replace(command(Verb.PROVE), id="2:1"))
    (reply,) = [each for each in again.effects if isinstance(each, Reply)]
    assert reply.text == "@writer That is being proven already. https://hub.test/run/9"
    assert again.run is not None
    other = told(again.run, replace(command(Verb.PROVE, "TASK-1"), id="3:1")).run
    assert other is not None
    assert [each.task for each in other.asked_proofs()] == [None, "TASK-1"], "another one is"


def test_the_answer_names_the_job() -> None:
    one, (job,) = asked(OVER)
    one = after(one, Dispatched(at=4.0, nonce=job.nonce, workflow_run=9, url="https://hub.test/run/9"))
    effects = told(one, ProofReported(at=9.0, result=replace(HOLDS, nonce=job.nonce))).effects
    assert [each.text.rpartition(" ")[2] for each in effects if isinstance(each, Reply)] == [
        "[Job](https://hub.test/run/9)"
    ]


HOLDS = ProofResult("", TIP, holds=True, suite_runs=9, seconds=3.6)
WORSE = Remark("tests/`test`_it.py", 3, "failure", "it @everyone fails\nnow", "RED")


@pytest.mark.parametrize(
    ("keys", "result", "text", "reaction"),
    [
        ((), HOLDS, "Everything that has landed up to `ccccccc` is proven again from git, and holds: 9 runs of", "+1"),
        (
            ("TASK-1",),
            HOLDS,
            "TASK-1 at `ccccccc` is proven again from git, and holds: 9 runs",
            "+1",
        ),
        (
            (),
            replace(HOLDS, holds=False, reason="RED passes.", remarks=(WORSE,)),
            "Everything that has landed up to `ccccccc` does not hold: RED passes. First difference: "
            "`tests/test_it.py:3`: it ",
            "confused",
        ),
    ],
    ids=["all", "one task", "does not hold"],
)
def test_whoever_asked_is_told_what_was_found(
    keys: tuple[str, ...], result: ProofResult, text: str, reaction: str
) -> None:
    one, (job,) = asked(OVER, *keys)
    event = ProofReported(at=9.0, result=replace(result, nonce=job.nonce))
    decision = told(one, event)
    (reply,) = [each for each in decision.effects if isinstance(each, Reply)]
    assert reply.text.startswith(f"@writer {text}")
    assert "\n" not in reply.text
    assert "@everyone" not in reply.text, "what a runner says calls nobody"
    assert React(1, reaction) in decision.effects
    assert decision.run is not None
    assert decision.run.asked_proofs() == ()
    assert told(decision.run, event).effects == (), "once"


def test_a_proof_says_nothing_of_the_run() -> None:
    one, (job,) = asked(OVER)
    broken = after(one, ProofReported(at=9.0, result=replace(HOLDS, nonce=job.nonce, holds=False, reason="No.")))
    assert (broken.state, broken.tasks) == (OVER.state, OVER.tasks)


@pytest.mark.parametrize("refused", [True, False])
def test_a_proof_that_comes_to_nothing_is_told_with_its_reason(refused: bool) -> None:
    one, (job,) = asked(OVER)
    why = "The workflow is disabled."
    event = (DispatchRefused if refused else JobLost)(at=5.0, nonce=job.nonce, reason=why)
    decision = told(one, event)
    said = f"@writer The proof came to nothing: {why} `/tdd prove` asks for it again."
    assert [each.text for each in decision.effects if isinstance(each, Reply)] == [said]
    assert decision.run is not None
    ended = decision.run.job(job.nonce)
    assert ended is not None
    assert ended.state is JobState.LOST
    assert asked(decision.run, "TASK-1"), "it can be asked for again"


@pytest.mark.parametrize(("late", "given_up"), [(0.0, False), (1.0, True)])
def test_a_proof_without_a_result_is_given_up_after_its_time(late: float, given_up: bool) -> None:
    one, (job,) = asked(OVER)
    decision = told(one, Ticked(at=job.asked_at + PATIENCE_S + late))
    replies = [each.text for each in decision.effects if isinstance(each, Reply)]
    assert [("No result came in 90 minutes." in text) for text in replies] == ([True] if given_up else [])
