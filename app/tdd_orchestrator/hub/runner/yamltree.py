"""YAML with line numbers: a file as a tree whose every refusal can say where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.values import Value


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of true and false, as GitHub has it: `on` and `yes` are strings."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?$"), list("-+.0123456789")
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of a YAML file and the file's name."""

    node: yaml.Node
    where: str

    @property
    def line(self) -> int:
        """The line on which the node begins, from 1."""
        return int(self.node.start_mark.line) + 1

    def refuse(self, reason: str) -> WorkflowRefused:
        """The refusal of this node, to be raised."""
        return WorkflowRefused(reason, where=self.where, line=self.line)

    @property
    def empty(self) -> bool:
        """Whether there is nothing after the key."""
        return isinstance(self.node, yaml.ScalarNode) and bool(self.node.tag.endswith(":null"))

    def scalar(self, what: str) -> str:
        """The text of a scalar, as it is written."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.refuse(f"`{what}` must be a single value")
        if self.empty:
            return ""
        if self.node.tag.endswith(":bool"):
            return str(self.node.value).lower()
        return str(self.node.value)

    def items(self, what: str) -> list[Tree]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refuse(f"`{what}` must be a list")
        return [Tree(item, self.where) for item in self.node.value]

    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    def mapping(self, what: str, known: frozenset[str] | None = None) -> dict[str, Tree]:
        """The members of a mapping; with `known`, any other key is refused."""
        if self.empty:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refuse(f"`{what}` must be a mapping")
        found: dict[str, Tree] = {}
        for key, value in self._pairs():
            if key in found:
                raise value.refuse(f"`{key}` is given twice in `{what}`")
            if known is not None and key not in known:
                raise value.refuse(f"`{key}` in `{what}` is not supported by the local runner")
            found[key] = value
        return found

    def _pairs(self) -> Iterator[tuple[str, Tree]]:
        for key, value in self.node.value:
            yield Tree(key, self.where).scalar("key"), Tree(value, self.where)

    def value(self) -> Value:
        """The node as a plain value."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Tree(item, self.where).value() for item in self.node.value]
        if isinstance(self.node, yaml.MappingNode):
            return {key: value.value() for key, value in self._pairs()}
        written = str(self.node.value)
        match self.node.tag.rpartition(":")[2]:
            case "null":
                return None
            case "bool":
                return written.lower() == "true"
            case "int":
                return int(written)
            case "float":
                return float(written)
            case _:
                return written


def read(source: str, where: str) -> Tree:
    """Parse one YAML document. Raises WorkflowRefused with the line of a syntax error."""
    try:
        node = yaml.compose(source, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 0
        raise WorkflowRefused(f"this is not YAML: {fault.problem}", where=where, line=line) from fault
    if node is None:
        raise WorkflowRefused("the file is empty", where=where)
    return Tree(node, where)
