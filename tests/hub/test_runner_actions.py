"""Composite actions and the actions that the runner stands in for."""

from __future__ import annotations

import io
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from tdd_orchestrator.hub.runner import LocalRunner
from world.workflow_bench import WorkflowBench, job, results

HEAD = "    on: workflow_dispatch\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a composite action at its root and a nested one in `inner`."""
    folder = tmp_path / "project"
    (folder / "inner").mkdir(parents=True)
    (folder / "action.yml").write_text(
        textwrap.dedent("""
        name: Greet
        inputs:
          who: {description: whom to greet, required: true}
          how: {default: "hello from ${{ github.repository }}"}
        outputs:
          greeting: {value: "${{ steps.say.outputs.greeting }}!"}
          deep: {value: "${{ steps.inner.outputs.depth }}"}
        runs:
          using: composite
          steps:
            - id: say
              shell: bash
              run: |
                echo "greeting=$HOW, $WHO" >> "$GITHUB_OUTPUT"
                echo "path=$GITHUB_ACTION_PATH repository=$GITHUB_ACTION_REPOSITORY ref=$GITHUB_ACTION_REF"
                echo "extra=$EXTRA outer=$OUTER input=${INPUT_WHO-none}"
                echo "LEFT=behind" >> "$GITHUB_ENV"
              env: {HOW: "${{ inputs.how }}", WHO: "${{ inputs.who }}"}
            - id: inner
              uses: tdd/project/inner@v1
              with: {times: 2}
            - {if: "inputs.who == 'trouble'", run: exit 4, shell: bash}
            - {run: echo reached the end, shell: bash}
            - {if: failure(), run: echo tidied up, shell: bash}
        """)
    )
    (folder / "inner" / "action.yml").write_text(
        textwrap.dedent("""
        name: Inner
        inputs: {times: {default: "1"}}
        outputs: {depth: {value: "${{ steps.x.outputs.d }}"}}
        runs:
          using: composite
          steps: [{id: x, shell: bash, run: 'echo "d=${{ inputs.times }}${{ inputs.who }}" >> "$GITHUB_OUTPUT"'}]
        """)
    )
    return folder


@pytest.fixture
def bench(tmp_path: Path, project: Path) -> WorkflowBench:
    return WorkflowBench(tmp_path, LocalRunner({"tdd/project": project}, {"EXTRA": "given"}))


async def test_a_composite_action_takes_inputs_and_gives_outputs(bench: WorkflowBench, project: Path) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      use:
        runs-on: ubuntu-latest
        steps:
          - id: greet
            uses: tdd/project@v1
            with: {WHO: world}
            env: {OUTER: seen}
          - run: echo "$GREETING ${{ steps.greet.outputs.deep }} $LEFT [$EXTRA][$GITHUB_ACTION_PATH]"
            env: {GREETING: "${{ steps.greet.outputs.greeting }}"}
          - uses: tdd/project@v1
            with: {who: trouble, what: unknown}
    """
    )
    log = job(run, "use").log
    assert f"path={project} repository=tdd/project ref=v1" in log
    assert "extra=given outer=seen input=none" in log
    assert "hello from octo/demo, world! 2 behind [][]" in log
    assert "Unexpected input `what`" in log
    assert log.count("\nreached the end\n") == 1
    assert log.count("\ntidied up\n") == 1
    assert [step["conclusion"] for step in job(run, "use").steps] == ["success", "success", "failure"]


async def test_nesting_ends_at_nine(bench: WorkflowBench, project: Path) -> None:
    (project / "inner" / "action.yml").write_text(
        "runs: {using: composite, steps: [{run: echo again, shell: bash}, {uses: tdd/project/inner@v1}]}"
    )
    run = await bench.run(HEAD + "    jobs: {a: {runs-on: ubuntu-latest, steps: [{uses: tdd/project/inner@v1}]}}\n")
    assert run.conclusion == "failure"
    assert job(run, "a").log.count("\nagain\n") == 9
    assert "is nested more than 9 deep" in job(run, "a").log


async def test_an_action_of_the_workspace_is_used_by_its_path(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      a:
        runs-on: ubuntu-latest
        steps:
          - run: |
              mkdir -p my/action
              echo 'runs: {using: composite, steps: [{run: "echo local[$EXTRA]", shell: bash}]}' > my/action/action.yml
          - uses: ./my/action
    """
    )
    assert "\nlocal[]\n" in job(run, "a").log


async def test_artifacts_go_from_job_to_job(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      make:
        runs-on: ubuntu-latest
        steps:
          - run: mkdir -p out/deep; for name in a.txt deep/b.txt .hidden c.log; do echo "$name" > "out/$name"; done
          - id: up
            uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
            with:
              name: one
              path: |
                out
                !out/*.log
              if-no-files-found: error
              retention-days: 3
          - {uses: actions/upload-artifact@v7, with: {name: two, path: out/.hidden, include-hidden-files: true}}
          - {uses: actions/upload-artifact@v7, continue-on-error: true, with: {name: two, path: out}}
          - {uses: actions/upload-artifact@v7, with: {name: none, path: nothing}}
          - {uses: actions/upload-artifact@v7, continue-on-error: true, with: {path: no, if-no-files-found: error}}
          - run: test ${#DIGEST} = 64
            env: {DIGEST: "${{ steps.up.outputs.artifact-digest }}"}
      take:
        needs: make
        runs-on: ubuntu-latest
        steps:
          - {uses: actions/download-artifact@v8, with: {name: one, path: got}}
          - {uses: actions/download-artifact@v8, with: {path: each}}
          - {uses: actions/download-artifact@v8, with: {pattern: t*, path: flat, merge-multiple: true}}
          - run: find . -type f | sort
          - {uses: actions/download-artifact@v8, with: {name: missing}}
    """
    )
    made, taken = job(run, "make").log, job(run, "take").log
    assert results(run) == {"make": "success", "take": "failure"}
    assert "An artifact with the name two already exists on this workflow run" in made
    assert made.count("No files were found with the provided path") == 2
    listed = "./each/one/a.txt ./each/one/deep/b.txt ./each/two/.hidden ./flat/.hidden ./got/a.txt ./got/deep/b.txt"
    assert "\n" + listed.replace(" ", "\n") + "\n" in taken
    assert "Artifact not found for name: missing" in taken
    with zipfile.ZipFile(io.BytesIO(bench.actions.get_artifact(run.id, "one") or b"")) as archive:
        assert sorted(archive.namelist()) == ["a.txt", "deep/b.txt"]


async def test_python_and_uv_are_those_of_this_machine(bench: WorkflowBench) -> None:
    run = await bench.run(
        HEAD
        + """
    jobs:
      a:
        runs-on: ubuntu-latest
        steps:
          - {id: py, uses: actions/setup-python@v6, with: {python-version: "2.7"}}
          - uses: astral-sh/setup-uv@v10
          - run: python -c 'import sys; print("path=" + sys.executable)'
          - run: echo "output=${{ steps.py.outputs.python-path }}"
          - {uses: actions/setup-python@v6, with: {architecture: arm64}}
    """
    )
    log = job(run, "a").log
    assert f"\noutput={sys.executable}\n" in log
    assert f"\npath={Path(sys.executable).parent}/python" in log
    assert "Python 2.7 was asked for; this machine has Python 3." in log
    assert "The local runner installs no uv" in log
    assert "the input `architecture` of actions/setup-python@v6 is not supported" in log
