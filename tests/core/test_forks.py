"""Forks as tables: whose approval counts, for which commit, and what becomes of the proof."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import CancelJob, Dispatch, Reply
from tdd_orchestrator.core.event import Dispatched, DispatchRefused, JobLost, ProofReported, PullRequestClosed
from tdd_orchestrator.core.result import ProofResult, Step
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import RunState
from world.imagined import BASE, HEAD, command, seen
from world.runs import after, only, told

R = RunState
SHORT, NEW = HEAD.sha[:12], "e" * 40
WAITS = after(None, seen(fork=True))
ASKED = after(WAITS, command(Verb.APPROVE, subject=SHORT, role="maintain"))


def proof(one: Run, holds: bool = True, tip: str = HEAD.sha) -> Run:
    result = ProofResult(only(one, Step.PROVE).nonce, tip, holds, "" if holds else "RED passes already.")
    return after(one, ProofReported(at=9.0, result=result))


@pytest.mark.parametrize(
    ("role", "subject", "answer"),
    [
        ("read", SHORT, "needs the role"),
        ("write", SHORT, "needs the role maintain"),
        ("maintain", "", "is for one commit"),
        ("maintain", "0123456", "not 0123456"),
    ],
)
def test_an_approval_that_does_not_count_starts_nothing(role: str, subject: str, answer: str) -> None:
    decision = told(WAITS, command(Verb.APPROVE, subject=subject, role=role))
    assert decision.run is not None
    assert (decision.run.state, decision.run.jobs) == (R.BLOCKED, ())
    assert any(isinstance(effect, Reply) and answer in effect.text for effect in decision.effects)


def test_what_is_approved_is_one_commit_and_a_job_that_proves_it() -> None:
    decision = told(WAITS, command(Verb.APPROVE, subject=SHORT, role="admin"))
    (asked,) = [effect.assignment for effect in decision.effects if isinstance(effect, Dispatch)]
    assert (asked.step, asked.head, asked.since, asked.task) == (Step.PROVE, HEAD.sha, BASE.sha, None)
    assert ASKED.allowed == HEAD.sha


@pytest.mark.parametrize(
    ("holds", "tip", "state", "word"),
    [
        (True, HEAD.sha, R.COMPLETED, "is proven from git, approved by @writer"),
        (False, HEAD.sha, R.BLOCKED, "RED passes already."),
        (True, NEW, R.BLOCKED, "/tdd approve"),
    ],
)
def test_what_a_proof_comes_to(holds: bool, tip: str, state: RunState, word: str) -> None:
    one = proof(ASKED, holds, tip)
    assert one.state is state
    assert word in one.reason


def test_a_push_takes_the_approval_back_whether_the_proof_runs_or_has_ended() -> None:
    going = after(ASKED, Dispatched(at=3.0, nonce=only(ASKED, Step.PROVE).nonce, workflow_run=8))
    pushed = decide(going, seen(5.0, Ref("feature", NEW), fork=True))
    assert any(isinstance(effect, CancelJob) for effect in pushed.effects)
    for one in (pushed.run, after(proof(ASKED), seen(10.0, Ref("feature", NEW), fork=True))):
        assert one is not None
        assert (one.state, one.allowed, one.approved_by, one.open_jobs()) == (R.BLOCKED, "", "", ())
        assert NEW[:12] in one.reason
    assert pushed.run is not None
    late = ProofReported(at=11.0, result=ProofResult(going.jobs[0].nonce, HEAD.sha, True))
    assert after(pushed.run, late) == pushed.run


def test_another_look_at_the_same_commit_changes_nothing() -> None:
    assert replace(after(ASKED, seen(5.0, fork=True)), seen_at=ASKED.seen_at) == ASKED


def test_a_proof_that_is_lost_or_refused_waits_for_another_approval() -> None:
    nonce = only(ASKED, Step.PROVE).nonce
    for event in (
        JobLost(at=9.0, nonce=nonce, reason="Gone."),
        DispatchRefused(at=9.0, nonce=nonce, reason="No file."),
    ):
        lost = after(ASKED, event)
        assert (lost.state, lost.open_jobs()) == (R.BLOCKED, ())
        again = after(lost, command(Verb.APPROVE, subject=SHORT, role="maintain", id="2:1"))
        assert only(again, Step.PROVE).nonce != nonce


def test_a_closed_fork_stays_closed() -> None:
    closed = after(WAITS, PullRequestClosed(at=8.0, merged=False))
    assert after(closed, seen(9.0, Ref("feature", NEW), fork=True)).state is R.CANCELLED
