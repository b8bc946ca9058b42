"""Who our commits are by: the account that GitHub shows beside them."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from tdd_orchestrator.github.addresses import server_url
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import Forbidden, NotFound, Unauthorized

PUBLIC = "github.com"


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and an address for git."""

    name: str = "tdd-orchestrator[bot]"
    email: str = "tdd-orchestrator[bot]@users.noreply.github.com"

    @property
    def author(self) -> str:
        """As git writes it."""
        return f"{self.name} <{self.email}>"


async def identity_of(connection: Connection) -> Identity:
    """The account under which we write, with its number: GitHub shows commits of `ID+LOGIN@users.noreply.HOST` as its.

    https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
    """
    login = await connection.login()
    try:
        number = int((await connection.get("/users/{login}", login=login)).json()["id"])
    except (Forbidden, NotFound, Unauthorized):
        return Identity()
    return Identity(login, f"{number}+{login}@users.noreply.{_host(connection.api_url)}")


def _host(api_url: str) -> str:
    """The host of the address; a GitHub on this machine writes as github.com does."""
    host = urlsplit(server_url(api_url)).hostname or PUBLIC
    try:
        ip_address(host)
    except ValueError:
        return host if "." in host else PUBLIC
    return PUBLIC
