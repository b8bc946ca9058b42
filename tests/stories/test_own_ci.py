"""The repository's own CI on the final head: waited for, worked when it is red, and in the way of the end."""

from pathlib import Path

import pytest

from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.hub.acts import checks
from tdd_orchestrator.hub.state import CommitStatus, WorkflowRun
from world.quick_runner import OURS
from world.story import CONFIG, FILES, TWO, Story, story

CI = "name: CI\non: [pull_request]\njobs: {build: {runs-on: ubuntu-latest, steps: [{run: make lint}]}}\n"
LOG = "2026-11-20T10:00:0{n}Z make lint\n##[error]src/shop/task_1.py:{n}: E501 line too long\nexit 1\n"
QUICK_SWEEP_S = 0.3


def config(**qa: object) -> str:
    said = "".join(f"{key} = {value!r}\n" for key, value in qa.items()).replace("'", '"')
    return CONFIG.format(approve_above=1000.0) + f"[qa]\n{said}"


def add_ci(told: Story) -> None:
    """Somebody's workflow on the default branch."""
    told.push("main", {".github/workflows/ci.yml": CI})


def summary(told: Story) -> str:
    check = told.checks().get("TDD")  # one look at the head: a landing may move it between two
    return str(check.output.get("summary")) if check else ""


def red_until(told: Story, landed: int) -> list[str]:
    """CI that is green at first, then red until so many tasks are on the head; the list fills with the red heads."""
    red: list[str] = []

    def play(run: WorkflowRun) -> tuple[str, str]:
        tasks = {task for task, _ in told.trailers()}
        if not tasks or len(tasks) >= landed or len(tasks) < len(TWO):
            return "success", ""
        red.append(run.head_sha)
        return "failure", LOG.format(n=len(red))

    told.runner.ci = play
    return red


async def test_red_ci_becomes_a_task_and_the_run_ends_when_it_is_green(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        add_ci(told)
        red = red_until(told, landed=3)
        told.open_pull()
        await told.until_state("success")
        run = await told.run()
        assert [task.state for task in run.tasks] == [TaskState.COMPLETE] * 3
        assert run.tasks[2].planned.title == "CI: build"
        given = told.runner.seen[-1]
        assert "E501 line too long" in given.feedback
        assert len(red) == 1
        assert given.head == red[0]
        assert told.trailers()[-1] == ("TASK-3", "refactor")
        assert "build" in told.check().output["summary"]


async def test_ci_that_stays_red_blocks_after_its_tasks_and_says_which_check(tmp_path: Path) -> None:
    async with story(tmp_path, config=config(ci_tasks=2)) as told:
        add_ci(told)
        red = red_until(told, landed=99)
        told.open_pull()
        await told.until_state("action_required")
        run = await told.run()
        assert (run.ci.tasks, len(run.tasks), len(red)) == (2, 4, 3)
        assert len({mark for mark, _ in run.ci.worked}) == 1, "the same failure has one fingerprint"
        assert "after 2 tasks" in run.reason
        assert "`build` failed (http" in run.reason
        told.runner.ci = lambda _: ("success", "")
        told.push("feature", {"docs/note.md": "a person mends it\n"})
        await told.until_state("success")
        assert (await told.run()).ci.tasks == 2


async def test_with_block_the_run_waits_for_somebody_and_goes_on_by_itself(tmp_path: Path) -> None:
    async with story(tmp_path, config=config(ci="block")) as told:
        add_ci(told)
        red_until(told, landed=99)
        told.open_pull()
        await told.until_state("action_required")
        assert "`build` failed" in told.check().output["summary"]
        assert len((await told.run()).tasks) == 2
        told.runner.ci = lambda _: ("success", "")
        (latest,) = [r for r in told.repository.runs.values() if r.head_sha == told.head and r.workflow_path != OURS]
        told.hub.actions.rerun(latest.id)
        await told.until_state("success")


async def test_the_end_waits_for_ci_that_runs_and_what_is_cancelled_is_a_person_s(tmp_path: Path) -> None:
    async with story(tmp_path, sweep_s=QUICK_SWEEP_S) as told:
        add_ci(told)
        told.runner.ci = lambda _: ("hang", "") if len(told.trailers()) == 4 else ("success", "")
        told.open_pull()
        await told.until(lambda: "🟡" in summary(told))
        assert (await told.run()).state is RunState.RUNNING
        (going,) = [r for r in told.repository.runs.values() if r.status == "in_progress"]
        told.hub.actions.cancel(going.id)
        await told.until_state("action_required")
        assert "waits for a person" in (await told.run()).reason
        assert "✋" in summary(told)


async def test_ignored_ci_is_not_looked_at(tmp_path: Path) -> None:
    async with story(tmp_path, config=config(ci="ignore")) as told:
        add_ci(told)
        red_until(told, landed=99)
        told.open_pull()
        await told.until_state("success")
        assert not [one for one in told.hub.requests if one.path.endswith("/status")]


@pytest.mark.parametrize("kind", ["check", "status"])
async def test_a_check_or_status_of_another_app_counts_too(tmp_path: Path, kind: str) -> None:
    async with story(tmp_path, sweep_s=QUICK_SWEEP_S, config=config(ci="block")) as told:
        other = told.hub.add_app("linter", "http://127.0.0.1:9/", {"checks": "write"})
        told.hub.install(other, "owner/shop")

        def says(state: str) -> None:
            if kind == "check":
                fields = {"name": "lint", "conclusion": state, "output": {"title": "2 faults", "summary": "E501"}}
                checks.create(told.hub.site, told.repository, other, told.head, fields)
            else:
                now, id = told.hub.world.now(), told.hub.world.new_id("status")
                told.repository.statuses.append(
                    CommitStatus(id, told.head, state, "lint", "2 faults", "https://ci.example.com/1", other.bot, now)
                )

        told.runner.before = lambda given: says("success") if given.task is None else None
        told.open_pull()
        await told.until(lambda: len(told.trailers()) == 4 and "Looks for" in summary(told))
        says("failure")
        await told.until_state("action_required")
        assert "`lint` failed" in (await told.run()).reason
        says("success")
        await told.until_state("success")


async def test_our_own_workflow_never_counts(tmp_path: Path) -> None:
    async with story(tmp_path, config=config(ci="block")) as told:
        told.open_pull()
        await told.until(lambda: len(told.runner.seen) == 3)
        ours = next(run for run in told.repository.runs.values() if run.workflow_path == OURS)
        told.hub.actions.create(
            told.repository,
            told.hub.actions.workflow(ours),
            "workflow_dispatch",
            ours.actor,
            ref="refs/heads/feature",
            sha=told.head,
            inputs=ours.inputs,
        )
        await told.until_state("success")
        assert (await told.run()).ci.checks == ()


def test_the_story_has_a_workflow_of_ours() -> None:
    assert OURS in FILES
