"""Workflow files are read whole, and what is not understood is refused with its line."""

from __future__ import annotations

import textwrap

import pytest

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.parse import action, workflow
from tdd_orchestrator.hub.runner.workflow import Script, Uses

JOB = """
on: push
jobs:
  one:
    runs-on: ubuntu-latest
"""

REFUSED = [
    (JOB + "    strategy: {matrix: {x: [1]}}\n    steps: [{run: a}]", 6, "`strategy` in `jobs.one` is not supported"),
    (JOB + "    container: alpine\n    steps: [{run: a}]", 6, "`container`"),
    (JOB + "    environment: production\n    steps: [{run: a}]", 6, "`environment`"),
    (JOB + "    steps:\n      - run: a\n        shell: pwsh", 8, "`shell: pwsh` is not supported"),
    (JOB + "    steps:\n      - run: a\n        uses: b@v1", 7, "either `run` or `uses`"),
    (JOB + "    steps:\n      - run: a\n        with: {x: y}", 8, "`with` goes with `uses`"),
    (JOB + "    steps:\n      - run: echo ${{ nope.x }}", 7, "`nope` cannot be used here"),
    (JOB + "    steps:\n      - if: secrets.X\n        run: a", 7, "`secrets` cannot be used here"),
    (JOB + "    steps: [{run: a, id: x}, {run: b, id: x}]", 6, "two steps have the id `x`"),
    (JOB + "    needs: two\n    steps: [{run: a}]", 4, "there is no such job"),
    (JOB + "    needs: one\n    steps: [{run: a}]", 4, "wait for one another: one"),
    (JOB + "    permissions: {content: read}\n    steps: [{run: a}]", 6, "`content` in `permissions`"),
    (JOB + "    permissions: {contents: admin}\n    steps: [{run: a}]", 6, "must be read, write or none"),
    (JOB + "    permissions: {id-token: write}\n    steps: [{run: a}]", 6, "no OpenID Connect tokens"),
    (JOB + "    steps: []\n  two: {name: one, runs-on: linux, steps: []}", 4, "two jobs have the name `one`"),
    (JOB + "    permissions: {contents: read, contents: write}\n    steps: [{run: a}]", 6, "given twice"),
    (JOB + "    uses: ./.github/workflows/other.yml", 6, "`uses` in `jobs.one`"),
    (JOB, 5, "the job `one` has no `steps`"),
    (JOB.replace("ubuntu-latest", "windows-2025") + "    steps: [{run: a}]", 5, "the local runner is a Linux machine"),
    ("on: push\n", 1, "has no `jobs`"),
    ("on: push\njobs: [\n", 3, "this is not YAML"),
    ("", 0, "the file is empty"),
]


@pytest.mark.parametrize(("source", "line", "sentence"), REFUSED, ids=[case[2][:30] for case in REFUSED])
def test_what_is_not_understood_is_refused_with_its_line(source: str, line: int, sentence: str) -> None:
    with pytest.raises(WorkflowRefused) as refused:
        workflow(source, "ci.yml")
    assert sentence in refused.value.reason
    assert (refused.value.where, refused.value.line) == ("ci.yml", line)


def test_on_is_a_word_and_not_a_boolean() -> None:
    found = workflow("on: [push, pull_request]\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: x}]}}", "ci.yml")
    assert list(found.triggers) == ["push", "pull_request"]


def test_a_whole_workflow_becomes_values() -> None:
    source = textwrap.dedent("""
        name: Work
        run-name: work ${{ inputs.nonce }}
        on:
          workflow_dispatch:
            inputs: {nonce: {type: string, required: true}}
        permissions: {}
        env: {A: 1, B: true}
        defaults: {run: {shell: bash, working-directory: sub}}
        concurrency: {group: "g-${{ github.ref }}", cancel-in-progress: true}
        jobs:
          work:
            runs-on: [self-hosted, linux]
            timeout-minutes: 5
            permissions: {contents: read}
            outputs: {sha: "${{ steps.x.outputs.sha }}"}
            steps:
              - uses: actions/checkout@v4
                with: {fetch-depth: 0, persist-credentials: false}
              - id: x
                run: echo
          land:
            needs: [work]
            if: always()
            runs-on: ubuntu-latest
            steps: [{run: echo, working-directory: other}]
    """)
    found = workflow(source, ".github/workflows/work.yml")
    work, land = found.jobs["work"], found.jobs["land"]
    assert (found.name, found.env["A"].source, found.env["B"].source) == ("Work", "1", "true")
    assert (work.permissions, land.permissions) == ({"contents": "read"}, {})
    assert land.needs == ("work",)
    first, second = work.steps
    assert isinstance(first.work, Uses)
    assert {key: one.source for key, one in first.work.inputs.items()} == {
        "fetch-depth": "0",
        "persist-credentials": "false",
    }
    assert isinstance(second.work, Script)
    assert second.work.directory is not None
    assert (second.key, second.work.shell, second.work.directory.source) == ("x", "bash", "sub")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("runs: {using: node20, main: a.js}", "using `node20` is not supported"),
        ("runs: {using: composite, steps: [{run: a}]}", "needs `shell: bash`"),
        ("runs: {using: composite, steps: [{run: a, shell: bash, timeout-minutes: 3}]}", "`timeout-minutes`"),
        ("runs: {using: composite, steps: [{run: '${{ secrets.A }}', shell: bash}]}", "`secrets` cannot be used"),
        ("outputs: {a: {description: b}}\nruns: {using: composite, steps: []}", "needs a `value`"),
    ],
)
def test_an_action_that_is_not_a_plain_composite_is_refused(source: str, sentence: str) -> None:
    with pytest.raises(WorkflowRefused) as refused:
        action(source, "action.yml")
    assert sentence in refused.value.reason
