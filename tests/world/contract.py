"""GitHub's API description as a judge: which operation an exchange is, and where it departs from what is described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

Json = dict[str, Any]
WHERE = Path(__file__).parents[3] / "shared" / "contracts"
DESCRIPTION = WHERE / "github-openapi.json"
WEBHOOKS = WHERE / "webhook-examples.json"


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. Bodies are parsed JSON; None where there was none, or it was not JSON."""

    method: str
    path: str
    asked: Any
    status: int
    answered: Any

    @classmethod
    def of(cls, response: httpx.Response) -> Exchange:
        """An exchange from httpx; the path without `/api/v3`."""
        request = response.request
        path = request.url.path.removeprefix("/api/v3")
        return cls(request.method, path, _parsed(request.content), response.status_code, _parsed(response.content))


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's schema dialect as JSON Schema: `nullable` becomes a type, what is no keyword goes."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    rest = {key: as_json_schema(value) for key, value in node.items() if key not in ("nullable", "example", "format")}
    return {"anyOf": [rest, {"type": "null"}]} if node.get("nullable") is True else rest


class Contract:
    """The description, ready to judge."""

    def __init__(self, description: Json) -> None:
        self._paths: Json = description["paths"]
        self._schemas: Json = description["components"]["schemas"]
        self._components = as_json_schema({"schemas": description["components"]["schemas"]})
        self._responses: Json = description["components"]["responses"]
        self._validators: dict[str, Any] = {}

    @cached_property
    def operations(self) -> list[tuple[str, str]]:
        """(METHOD, template) of everything described."""
        words = ("get", "post", "put", "patch", "delete")
        return [(word.upper(), path) for path, item in self._paths.items() for word in words if word in item]

    def find(self, method: str, path: str) -> tuple[str, Json] | None:
        """The template and operation that a path belongs to; the one with most literal text wins."""
        found = [template for verb, template in self.operations if verb == method and pattern(template).fullmatch(path)]
        if not found:
            return None
        best = max(found, key=lambda template: len(re.sub(r"\{[^}]*\}", "", template)))
        return best, self._paths[best][method.lower()]

    def differences(self, exchange: Exchange) -> list[str]:
        """Where an exchange departs from the description; [] also when it is an error without a described body."""
        found = self.find(exchange.method, exchange.path)
        if found is None:
            return []
        template, operation = found
        name = f"{exchange.method} {template}"
        problems = []
        if 200 <= exchange.status < 300 and exchange.asked is not None:
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            problems += self._check(f"{name} request", schema, exchange.asked)
        response = self._response(operation, exchange.status)
        if response is None:
            return problems + ([f"{name} answered {exchange.status}"] if exchange.status < 400 else [])
        schemas = [one["schema"] for kind, one in response.get("content", {}).items() if kind.endswith("json")]
        if not schemas:
            return problems
        wanted, place = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}, f"{name} {exchange.status}"
        invented = [f"{place}: {at} is not described" for at in self._invented(wanted, exchange.answered, "")]
        return problems + self._check(place, wanted, exchange.answered) + invented

    def _invented(self, schema: Json, value: Any, at: str) -> list[str]:
        """Fields of an answer that the description does not know; of alternatives the one that fits best."""
        schema = self._resolved(schema)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return min((self._invented(one, value, at) for one in schema[word]), key=len)
        if isinstance(value, list) and "items" in schema:
            return sorted({line for one in value for line in self._invented(schema["items"], one, f"{at}[]")})
        known = {key: one for part in [schema, *schema.get("allOf", [])] for key, one in self._properties(part).items()}
        if not isinstance(value, dict) or not known or schema.get("additionalProperties"):
            return []
        here = [(f"{at}.{key}".lstrip("."), key, one) for key, one in value.items()]
        strange = [place for place, key, _ in here if key not in known]
        deeper = [self._invented(known[key], one, place) for place, key, one in here if key in known]
        return strange + [line for lines in deeper for line in lines]

    def _properties(self, schema: Json) -> Json:
        found: Json = self._resolved(schema).get("properties", {})
        return found

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _response(self, operation: Json, status: int) -> Json | None:
        found: Json | None = operation["responses"].get(str(status))
        if found is not None and "$ref" in found:
            found = self._responses[found["$ref"].rpartition("/")[2]]
        return found

    def _check(self, name: str, schema: Any, value: Any) -> list[str]:
        if schema is None:
            return []
        if name not in self._validators:
            whole = {**as_json_schema(schema), "components": self._components}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole, validate_formats=False)
        errors = self._validators[name].iter_errors(value)
        return [f"{name}: {'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in errors]


@cache
def pattern(template: str) -> re.Pattern[str]:
    """A template as a regular expression; a path, ref or range at the end may hold slashes."""
    escaped = re.sub(r"\\\{(\w+)\\\}", r"{\1}", re.escape(template))
    deep = re.sub(r"\{(path|ref|basehead)\}", ".+", escaped)
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", deep))


@cache
def contract() -> Contract:
    """The description where it is present. Raises FileNotFoundError."""
    return Contract(json.loads(DESCRIPTION.read_text()))


@cache
def webhook_examples() -> dict[str, list[Json]]:
    """GitHub's example payloads by event. Raises FileNotFoundError."""
    return {one["name"]: one["examples"] for one in json.loads(WEBHOOKS.read_text())}


def kinds(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """(key path, JSON type) of everything in a payload; the items of a list share the path `[]`."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    yield at, names.get(type(value), "null")
    if isinstance(value, dict):
        for key, one in value.items():
            yield from kinds(one, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for one in value:
            yield from kinds(one, f"{at}[]")
