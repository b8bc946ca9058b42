"""Who commits are by: the account under which we write, as GitHub shows it."""

import httpx
import pytest
import respx

from tdd_orchestrator.github.connections import TokenConnection
from tdd_orchestrator.github.identity import Identity, identity_of


@pytest.mark.parametrize(
    ("api", "email"),
    [
        ("https://api.github.com", "7+tdd[bot]@users.noreply.github.com"),
        ("https://git.example.org/api/v3", "7+tdd[bot]@users.noreply.git.example.org"),
        ("http://127.0.0.1:8000", "7+tdd[bot]@users.noreply.github.com"),
        ("http://localhost:8000/api/v3", "7+tdd[bot]@users.noreply.github.com"),
    ],
)
async def test_the_address_names_the_account_by_its_number(api: str, email: str) -> None:
    with respx.mock(base_url=api) as github:
        github.get("/user").mock(httpx.Response(200, json={"login": "tdd[bot]"}))
        asked = github.get(path__regex=r"/users/tdd(%5B|\[)bot(%5D|\])$")
        asked.mock(httpx.Response(200, json={"login": "tdd[bot]", "id": 7}))
        async with TokenConnection("o/r", "a-token", api) as connection:
            assert await identity_of(connection) == Identity("tdd[bot]", email)


async def test_an_account_that_is_not_shown_leaves_the_name_of_the_project() -> None:
    with respx.mock(base_url="https://api.github.com") as github:
        github.get("/user").mock(httpx.Response(403, json={"message": "Resource not accessible by integration"}))
        github.get(path__startswith="/users/").mock(httpx.Response(404, json={"message": "Not Found"}))
        async with TokenConnection("o/r", "a-token") as connection:
            assert await identity_of(connection) == Identity()
