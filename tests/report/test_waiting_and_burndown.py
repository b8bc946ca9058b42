"""What waits for whom, money and time against the quote, and the timeline of a task."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.batch import Batch
from tdd_orchestrator.core.people import Escalation, Hand
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Question, Stage, Step
from tdd_orchestrator.core.run import Job, JobState, Quote, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report.burndown import burndown, marks, sparkline
from tdd_orchestrator.report.fitting import size
from tdd_orchestrator.report.run_check import run_check
from tdd_orchestrator.report.task_check import task_check
from tdd_orchestrator.report.timeline import timeline
from tdd_orchestrator.report.waiting import waiting
from world.imagined import HEAD
from world.runs import attempt, run, stage, task

R, T = RunState, TaskState
URL = "https://github.test/o/r/actions/runs/4"
ASKS = Escalation("ESC-1", "TASK-1", Stage.RED, Question("Which format?"), 5.0)
PROOF = Job("p", Step.PROVE, 1.0, state=JobState.STARTED, url=URL)
HAND = Hand("writer", "tdd/7/TASK-1", "1:1")


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (run(R.AWAITING_APPROVAL, task()), "- 👤 **A maintainer**: 1 task to do: `/tdd approve` starts the work."),
        (run(R.PAUSED, task()), "`/tdd resume`"),
        (run(R.BLOCKED, task(state=T.FAILED)), "TASK-1 is stuck: `/tdd retry TASK-1` or `/tdd skip TASK-1`."),
        (run(R.BLOCKED, reason="No key."), "- 👤 **Somebody**: the run is blocked; the reason above says what helps."),
        (
            run(R.RUNNING, task(state=T.BLOCKED, asks="ESC-1"), escalations=(ASKS,)),
            "- 👤 **Whoever knows**: TASK-1 waits for `/tdd answer ESC-1 your words`.",
        ),
        (
            run(R.RUNNING, task(hand=HAND)),
            "- 👤 **writer**: TASK-1 waits for a push to `tdd/7/TASK-1`.",
        ),
        (run(R.PLANNING), "- 🤖 The plan is asked for."),
        (
            run(R.RUNNING, task(state=T.IN_PROGRESS, tries=2)),
            "- 🤖 TASK-1 attempt 2 is asked for.",
        ),
        (
            run(
                R.RUNNING,
                task(state=T.PASSING),
                task("TASK-2", T.PASSING),
                batch=Batch(("TASK-1",), staged="1" * 40, nonce="p"),
                jobs=(PROOF,),
            ),
            f"- 🤖 [The proof of TASK-1 on the merged tree]({URL}) is with its runner.\n"
            "- 🔀 TASK-2: proven, and next on the branch.",
        ),
        (run(R.RUNNING, task(state=T.PENDING), task("TASK-2", T.PENDING, "TASK-1")), "- ⏳ TASK-2 waits for TASK-1."),
        (run(R.RUNNING, task()), "- ⏳ TASK-1: ready, waits for a free place."),
    ],
)
def test_what_waits_for_whom(one: Run, says: str) -> None:
    assert says in waiting(one)


def test_a_person_whose_push_is_proven_is_not_waited_for() -> None:
    assert "waits for a push" not in waiting(run(R.RUNNING, task(state=T.PASSING, tries=1, hand=HAND)))


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_run_that_is_over_waits_for_nobody(state: RunState) -> None:
    assert waiting(run(state, task(state=T.FAILED))) == ""


def test_people_are_named_before_machines_and_many_are_counted() -> None:
    many = run(R.RUNNING, task("TASK-99", T.FAILED), *(task(f"TASK-{n}", T.IN_PROGRESS, tries=1) for n in range(1, 30)))
    told = waiting(many).splitlines()
    assert told[2].startswith("- 👤")
    assert told[-1] == "- and 18 more"


def at(key: str, minutes: float, usd: float = 0.25) -> Task:
    """A task that landed so many minutes after work began."""
    spent = replace(stage().usage[0], usd=usd)
    done = attempt(key, 1, replace(stage(), usage=(spent,)), ended_at=minutes * 60, accepted=True)
    return task(key, T.COMPLETE, attempts=(replace(done, started_at=0.0),), landed_at=minutes * 60)


QUOTED = Quote(2.0, 4.0, 20.0, 44.0)


def test_the_burn_down_of_two_landed_tasks() -> None:
    one = run(R.RUNNING, at("TASK-2", 9, 1.0), at("TASK-1", 6), task("TASK-3"), task("TASK-4"), quote=QUOTED)
    assert burndown(one) == (
        "### Burn-down\n\n"
        "`▆▅` left: 2  \n"
        "`▃▄` time: 9 of 20 min quoted  \n"
        "`▂▅` money: $1.25 of $2.00 quoted\n\n"
        "| Landed | Left | Minutes | Quoted | Money | Quoted |\n"
        "|---|---|---|---|---|---|\n"
        "| TASK-1 | 3 of 4 | 6 | 5 | $0.25 | $0.50 |\n"
        "| TASK-2 | 2 of 4 | 9 | 10 | $1.25 | $1.00 |"
    )


def test_without_a_landing_or_a_quote_nothing_is_made_up() -> None:
    assert burndown(run(R.RUNNING, task(), quote=QUOTED)) == ""
    assert "quoted" not in burndown(run(R.RUNNING, at("TASK-1", 6)))
    assert burndown(run(R.RUNNING, task(state=T.COMPLETE), quote=QUOTED)) == "", "an older run does not say when"


def test_a_skipped_task_is_not_waited_for() -> None:
    assert marks(run(R.COMPLETED, at("TASK-1", 6), task("TASK-2", T.SKIPPED)))[0].left == 0


@pytest.mark.parametrize(
    ("values", "most", "bars"),
    [((), 1.0, ""), ((0.0, 0.5, 1.0), 1.0, "▁▅█"), ((5.0,), 1.0, "█"), ((1.0, 2.0), 0.0, "▁▁"), ((-1.0,), 1.0, "▁")],
)
def test_a_sparkline(values: tuple[float, ...], most: float, bars: str) -> None:
    assert sparkline(values, most) == bars


def test_a_sparkline_of_many_is_thinned_and_ends_with_the_last() -> None:
    many = sparkline([*[0.0] * 999, 1.0], 1.0)
    assert 20 <= len(many) <= 40
    assert many.endswith("▁█")


def test_stages_begin_where_the_one_before_ended() -> None:
    parts = tuple(replace(stage(), seconds=seconds) for seconds in (10.0, 0.0, 30.0))
    assert timeline(parts) == ("████············", "················", "····████████████")
    assert timeline((replace(stage(), seconds=0.0),)) == ("················",)


def enormous() -> Run:
    """Many tasks of many attempts, whose words are as long as people and models can make them."""
    word = "w|`&<@a " * 2_000
    said = replace(stage(sentence=word), tests=(word,) * 50, seconds=1e12)
    tries = tuple(attempt(f"n{n}", n, *(said,) * 8, feedback=word, reason=word, ended_at=9.0) for n in range(1, 31))
    tasks = []
    for number in range(1, 151):
        one = task(f"TASK-{number}", T.COMPLETE, *(f"TASK-{n}" for n in range(1, number)), attempts=tries, reason=word)
        plan = PlannedTask(one.key, word, requirements=(word,) * 50, depends_on=one.planned.depends_on)
        tasks.append(replace(one, planned=plan, landed_at=float(number)))
    tasks += [replace(one, state=T.FAILED, planned=replace(one.planned, key=f"{one.key}0000")) for one in tasks[:20]]
    jobs = tuple(Job(f"n{n}", Step.WORK, 1.0, "TASK-1", url=URL) for n in range(1, 51))
    return run(R.RUNNING, *tasks, jobs=jobs, quote=QUOTED, reason=word, notes=(word,) * 30)


def test_no_run_is_so_large_that_github_refuses_its_texts() -> None:
    one = enormous()
    for content in (run_check(one, HEAD.sha, 0), task_check(one, one.tasks[0], HEAD.sha, 0)):
        assert all(0 < size(text) <= 65_535 for text in (content.summary, content.text))
        assert len(content.title) <= 255
        assert "](https://github.test/o/r/tree/tdd-state/pr-7)" in content.text, "the rest is somewhere"
        assert "### What waits for whom" in content.text or "### Attempt 30" in content.text
