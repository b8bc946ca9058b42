"""What the planner may answer: the shape of a proposed plan, checked at the border, and the plan made from it."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tdd_action.confine import refusal
from tdd_action.planner.fence import visible
from tdd_orchestrator.core.plan import Plan, PlannedTask, TaskKind


def _glob(given: str) -> str:
    bare = given.removeprefix("!")
    if said := refusal(bare):
        raise ValueError(said)
    return given


def _line(given: str) -> str:
    return " ".join(visible(given).split())


Glob = Annotated[str, Field(max_length=200), AfterValidator(_glob)]
Line = Annotated[str, Field(min_length=1, max_length=600), AfterValidator(_line)]


class ProposedTask(BaseModel):
    """One task."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^TASK-[1-9]\d{0,2}$", description="TASK-1, TASK-2... in the order of work.")]
    title: Annotated[
        str,
        Field(min_length=1, max_length=120),
        AfterValidator(_line),
        Field(description="What changes, in a few words."),
    ]
    kind: Annotated[
        TaskKind,
        Field(
            description="behaviour: something new can be observed. bugfix: something wrong is put right. refactor: the"
            " same behaviour, better code. plumbing: parts are joined behind a real entry point. docs: documents only."
        ),
    ]
    requirements: Annotated[tuple[str, ...], Field(description="Ids of the requirements that it serves.")]
    depends_on: Annotated[
        tuple[str, ...], Field(description="Keys of tasks that must be complete before it starts.")
    ] = ()
    files: Annotated[
        tuple[Glob, ...], Field(description="Paths or globs of the code that it owns; as narrow as can be.")
    ]
    tests: Annotated[
        tuple[Glob, ...], Field(description="Paths of its own test files; new ones, under the tests' globs.")
    ]
    acceptance: Annotated[
        tuple[Line, ...], Field(description="What a test can observe: given, when, then, with values.")
    ]

    def planned(self) -> PlannedTask:
        """The task as the engine knows it."""
        return PlannedTask(**{name: getattr(self, name) for name in type(self).model_fields})


class ProposedPlan(BaseModel):
    """Propose the whole plan: every task, in the order in which a reader would do them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tasks: Annotated[tuple[ProposedTask, ...], Field(min_length=1, max_length=200)]

    def plan(self, prompt_version: str) -> Plan:
        """The plan as the engine knows it, before any critic has seen it."""
        return Plan(tuple(task.planned() for task in self.tasks), prompt_version)
