"""Jobs and steps run as they would on GitHub."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tdd_orchestrator.hub.runner import LocalRunner
from world.workflow_bench import WorkflowBench, job, results


@pytest.fixture
def bench(tmp_path: Path) -> WorkflowBench:
    return WorkflowBench(tmp_path, LocalRunner({}))


HEAD = """
    name: CI
    on:
      workflow_dispatch:
        inputs:
          name: {type: string, default: nobody}
          loud: {type: boolean, default: false}
    """


async def test_outputs_go_from_step_to_job_to_the_next_job(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      first:
        runs-on: ubuntu-latest
        outputs: {word: "${{ steps.say.outputs.word }}", many: "${{ steps.say.outputs.many }}"}
        steps:
          - id: say
            run: |
              echo "word=hello" >> "$GITHUB_OUTPUT"
              { echo "many<<EOF"; echo one; echo two; echo EOF; } >> "$GITHUB_OUTPUT"
      second:
        needs: first
        runs-on: ubuntu-latest
        steps:
          - run: printf '%s|%s|%s' "$WORD" "$MANY" "$LOUD"
            env:
              WORD: ${{ needs.first.outputs.word }} ${{ inputs.name }}
              MANY: ${{ needs.first.outputs.many }}
              LOUD: ${{ inputs.loud && 'loud' || 'quiet' }}
    """,
        {"loud": "true"},
    )
    assert (run.conclusion, results(run)) == ("success", {"first": "success", "second": "success"})
    assert "hello nobody|one\ntwo|loud" in job(run, "second").log


async def test_a_failure_skips_what_follows_but_not_what_asks_to_run(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      broken:
        runs-on: ubuntu-latest
        steps:
          - {name: forgiven, id: soft, run: exit 3, continue-on-error: true}
          - {name: sees it, run: 'test "${{ steps.soft.outcome }}/${{ steps.soft.conclusion }}" = failure/success'}
          - {name: pipes, run: "false | true"}
          - {name: breaks, run: "false | true; echo not reached", shell: bash}
          - {name: skipped, run: echo no}
          - {name: on failure, if: failure(), run: echo cleaning up}
      after: {needs: broken, runs-on: ubuntu-latest, steps: [{run: echo}]}
      later: {needs: after, runs-on: ubuntu-latest, steps: [{run: echo}]}
      always:
        needs: [broken, after]
        if: ${{ always() && needs.broken.result == 'failure' }}
        runs-on: ubuntu-latest
        steps: [{run: "echo after=${{ needs.after.result }}"}]
    """
    )
    assert run.conclusion == "failure"
    assert results(run) == {"broken": "failure", "after": "skipped", "later": "skipped", "always": "success"}
    assert [(step["name"], step["conclusion"]) for step in job(run, "broken").steps] == [
        ("forgiven", "success"),
        ("sees it", "success"),
        ("pipes", "success"),
        ("breaks", "failure"),
        ("skipped", "skipped"),
        ("on failure", "success"),
    ]
    assert "not reached" not in job(run, "broken").log.replace("echo not reached", "")
    assert "Process completed with exit code 1" in job(run, "broken").log
    assert "after=skipped" in job(run, "always").log


async def test_a_job_sees_what_the_workflow_gives_and_nothing_of_the_hub(
    bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_CANARY", "tweet")
    run = await bench.run(
        HEAD
        + """
    env: {ONE: workflow, TWO: workflow, THREE: workflow}
    jobs:
      look:
        runs-on: ubuntu-latest
        env: {TWO: job, THREE: job}
        steps:
          - run: |
              echo "FOUR=exported" >> "$GITHUB_ENV"
              echo "GITHUB_SHA=forged" >> "$GITHUB_ENV"
              mkdir bin; echo 'echo from my path' > bin/mine; chmod +x bin/mine
              echo "$PWD/bin" >> "$GITHUB_PATH"
          - run: env | sort; mine; ls -A "$HOME"; cat "$GITHUB_EVENT_PATH"
            env: {THREE: step}
    """
    )
    log = job(run, "look").log
    assert run.conclusion == "success", log
    for line in ("ONE=workflow", "TWO=job", "THREE=step", "FOUR=exported", "CI=true", "from my path"):
        assert f"\n{line}\n" in log
    for line in (f"GITHUB_SHA={run.head_sha}", f"GITHUB_RUN_ID={run.id}", "GITHUB_REPOSITORY=octo/demo"):
        assert f"\n{line}\n" in log
    for name in ("GITHUB_RUN_ATTEMPT=1", "GITHUB_JOB=look", "RUNNER_OS=Linux", "GITHUB_REF=refs/heads/main"):
        assert name in log
    assert "tweet" not in log
    assert f"HOME={os.environ['HOME']}\n" not in log
    assert "GITHUB_TOKEN" not in log
    assert '{"inputs": {}, "ref": "refs/heads/main"' in log


async def test_secrets_and_the_token_are_masked_and_not_handed_on(bench: WorkflowBench) -> None:
    bench.repository.secrets["KEY"] = "open sesame"
    run = await bench.run(
        HEAD
        + """
    jobs:
      leak:
        runs-on: ubuntu-latest
        outputs: {key: "${{ secrets.KEY }}", fine: ok}
        steps:
          - run: echo "$KEY"; echo "$TOKEN"; echo "${TOKEN:0:4}"
            env: {KEY: "${{ secrets.KEY }}", TOKEN: "${{ secrets.GITHUB_TOKEN }}"}
          - run: test "${{ github.token }}" = "${{ secrets.GITHUB_TOKEN }}"
      next:
        needs: leak
        runs-on: ubuntu-latest
        steps: [{run: "echo 'got[${{ needs.leak.outputs.key }}${{ needs.leak.outputs.fine }}]'"}]
    """
    )
    assert run.conclusion == "success"
    assert "sesame" not in job(run, "leak").log
    assert "\n***\n***\nghs_\n" in job(run, "leak").log
    assert "Skip output 'key' since it may contain secret" in job(run, "leak").log
    assert "got[ok]" in job(run, "next").log


async def test_annotations_and_summaries_are_kept_for_people(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      note:
        runs-on: ubuntu-latest
        steps:
          - run: echo "::warning file=a.py,line=2,title=Look::odd"; echo "# Done" >> "$GITHUB_STEP_SUMMARY"
    """
    )
    notes = bench.runner.notes(run)["note"]
    assert [(one.level, one.path, one.start_line, one.title) for one in notes.annotations] == [
        ("warning", "a.py", 2, "Look")
    ]
    assert notes.summary == "# Done\n"


async def test_the_rooms_of_jobs_are_thrown_away(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      leave: {runs-on: ubuntu-latest, steps: [{run: 'touch "$GITHUB_WORKSPACE/x" "$HOME/y"; echo "room=$RUNNER_TEMP"'}]}
    """
    )
    line = next(one for one in job(run, "leave").log.splitlines() if one.startswith("room=/"))
    assert not Path(line.removeprefix("room=")).parent.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("jobs: {a: {runs-on: ubuntu-latest, strategy: {}, steps: []}}", "ci.yml:11: `strategy` in `jobs.a`"),
        ("jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: owner/else@v1}]}}", "`owner/else@v1` is not known"),
        ("jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: actions/cache@v4}]}}", "`actions/cache@v4` is not known"),
    ],
)
async def test_a_workflow_that_is_not_understood_does_not_begin(bench: WorkflowBench, text: str, sentence: str) -> None:
    run = await bench.run(HEAD + f"\n\n\n    {text}\n")
    assert (run.conclusion, results(run)) == ("startup_failure", {"Invalid workflow file": "failure"})
    assert sentence in run.jobs[0].log


async def test_a_refusal_while_a_job_runs_fails_its_step(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      a:
        runs-on: ubuntu-latest
        steps:
          - run: echo ${{ fromJSON(inputs.name).x }}
          - {uses: ./nowhere, if: always()}
    """
    )
    assert run.conclusion == "failure"
    assert "fromJSON() was given something that is not JSON" in job(run, "a").log
    assert "there is no action.yml in" in job(run, "a").log


async def test_states_of_runs_and_jobs_are_announced_in_order(bench: WorkflowBench) -> None:
    await bench.run(HEAD + "\n    jobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}")
    told = [(one.event, one.action) for one in bench.happenings]
    assert [each for each in told if each[0].startswith("workflow")] == [
        ("workflow_run", "requested"),
        ("workflow_run", "in_progress"),
        ("workflow_job", "queued"),
        ("workflow_job", "in_progress"),
        ("workflow_job", "completed"),
        ("workflow_run", "completed"),
    ]
    checks = [each for each in told if each[0].startswith("check")]
    assert checks == [("check_run", "created"), ("check_run", "completed"), ("check_suite", "completed")]
