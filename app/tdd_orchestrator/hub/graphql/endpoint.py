"""`POST /api/graphql`: a document is held against the schema, and each of its fields answers or errs for itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from graphql import GraphQLError, GraphQLResolveInfo, GraphQLSchema, build_schema, graphql_sync

from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.graphql.mutations import MUTATIONS, Mutate
from tdd_orchestrator.hub.state import Json

SDL: Final = Path(__file__).with_name("schema.graphql")
_TYPES: Final = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND"}


def answer(call: Call) -> Answer:
    """Carry a document out. GitHub says 200 to whatever is GraphQL, errors included."""
    if call.body.get("query") is None:
        raise Refused(400, "A query attribute must be specified and must be a string.")
    variables = call.body.get("variables") or {}
    result = graphql_sync(schema(), str(call.body["query"]), context_value=call, variable_values=variables)
    errors = {"errors": [_error(error) for error in result.errors]} if result.errors else {}
    data = {} if result.data is None else {"data": result.data}
    return Answer(200, {**data, **errors})


@cache
def schema() -> GraphQLSchema:
    """The schema with what its fields do."""
    built = build_schema(SDL.read_text())
    assert built.mutation_type is not None
    assert built.query_type is not None
    for name, mutate in MUTATIONS.items():
        built.mutation_type.fields[name].resolve = _resolver(mutate)
    built.query_type.fields["viewer"].resolve = lambda _root, info: {"login": info.context.actor.login}
    return built


def _resolver(mutate: Mutate) -> Any:
    def resolve(_root: object, info: GraphQLResolveInfo[Call], input: Mapping[str, Any]) -> Json:
        try:
            return mutate(info.context, input)
        except Refused as refused:
            kind = _TYPES.get(refused.status, "UNPROCESSABLE")
            raise GraphQLError(refused.message, extensions={"type": kind}) from refused

    return resolve


def _error(error: GraphQLError) -> Json:
    """As GitHub shapes it: a refusal has a type beside its message, a fault of the document a code below."""
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    shape: Json = {"message": error.message, "locations": places}
    if error.path:
        shape["path"] = error.path
    extensions = dict(error.extensions or {})
    kind = extensions.pop("type", None)
    return {"type": kind, **shape} if kind else {**shape, "extensions": {"code": "invalid", **extensions}}


ENDPOINTS = (
    Endpoint("POST", "/api/graphql", answer, door="anyone"),
    Endpoint("POST", "/graphql", answer, door="anyone"),
)
