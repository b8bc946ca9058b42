"""A hub with a pull request in full flight, for tests and pictures of its pages."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tdd_orchestrator.hub.acts import checks, comments
from tdd_orchestrator.hub.acts.dispatch import dispatch
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.pages import hub_with_pages
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.hub.state import CheckRun, PullRequest

NAME = "octo/ledger"
TITLE = "Ledger: interest, paid monthly <b>&</b> rounded"
PRD = """# Interest
<!-- tdd: hidden marker -->
- [x] **REQ-1** An account earns interest monthly
- [ ] **REQ-2** Amounts are rounded half to even
"""
PRD_PATH = "prds/interest.prd.md"
CHART = """```mermaid
graph TD
  T1["TASK-1<br/>Monthly rate"]:::complete --> T2["TASK-2<br/>Pay interest into the account"]:::in_progress
  T1 --> T3["TASK-3<br/>Round half to even"]:::failed
  T2 --> T5["TASK-5<br/>Statement shows interest"]:::pending
  T3 --> T5
  T1 --> T4["TASK-4<br/>Refuse negative rates"]:::ready
  T4 --> T6["TASK-6<br/>Docs"]:::pending
  T1 -.-> T6
```"""
SUMMARY = f"""**3 of 6 tasks**, 2 running · about 9 minutes left · $0.84 of $3.00

{CHART}

| Task | Stage | Worker | Cost |
|---|---|---|---|
| TASK-1 · Monthly rate | complete | `claude/opus-5-5` | $0.41 |
| TASK-2 · Pay interest | GREEN, attempt 1 | `claude/opus-5-5` | $0.29 |
| TASK-3 · Rounding | RED, sent back | `claude/sonnet-5-5` | $0.14 |

<details><summary>What happens next</summary>

TASK-4 starts when a place is free. `/tdd pause` stops after the running stages.

</details>
"""
BOARD = """| State | Requirement | Held by |
|---|---|---|
| ✅ held | **REQ-1** | `tests/test_rates.py` |
| 🔵 in progress | **REQ-2** | |
"""
RED = """RED was sent back: `test_half_cent_goes_to_even` **passed before the code existed**.

```diff
-    assert round_cents(Decimal("0.125")) is not None
+    assert round_cents(Decimal("0.125")) == Decimal("0.12")
```
"""
WORKFLOW = """
name: TDD
run-name: work ${{ inputs.task }}
on:
  workflow_dispatch:
    inputs: {task: {type: string, required: true}}
jobs:
  work:
    runs-on: ubuntu-latest
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@v7
        with: {persist-credentials: false}
      - name: Run the new tests
        run: |
          echo "collected 2 items"
          echo "::error file=tests/test_rounding.py,line=7,title=RED::assert 0.13 == 0.12"
          echo "1 failed, 1 passed in 0.04s"
          echo "RED: **1** of 2 tests fails on an assertion" >> "$GITHUB_STEP_SUMMARY"
  prove:
    needs: work
    runs-on: ubuntu-latest
    steps: [{name: Prove again, run: 'echo "the claim holds"'}]
"""


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=writer", "-c", "user.email=writer@example.test"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def _source(folder: Path) -> Path:
    """A working tree with `main` and a branch `interest`."""
    files = {
        "ledger/rates.py": "def monthly(rate):\n    return rate / 12\n\n\ndef old():\n    return 1\n",
        "README.md": "# Ledger\n",
        ".github/workflows/tdd.yml": WORKFLOW,
    }
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _commit(folder, files, "Ledger")
    _git(folder, "switch", "--quiet", "--create", "interest")
    _commit(folder, {PRD_PATH: PRD}, "PRD: interest")
    changed = "def monthly(rate):\n    if rate < 0:\n        raise ValueError(rate)\n    return rate / 12\n"
    body = "TASK-1: a rate is never negative\n\nTDD-Task: TASK-1\nTDD-Stage: green"
    _commit(folder, {"ledger/rates.py": changed}, body)
    return folder


def _commit(folder: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", message)


async def open_sample(folder: Path) -> tuple[Hub, PullRequest]:
    """Start a hub with everything in it but a workflow run; the caller stops it."""
    hub = hub_with_pages(folder / "hub", LocalRunner({}, python=sys.executable))
    await hub.start()
    hub.add_repository(NAME, _source(folder / "source"))
    for role in ("maintainer", "writer", "reader"):
        hub.add_user(role)
        hub.set_role(NAME, role, {"maintainer": "maintain", "writer": "write", "reader": "read"}[role])
    app = hub.add_app("tdd", "http://127.0.0.1:9/webhook", {"checks": "write"})
    hub.install(app, NAME)
    pull = hub.open_pull(NAME, "writer", TITLE, "interest", body=PRD)
    asked = hub.comment(NAME, pull.number, "maintainer", "/tdd approve")
    comments.react(hub.site, asked, app.bot, "+1")
    comments.react(hub.site, asked, hub.world.users["writer"], "rocket")
    said = "**TDD** has started: 6 tasks, $3.00 at most. Commands: `/tdd help`.\n<!-- tdd:sticky -->"
    comments.comment(hub.site, pull, app.bot, said, app)
    _checks(hub, pull)
    return hub, pull


async def work(hub: Hub) -> None:
    """Run the workflow once."""
    repository = hub.repository(NAME)
    dispatch(hub.site, repository, hub.world.users["maintainer"], "tdd.yml", "main", {"task": "TASK-3"})
    await asyncio.wait_for(hub.settled(), 20)


def _checks(hub: Hub, pull: PullRequest) -> None:
    note = {
        "path": "tests/test_rounding.py",
        "start_line": 7,
        "end_line": 9,
        "annotation_level": "failure",
        "title": "Passed before the code existed",
        "message": "assert round_cents(Decimal('0.125')) is not None\nThe test asks for nothing: compare with a value.",
    }
    warning = {**note, "annotation_level": "warning", "title": "", "start_line": 2, "end_line": 2, "message": "Unused"}
    _check(hub, pull, "TDD", "in_progress", None, "3 of 6 tasks, 2 running", SUMMARY)
    _check(hub, pull, "TDD / TASK-1 · Monthly rate", "completed", "success", "RED, GREEN and REFACTOR proven", "Done.")
    _check(hub, pull, "TDD / TASK-2 · Pay interest into the account", "in_progress", None, "GREEN, attempt 1", "…")
    failed = _check(hub, pull, "TDD / TASK-3 · Rounding", "completed", "action_required", "RED was sent back", RED)
    failed.annotations += [note, warning]
    failed.actions = [
        {"label": "Retry", "description": "Try RED again", "identifier": "retry"},
        {"label": "Take over", "description": "A person writes this task", "identifier": "take"},
    ]
    board = _check(hub, pull, "TDD / PRD", "in_progress", None, "1 of 2 requirements held by tests", BOARD)
    board.annotations += [
        {
            **note,
            "path": PRD_PATH,
            "start_line": 3,
            "end_line": 3,
            "annotation_level": "notice",
            "title": "REQ-1 · held",
        }
    ]
    _check(hub, pull, "TDD / TASK-4 · Refuse negative rates", "queued", None, "Waits for a place", "")


def _check(
    hub: Hub, pull: PullRequest, name: str, status: str, conclusion: str | None, title: str, text: str
) -> CheckRun:
    fields = {"name": name, "status": status, "output": {"title": title, "summary": text}}
    if conclusion:
        fields["conclusion"] = conclusion
    app = next(one for one in hub.world.apps.values() if one.slug == "tdd")
    return checks.create(hub.site, pull.repository, app, pull.head_sha, fields)
