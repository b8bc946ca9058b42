"""Time limits, cancellations and left-over processes: whatever a job has started ends with it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tdd_orchestrator.hub.runner import LocalRunner
from world.workflow_bench import WorkflowBench, job, results

HEAD = "    on: workflow_dispatch\n"


@pytest.fixture
def bench(tmp_path: Path) -> WorkflowBench:
    return WorkflowBench(tmp_path, LocalRunner({}))


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(log: str) -> list[int]:
    """The process ids that a job printed as `pid=N`."""
    return [int(line[4:]) for line in log.splitlines() if line.startswith("pid=") and line[4:].isdecimal()]


async def test_a_step_over_its_time_fails_with_all_its_processes(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      slow:
        runs-on: ubuntu-latest
        steps:
          - run: |
              sleep 30 & echo "pid=$!"
              echo "pid=$$"
              wait
            timeout-minutes: 0.005
          - {if: failure(), run: echo noticed}
    """
    )
    log = job(run, "slow").log
    assert run.conclusion == "failure"
    assert "The step has timed out after 0.005 minutes." in log
    assert "\nnoticed\n" in log
    assert len(pids(log)) == 2
    await bench.until(lambda: not any(alive(pid) for pid in pids(log)))


async def test_a_job_over_its_time_is_cancelled(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      slow:
        runs-on: ubuntu-latest
        timeout-minutes: 0.005
        steps:
          - run: exec sleep 30
          - {if: always(), run: echo last words}
    """
    )
    assert results(run) == {"slow": "cancelled"}
    assert "exceeded the maximum execution time of 0.005 minutes" in job(run, "slow").log
    assert "\nlast words\n" in job(run, "slow").log


async def test_a_cancelled_run_ends_its_processes_and_lets_always_speak(bench: WorkflowBench) -> None:
    run = bench.begin(
        HEAD
        + """
    jobs:
      long:
        runs-on: ubuntu-latest
        steps:
          - run: |
              trap '' INT TERM
              echo "pid=$$"; sleep 30 & echo "pid=$!"; wait; sleep 30
          - {run: echo never}
          - {if: cancelled(), run: echo last words}
      next: {needs: long, runs-on: ubuntu-latest, steps: [{run: echo never}]}
    """
    )
    await bench.until(lambda: bool(run.jobs) and len(pids(run.jobs[0].log)) == 2)
    began = time.monotonic()
    bench.actions.cancel(run.id)
    await bench.until(lambda: run.status == "completed")
    await bench.actions.settled()
    assert run.conclusion == "cancelled"
    assert results(run) == {"long": "cancelled", "next": "cancelled"}
    assert "\nlast words\n" in job(run, "long").log
    assert not any(alive(pid) for pid in pids(job(run, "long").log))
    assert time.monotonic() - began < 5


async def test_a_background_process_outlives_its_step_but_not_its_job(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      serve:
        runs-on: ubuntu-latest
        steps:
          - run: |
              sleep 60 & echo "pid=$!" | tee pid
              setsid bash -c 'echo "pid=$$"; touch up; exec sleep 60' &
              until test -e up; do sleep 0.01; done
          - run: kill -0 "$(cut -c5- pid)"
    """
    )
    assert run.conclusion == "success", job(run, "serve").log
    found = pids(job(run, "serve").log)
    assert len(found) == 2
    await bench.until(lambda: not any(alive(pid) for pid in found))


async def test_jobs_run_side_by_side_up_to_the_limit(tmp_path: Path) -> None:
    bench = WorkflowBench(tmp_path, LocalRunner({}, max_parallel=2))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    text = HEAD + "    jobs:\n"
    for name, command in (("a", f"echo hello > {fifo}"), ("b", f"cat {fifo}"), ("c", "true")):
        text += f"      {name}: {{runs-on: ubuntu-latest, steps: [{{run: '{command}'}}]}}\n"
    run = await bench.run(text)
    assert run.conclusion == "success"
    assert "\nhello\n" in job(run, "b").log


async def test_a_group_runs_one_and_keeps_only_the_newest_waiting(bench: WorkflowBench, tmp_path: Path) -> None:
    text = HEAD + "    concurrency: lane\n    jobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'cat %s'}]}}\n"
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    runs = [bench.begin(text % fifo)]
    await bench.until(lambda: runs[0].status == "in_progress" and bool(runs[0].jobs))
    for _ in range(2):
        runs.append(bench.begin(text % "/dev/null"))
        await bench.until(lambda: len(runs) == 2 or runs[1].status == "completed")
    assert [run.status for run in runs] == ["in_progress", "completed", "queued"]
    fifo.open("w").close()
    await bench.actions.settled()
    assert [run.conclusion for run in runs] == ["success", "cancelled", "success"]


async def test_cancel_in_progress_ends_the_older_run(bench: WorkflowBench) -> None:
    text = (
        HEAD
        + """
    concurrency: {group: "lane-${{ github.ref }}", cancel-in-progress: true}
    jobs: {a: {runs-on: ubuntu-latest, steps: [{run: %s}]}}
    """
    )
    older = bench.begin(text % "exec sleep 30")
    await bench.until(lambda: bool(older.jobs) and "Run exec" in older.jobs[0].log)
    newer = await bench.run(text % "'true'")
    assert (older.conclusion, newer.conclusion) == ("cancelled", "success")


async def test_another_attempt_runs_the_same_commit_again(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD + "    jobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'test $GITHUB_RUN_ATTEMPT = 2'}]}}\n"
    )
    assert run.conclusion == "failure"
    bench.actions.rerun(run.id)
    await bench.actions.settled()
    assert (run.conclusion, run.attempt, len(run.jobs)) == ("success", 2, 2)


async def test_failed_jobs_alone_run_again_and_get_what_the_others_left(
    bench: WorkflowBench,
) -> None:
    text = """
    jobs:
      good:
        runs-on: ubuntu-latest
        outputs: {found: "${{ steps.one.outputs.found }}"}
        steps: [{id: one, run: 'echo "found=in attempt $GITHUB_RUN_ATTEMPT" >> $GITHUB_OUTPUT'}]
      bad: {needs: good, runs-on: ubuntu-latest, steps: [{run: 'test $GITHUB_RUN_ATTEMPT = 2'}]}
      last: {needs: [good, bad], runs-on: ubuntu-latest, steps: [{run: 'echo "${{ needs.good.outputs.found }}"'}]}
    """
    run = await bench.run(HEAD + text)
    assert results(run) == {"good": "success", "bad": "failure", "last": "skipped"}
    bench.actions.rerun(run.id, only_failed=True)
    await bench.actions.settled()
    again = {job.name: job for job in run.jobs if job.attempt == 2}
    assert {name: job.conclusion for name, job in again.items()} == dict.fromkeys(again, "success")
    assert (again["good"].log, run.conclusion) == ("", "success"), "it did not run again"
    assert "in attempt 1" in again["last"].log


async def test_a_job_that_waits_for_its_turn_is_cancelled_at_once(bench: WorkflowBench) -> None:
    text = HEAD + "    jobs: {a: {runs-on: ubuntu-latest, concurrency: lane, steps: [{run: exec sleep 30}]}}\n"
    first = bench.begin(text)
    await bench.until(lambda: bool(first.jobs) and "Run exec" in first.jobs[0].log)
    second = bench.begin(text)
    await bench.until(lambda: results(second) == {"a": None})
    bench.actions.cancel(second.id)
    await bench.until(lambda: second.status == "completed")
    assert (results(second), first.status) == ({"a": "cancelled"}, "in_progress")
    bench.actions.cancel(first.id)
    await bench.actions.settled()
    assert results(first) == {"a": "cancelled"}
