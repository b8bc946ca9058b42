"""Which contexts and functions may be used where, after GitHub's "Contexts reference"."""

from __future__ import annotations

from dataclasses import dataclass

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.expressions import STATUS_FUNCTIONS, Template, check, condition, template
from tdd_orchestrator.hub.runner.syntax import Call, Node
from tdd_orchestrator.hub.runner.yamltree import Tree


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file and what its expressions may name."""

    contexts: frozenset[str]
    functions: frozenset[str] = frozenset()

    def template(self, tree: Tree, what: str) -> Template:
        """Parse a string that may hold expressions. Raises WorkflowRefused with the line."""
        try:
            found = template(tree.scalar(what))
            check(found.nodes(), self.contexts, self.functions)
        except WorkflowRefused as fault:
            raise tree.refuse(f"{fault.reason} (in `{what}`)") from fault
        return found

    def templates(self, tree: Tree | None, what: str) -> dict[str, Template]:
        """A mapping of such strings, as in `env` and `with`."""
        if tree is None:
            return {}
        return {key: self.template(value, f"{what}.{key}") for key, value in tree.mapping(what).items()}

    def condition(self, tree: Tree | None) -> Node:
        """Parse an `if:`; without one it is `success()`."""
        if tree is None:
            return Call("success", ())
        try:
            found = condition(tree.scalar("if"))
            check([found], self.contexts, self.functions | STATUS_FUNCTIONS)
        except WorkflowRefused as fault:
            raise tree.refuse(f"{fault.reason} (in `if`)") from fault
        return found


_FILES = frozenset({"hashfiles"})
_RUN = frozenset({"github", "inputs", "vars"})
_JOB = _RUN | {"needs"}
_STEP = _JOB | {"job", "runner", "env", "steps"}

RUN_NAME = Place(_RUN)
CONCURRENCY = Place(_RUN)
WORKFLOW_ENV = Place(_RUN | {"secrets"})
JOB = Place(_JOB)
JOB_ENV = Place(_JOB | {"secrets"})
JOB_DEFAULTS = Place(_JOB | {"env"})
JOB_OUTPUTS = Place(_STEP | {"secrets"})
STEP_IF = Place(_STEP, _FILES)
STEP = Place(_STEP | {"secrets"}, _FILES)

_ACTION = frozenset({"github", "inputs", "job", "runner", "env", "steps"})
ACTION_INPUT = Place(frozenset({"github", "job", "runner"}), _FILES)
ACTION_STEP = Place(_ACTION, _FILES)
ACTION_OUTPUT = Place(_ACTION)
