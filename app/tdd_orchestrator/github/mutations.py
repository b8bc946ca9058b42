"""Several writes in one request: GraphQL mutations under aliases, each with an outcome of its own.

GitHub carries the mutations of a document out one after the other; one that fails leaves the others alone, and is told
apart by the `path` of its error. https://docs.github.com/en/graphql/reference/mutations
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tdd_orchestrator.github.answer import Answer, limited_until
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import GitHubError, RateLimited, Unprocessable, Weather
from tdd_orchestrator.github.pace import Urgency

MOST = 10
"""Mutations in one request: GitHub gives a request ten seconds."""


class NoGraphQL(GitHubError):
    """This server has no GraphQL, or not these mutations: REST does the same, one request each."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One write: its field of the schema, the name of its input type, the input, and what is read of the result."""

    field: str
    input_type: str
    variables: Mapping[str, Any]
    returns: str


Outcome = Mapping[str, Any] | GitHubError
"""What a mutation returned, or why it was not carried out."""


async def mutated(connection: Connection, mutations: Sequence[Mutation], urgency: Urgency) -> list[Outcome]:
    """The outcome of each mutation, in their order; all in one request.

    Raises `NoGraphQL` where nothing was carried out because the server does not know how, `RateLimited`, and `Weather`
    where it is not known what was carried out.
    """
    variables = {f"i{number}": dict(one.variables) for number, one in enumerate(mutations)}
    try:
        answer = await connection.graphql(document(mutations), variables, urgency=urgency, weight=len(mutations))
    except (RateLimited, Weather):
        raise
    except GitHubError as refused:
        raise NoGraphQL(str(refused)) from refused
    return _outcomes(answer, mutations, connection.now())


def document(mutations: Sequence[Mutation]) -> str:
    """The GraphQL document: `m0`, `m1`, ... with the inputs `$i0`, `$i1`, ..."""
    heads = ", ".join(f"$i{number}: {one.input_type}!" for number, one in enumerate(mutations))
    fields = " ".join(
        f"m{number}: {one.field}(input: $i{number}) {{ {one.returns} }}" for number, one in enumerate(mutations)
    )
    return f"mutation({heads}) {{ {fields} }}"


def _outcomes(answer: Answer, mutations: Sequence[Mutation], now: float) -> list[Outcome]:
    body = answer.json()
    if not isinstance(body, dict):
        raise Weather("GitHub's answer to a GraphQL request is not JSON.")
    errors = [error for error in body.get("errors") or () if isinstance(error, dict)]
    if any(error.get("type") in ("RATE_LIMITED", "RATE_LIMIT") for error in errors):
        raise RateLimited(limited_until(answer, now, 0), "GitHub's limit for GraphQL is reached.")
    found = body.get("data")
    if not isinstance(found, dict):
        raise _nothing_done(errors)
    return [_outcome(f"m{number}", one, found, errors) for number, one in enumerate(mutations)]


def _outcome(alias: str, one: Mutation, found: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> Outcome:
    for error in errors:
        if (error.get("path") or [""])[0] == alias:
            return Unprocessable(f"GitHub refused {one.field}: {error.get('message', 'it does not say why')}")
    result = found.get(alias)
    return result if isinstance(result, dict) else Weather(f"GitHub says nothing of {one.field}.")


def _nothing_done(errors: Sequence[Mapping[str, Any]]) -> GitHubError:
    """Why no mutation was tried: GitHub found fault with the document, or stumbled over it."""
    said = "; ".join(str(error.get("message", "")) for error in errors) or "no data"
    if errors and all(_is_fault_of_document(error) for error in errors):
        return NoGraphQL(f"GitHub does not take the GraphQL request: {said}")
    return Weather(f"GitHub stumbled over a GraphQL request: {said}")


def _is_fault_of_document(error: Mapping[str, Any]) -> bool:
    """Whether the error was found before anything was carried out: it names a place in the document, and no result."""
    return ("locations" in error and not error.get("path")) or bool((error.get("extensions") or {}).get("code"))
