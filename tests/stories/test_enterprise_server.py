"""A GitHub Enterprise Server: another root for REST, GraphQL and git, one API version, no limits, and fewer fields."""

from pathlib import Path

import pytest

from tdd_orchestrator.github.addresses import git_url, graphql_url, server_url
from world.story import story


@pytest.mark.parametrize(
    ("api", "root", "graphql"),
    [
        ("https://api.github.com", "https://github.com", "https://api.github.com/graphql"),
        ("https://git.example.com/api/v3", "https://git.example.com", "https://git.example.com/api/graphql"),
        ("https://git.example.com/api/v3/", "https://git.example.com", "https://git.example.com/api/graphql"),
        ("https://api.tenant.ghe.com", "https://tenant.ghe.com", "https://api.tenant.ghe.com/graphql"),
    ],
)
def test_all_addresses_follow_from_the_one_that_is_set(api: str, root: str, graphql: str) -> None:
    assert (server_url(api), graphql_url(api), git_url(api, "o/r")) == (root, graphql, f"{root}/o/r.git")


async def test_a_run_on_an_enterprise_server_leaves_out_what_that_refuses_and_asks_for_it_once(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.hub.site.enterprise = "3.14.2"
        told.open_pull()
        await told.until_state("success")
        dispatched = [one for one in told.hub.requests if one.path.endswith("/dispatches")]
        assert [one.status for one in dispatched] == [422, 204, 204, 204]
        assert len(told.runner.seen) == 3
