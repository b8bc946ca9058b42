"""The order of a plan: whatever the graph, dependencies come first, circles are named, shared files take turns."""

from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.plan import (
    Plan,
    PlannedTask,
    ancestors,
    critical_path,
    cycle,
    in_sequence,
    ordered,
    overlaps,
    path_lengths,
)
from world.imagined import planned

KEYS = [f"TASK-{number}" for number in range(1, 8)]
GRAPHS = st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), unique=True, max_size=3), min_size=1)
GLOBS = ["src/**", "src/a.py", "src/b.py", "src/a*.py", "docs", "docs/x.md", "*.md", "./src/a.py"]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Without a circle; the order of writing is any."""
    count = draw(st.integers(1, 7))
    tasks = []
    for index in range(count):
        needs = draw(st.lists(st.sampled_from(KEYS[:index]), unique=True, max_size=2)) if index else []
        files = tuple(draw(st.lists(st.sampled_from(GLOBS), unique=True, min_size=1, max_size=2)))
        tasks.append(replace(planned(KEYS[index], *needs), files=files))
    return Plan(tuple(draw(st.permutations(tasks))))


@given(GRAPHS)
def test_a_circle_is_found_exactly_where_there_is_one(graph: dict[str, list[str]]) -> None:
    edges = {key: tuple(needs) for key, needs in graph.items()}
    loop = cycle(edges)
    circular = any(
        key in ancestors(key, {k: tuple(n for n in v if n in edges) for k, v in edges.items()}) for key in edges
    )
    assert bool(loop) is circular
    if loop:
        assert loop[0] == loop[-1]
        assert all(after in edges[before] for before, after in pairwise(loop))


def test_a_very_long_chain_needs_no_deep_stack() -> None:
    chain = {f"T{number}": (f"T{number + 1}",) for number in range(5_000)}
    assert cycle(chain) == ()
    assert cycle({**chain, "T5000": ("T0",)})[0] == "T0"


@given(plans())
def test_dependencies_come_first(plan: Plan) -> None:
    keys = [task.key for task in ordered(plan.tasks)]
    assert sorted(keys) == sorted(task.key for task in plan.tasks)
    assert all(keys.index(needed) < keys.index(task.key) for task in plan.tasks for needed in task.depends_on)


def test_what_is_free_keeps_its_order_and_circles_come_last() -> None:
    tasks = (planned("TASK-1", "TASK-2"), planned("TASK-2", "TASK-1"), planned("TASK-3", "TASK-9"), planned("TASK-4"))
    assert [task.key for task in ordered(tasks)] == ["TASK-3", "TASK-4", "TASK-1", "TASK-2"]


@given(plans())
def test_the_critical_path_is_the_longest_chain_there_is(plan: Plan) -> None:
    path = critical_path(plan.tasks)
    needs = {task.key: task.depends_on for task in plan.tasks}
    assert all(before in needs[after] for before, after in pairwise(path))
    depth: dict[str, int] = {}
    for task in ordered(plan.tasks):
        depth[task.key] = 1 + max((depth[key] for key in task.depends_on), default=0)
    assert len(path) == max(depth.values()) == max(path_lengths(plan.tasks).values())


def test_weights_decide_the_critical_path() -> None:
    tasks = (planned("TASK-1"), planned("TASK-2"), planned("TASK-3", "TASK-1"))
    weights = {"TASK-1": 1.0, "TASK-2": 9.0, "TASK-3": 2.0}
    assert critical_path(tasks) == ("TASK-1", "TASK-3")
    assert critical_path(tasks, lambda task: weights[task.key]) == ("TASK-2",)
    assert critical_path(()) == ()


def test_a_dependency_outside_the_plan_does_not_hide_the_path() -> None:
    assert critical_path((planned("TASK-1", "TASK-9"), planned("TASK-2", "TASK-1"))) == ("TASK-1", "TASK-2")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("src/a.py", "src/a.py", True),
        ("src/a.py", "./src/a.py", True),
        ("src/a.py", "src/b.py", False),
        ("src/**", "src/a.py", True),
        ("src/**", "docs/a.md", False),
        ("src/*.py", "src/a/b.py", True),
        ("src/a*.py", "src/b.py", False),
        ("src/a*.py", "src/ab*.py", True),
        ("src/[ab].py", "src/a.py", True),
        ("src/?.py", "src/a.py", True),
        ("src", "src/a.py", True),
        ("src/", "src/a.py", True),
        ("src", "src/**", True),
        ("src", "srcs/a.py", False),
        ("**", "any/thing", True),
        ("*.md", "docs/x.md", True),
        ("!src/**", "src/a.py", False),
    ],
)
def test_two_globs_meet_where_one_file_may_be_both(one: str, other: str, meet: bool) -> None:
    for first, second in ((one, other), (other, one)):
        tasks = (
            PlannedTask("TASK-1", "x", files=(first,), tests=("tests/1.py",)),
            PlannedTask("TASK-2", "x", files=(second,), tests=("tests/2.py",)),
        )
        assert bool(overlaps(tasks)) is meet


@settings(deadline=None)
@given(plans())
def test_tasks_that_share_files_take_turns(plan: Plan) -> None:
    sequenced, notes = in_sequence(plan)
    assert overlaps(sequenced.tasks) == ()
    assert cycle({task.key: task.depends_on for task in sequenced.tasks}) == ()
    assert in_sequence(sequenced) == (sequenced, ())
    assert bool(notes) is bool(overlaps(plan.tasks))
    for before, after in zip(plan.tasks, sequenced.tasks, strict=True):
        assert replace(after, depends_on=before.depends_on) == before
        assert after.depends_on[: len(before.depends_on)] == before.depends_on


def test_an_order_that_follows_from_another_is_not_written_down() -> None:
    shared = tuple(replace(planned(key), files=("src/a.py",)) for key in KEYS[:3])
    sequenced, notes = in_sequence(Plan(shared))
    assert [task.depends_on for task in sequenced.tasks] == [(), ("TASK-1",), ("TASK-2",)]
    assert [note.sentence for note in notes] == [
        "TASK-2 waits for TASK-1: both own `src/a.py`.",
        "TASK-3 waits for TASK-2: both own `src/a.py`.",
    ]


def test_three_hundred_tasks_on_one_file_are_put_in_order_at_once() -> None:
    plan = Plan(tuple(replace(planned(f"TASK-{n}"), files=("src/**",)) for n in range(1, 301)))
    begun = perf_counter()
    sequenced, notes = in_sequence(plan)
    assert perf_counter() - begun < 3.0
    assert len(notes) == 299
    assert len(critical_path(sequenced.tasks)) == 300
