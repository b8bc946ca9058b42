"""The script worker: a promised format, refused with its line where it is wrong, and never outside the work tree."""

import json
import os
from pathlib import Path

import pytest

from tdd_action.workers import PlanRequest, StageRequest, StageWork, UnknownWorker, WorkerSettings, connect
from tdd_action.workers.script import ScriptWorker
from tdd_action.workers.script import connect as connect_script
from tdd_action.workers.script_file import ScriptFault, read_script
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Stage, Usage
from tdd_orchestrator.core.settings import Config
from world.small_repo import small_repo

WHOLE = """
version: 1
plan:
  tasks:
    - {key: TASK-1, title: "Add", kind: behaviour, requirements: [REQ-1], depends_on: [], files: ["src/**"],
       tests: ["tests/test_x.py"]}
tasks:
  TASK-1:
    - red:      {write: {"tests/test_x.py": "def test(): pass\\n"}}
      green:
        write: {"src/x.py": "x = 1\\n", "src/y.py": "y = 1\\n"}
        delete: ["old.py"]
        patch: |
          --- a/src/x.py
          +++ b/src/x.py
          @@ -1 +1 @@
          -x = 1
          +x = 2
        run: "cat src/x.py > seen.txt"
        sleep: 0
        say: "Done: added."
        tokens: {input: 1200, output: 300}
      refactor: {}
    - red: {say: second}
"""


def request(root: Path, stage: Stage = Stage.GREEN, attempt: int = 1, task: str = "TASK-1") -> StageRequest:
    return StageRequest(PlannedTask(task, "Add"), stage, attempt, root, lambda _: True, ("**",), lambda: "")


def worker(text: str, path: str = "script.yml") -> ScriptWorker:
    return ScriptWorker(read_script(path, text))


def play(root: Path, **act: object) -> StageWork:
    return worker(json.dumps({"version": 1, "tasks": {"TASK-1": [{"green": act}]}}), "s.json").work(request(root))


def test_a_stage_is_played_in_order(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("")
    work = worker(WHOLE).work(request(tmp_path))
    assert work == StageWork("Done: added.", (Usage("script", 1, 1200, 300),), None)
    assert (tmp_path / "seen.txt").read_text() == "x = 2\n"
    assert not (tmp_path / "old.py").exists()


def test_what_is_not_in_the_script_is_nothing_and_the_last_attempt_repeats(tmp_path: Path) -> None:
    played = worker(WHOLE)
    assert played.work(request(tmp_path, Stage.REFACTOR)) == StageWork()
    assert [played.work(request(tmp_path, Stage.RED, n)).said for n in (2, 3, 9)] == ["second"] * 3
    assert played.work(request(tmp_path, Stage.GREEN, 2)) == StageWork()
    assert played.work(request(tmp_path, task="TASK-9")) == StageWork()


def test_the_plan_is_the_scripts_or_a_task_for_each_requirement(tmp_path: Path) -> None:
    asked = PlanRequest((Requirement("REQ-1", "One", "Text.", "p.md", 1, 2),), tmp_path, Config())
    plan = worker(WHOLE).plan(asked).plan
    assert plan is not None
    assert plan.tasks == (
        PlannedTask("TASK-1", "Add", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("src/**",), ("tests/test_x.py",)),
    )
    plan = worker("version: 1\n").plan(asked).plan
    assert plan is not None
    assert [task.title for task in plan.tasks] == ["One"]


def test_a_task_for_what_is_not_in_the_prd_is_left_out(tmp_path: Path) -> None:
    text = """version: 1
plan:
  tasks:
    - {key: TASK-1, requirements: [REQ-1], files: [a.py], tests: [tests/a.py]}
    - {key: TASK-2, requirements: [REQ-2], files: [b.py], tests: [tests/b.py]}
    - {key: TASK-3, requirements: [REQ-1, REQ-2], depends_on: [TASK-1, TASK-2], files: [c.py], tests: [tests/c.py]}
tasks:
  TASK-2: []
"""
    asked = PlanRequest((Requirement("REQ-1", "One", "Text.", "p.md", 1, 2),), tmp_path, Config())
    plan = worker(text).plan(asked).plan
    assert plan is not None
    assert [(task.key, task.depends_on) for task in plan.tasks] == [("TASK-1", ()), ("TASK-3", ("TASK-1",))]


def test_a_task_that_the_default_plan_does_not_have_is_refused_with_its_line(tmp_path: Path) -> None:
    asked = PlanRequest((Requirement("REQ-1", "One", "Text.", "p.md", 1, 2),), tmp_path, Config())
    with pytest.raises(ScriptFault, match=r"^script.yml:3: There is no task 'TASK-2': the plan has TASK-1"):
        worker("version: 1\ntasks:\n  TASK-2: []\n").plan(asked)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tasks: {}\n", "s.yml:1: The format's version is missing"),
        ("version: 2\n", "s.yml:1: The format's version"),
        ("version: 1\ntask: {}\n", "s.yml:2: There is no key 'task' in a script: did you mean `tasks`?"),
        (
            "version: 1\ntasks:\n  T:\n    - gren: {}\n",
            "s.yml:4: There is no key 'gren' in an attempt: did you mean `green`",
        ),
        ("version: 1\ntasks:\n  T:\n    - red:\n        writ: {}\n", "s.yml:5: There is no key 'writ' in a stage"),
        ("version: 1\ntasks:\n  T:\n    - red: {}\n      blue: {}\n", "s.yml:5: There is no key 'blue'"),
        ("version: 1\ntasks:\n  T: {red: {}}\n", "s.yml:3: T (its attempts) must be a list"),
        ("version: 1\ntasks:\n  T:\n    - red:\n        sleep: -1\n", "s.yml:5: sleep must be a number"),
        (
            "version: 1\ntasks:\n  T:\n    - red:\n        tokens: {input: many}\n",
            "s.yml:5: input must be a whole number",
        ),
        (
            "version: 1\ntasks:\n  T:\n    - red:\n        write:\n          ../x: y\n",
            "s.yml:6: '../x' leaves the work tree",
        ),
        (
            "version: 1\ntasks:\n  T:\n    - red:\n        write: {/etc/x: y}\n",
            "s.yml:5: '/etc/x' leaves the work tree",
        ),
        (
            "version: 1\ntasks:\n  T:\n    - red:\n        delete: [.git/config]\n",
            "s.yml:5: '.git/config' is git's own",
        ),
        ("version: 1\nplan: {tasks: [{title: x}]}\n", "s.yml:2: This task has no key"),
        ("version: 1\nplan: {tasks: [{key: A, kind: magic}]}\n", "s.yml:2: There is no kind 'magic'"),
        ("version: 1\nplan: {tasks: [{key: A}]}\ntasks:\n  B: []\n", "s.yml:4: There is no task 'B'"),
        ("- a\n", "s.yml:1: "),
        ("version: [1\n", "s.yml:"),
    ],
)
def test_a_faulty_script_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ScriptFault) as caught:
        read_script("s.yml", text)
    assert str(caught.value).startswith(said)


def test_all_faults_are_told_in_the_order_of_their_lines() -> None:
    with pytest.raises(ScriptFault) as caught:
        read_script("s.yml", "one: 1\ntasks:\n  T:\n    - red: {a: 1}\n      b: 2\n")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["s.yml:1", "s.yml:1", "s.yml:4", "s.yml:5"]


def test_json_is_read_as_well() -> None:
    script = read_script("s.json", json.dumps({"version": 1, "tasks": {"T": [{"red": {"say": "hello"}}]}}))
    assert script.stage("T", 1, Stage.RED).say == "hello"


def test_a_path_through_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "kept").write_text("kept")
    os.symlink(outside, root / "link")
    os.symlink(outside / "kept", root / "file")
    for act in ({"write": {"link/x": "y"}}, {"delete": ["link/kept"]}, {"write": {"file": "y"}}):
        assert "through a symbolic link" in (play(root, **act).gave_up or "")
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text() == "kept"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ({"delete": ["gone.py"]}, "'gone.py' cannot be deleted: it is not there."),
        ({"delete": ["folder"]}, "'folder' is a directory"),
        ({"write": {"folder": "x"}}, "'folder' cannot be written"),
        ({"patch": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"}, "The patch does not apply"),
        ({"patch": "--- /dev/null\n+++ b/../out\n@@ -0,0 +1 @@\n+b\n"}, "The patch does not apply"),
        ({"run": "echo oops; exit 3"}, "`echo oops; exit 3` ended with exit code 3: oops"),
        ({"run": "kill -9 $$"}, "ended with signal 9"),
    ],
)
def test_what_cannot_be_done_ends_the_stage_with_a_sentence(tmp_path: Path, act: dict[str, object], said: str) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    assert said in (play(root, **act).gave_up or "")
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_a_command_sees_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    play(tmp_path, run="env > seen")
    assert "sk-secret" not in (tmp_path / "seen").read_text()


def test_without_a_name_the_script_is_the_base_commits(tmp_path: Path) -> None:
    repo = small_repo(tmp_path, {".tdd/script.yml": "version: 1\ntasks: {T: [{red: {say: trusted}}]}\n"})
    base = repo.head
    repo.commit("An edit in the pull request", {".tdd/script.yml": "version: 1\n", "mine.json": '{"version": 1}'})
    settings = WorkerSettings(tmp_path, base, Config())
    made = connect_script(settings)
    assert made.script.stage("T", 1, Stage.RED).say == "trusted"
    named = connect_script(WorkerSettings(tmp_path, base, Config(), script="mine.json"))
    assert named.script.tasks == {}


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    repo = small_repo(tmp_path, {"a": ""})
    with pytest.raises(ScriptFault, match=r"There is no .tdd/script.yml at the base commit"):
        connect_script(WorkerSettings(tmp_path, repo.head, Config()))
    with pytest.raises(ScriptFault, match=r"The script nowhere\.yml cannot be read"):
        connect_script(WorkerSettings(tmp_path, repo.head, Config(), script="nowhere.yml"))


def test_workers_are_found_by_their_entry_points(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text("version: 1\n")
    settings = WorkerSettings(tmp_path, "", Config(), script="s.yml", api_key="sk-secret")
    assert connect("script", settings).name == "script"
    assert "sk-secret" not in repr(settings)
    with pytest.raises(UnknownWorker, match=r"There is no worker 'nobody'. Installed are: .*script"):
        connect("nobody/x", settings)
