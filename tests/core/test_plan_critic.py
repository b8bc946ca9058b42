"""What the critic says of a plan, and the plan that is made without a planner."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.plan import Plan, PlannedTask, TaskKind, criticise, default_plan
from world.imagined import planned, requirement

ONE = (requirement("REQ-1"),)


def found(*tasks: PlannedTask) -> list[str]:
    return [finding.sentence for finding in criticise(Plan(tasks), ONE)]


def test_a_sound_plan_is_left_alone() -> None:
    assert found(planned("TASK-1"), planned("TASK-2", "TASK-1")) == []


GOOD = planned("TASK-1")


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [
        ((), "The plan has no task."),
        ((), "No task covers REQ-1 (prds/x.md:1)."),
        ((GOOD, GOOD), "TASK-1 is planned twice: keys must be unique."),
        ((planned("TASK-1", "TASK-7"),), "TASK-1 depends on TASK-7, which is not in the plan."),
        ((planned("TASK-1", "TASK-1"),), "Tasks depend on each other in a circle: TASK-1 → TASK-1."),
        (
            (planned("TASK-1", "TASK-2"), planned("TASK-2", "TASK-1")),
            "Tasks depend on each other in a circle: TASK-1 → TASK-2 → TASK-1.",
        ),
        (
            (GOOD, planned("TASK-2", kind="REQ-9")),
            "TASK-2 names REQ-9, which no PRD of this pull request contains.",
        ),
        (
            (GOOD, replace(planned("TASK-2"), requirements=())),
            "TASK-2 has no testable acceptance: say what a test can observe.",
        ),
        ((replace(GOOD, files=()),), "TASK-1 owns no file: name the files or globs that it may change."),
        ((replace(GOOD, tests=()),), "TASK-1 names no test file: say where its tests go."),
        ((replace(GOOD, title=" "),), "TASK-1 has no title: say in a few words what it changes."),
        ((replace(GOOD, key="task 1"),), "'task 1' is no key of a task: use TASK-1, TASK-2 and so on."),
        ((replace(GOOD, key="../x"),), "'../x' is no key of a task: use TASK-1, TASK-2 and so on."),
        ((replace(GOOD, key="TASK-1\n"),), "'TASK-1\\n' is no key of a task: use TASK-1, TASK-2 and so on."),
    ],
)
def test_each_fault_of_a_plan_is_one_sentence(tasks: tuple[PlannedTask, ...], sentence: str) -> None:
    assert sentence in found(*tasks)


@pytest.mark.parametrize("kind", [TaskKind.DOCS, TaskKind.REFACTOR])
def test_docs_and_refactorings_need_no_test_file(kind: TaskKind) -> None:
    assert found(replace(GOOD, kind=kind, tests=())) == []


def test_without_a_planner_each_requirement_is_a_task_after_the_one_before() -> None:
    second = replace(requirement("REQ-2"), title="", kind="bugfix", acceptance=(), files=("lib/x.py",))
    third = replace(requirement("REQ-3"), depends_on=("REQ-1", "REQ-9"), kind="nonsense")
    plan = default_plan((*ONE, second, third), ("src/**",), ("tests/**",))
    assert [task.key for task in plan.tasks] == ["TASK-1", "TASK-2", "TASK-3"]
    assert [task.depends_on for task in plan.tasks] == [(), ("TASK-1",), ("TASK-1",)]
    assert [task.kind for task in plan.tasks] == [TaskKind.BEHAVIOUR, TaskKind.BUGFIX, TaskKind.BEHAVIOUR]
    assert [task.files for task in plan.tasks] == [("src/**",), ("lib/x.py",), ("src/**",)]
    assert plan.tasks[1].title == "REQ-2"
    assert plan.tasks[1].acceptance == ("text",)
    assert criticise(plan, (*ONE, second, third)) == ()


def test_without_requirements_there_is_no_task() -> None:
    assert default_plan((), ("src/**",), ()).tasks == ()
