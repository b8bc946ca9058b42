"""The App as GitHub knows it: credentials, clock, permissions, events, webhook."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from tdd_orchestrator.doctor.finding import Finding, fail, ok, warn
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.connections import Connections
from tdd_orchestrator.github.errors import GitHubError, NotFound, Unauthorized
from tdd_orchestrator.github.http import Wire
from tdd_orchestrator.server.setup.manifest import WEBHOOK, plain

SKEW_WARN_S, SKEW_FAIL_S = 20.0, 55.0
"""A JWT of ours is dated a minute back and GitHub refuses one from the future."""
RECENT = 30
STRENGTH = {"": 0, "read": 1, "write": 2, "admin": 3}


LEFT_OUT = (
    "Left out where this server refuses it: `return_run_details` of a dispatch (the run is found by its name, with more"
    " requests) and mutations of GraphQL that it lacks (checks and comments are written one by one)."
)


async def examine_server(api_url: str, now: float) -> AsyncIterator[Finding]:
    """Whether GitHub is there, which it is, and whether its clock and ours agree; `now` is ours, in epoch seconds."""
    wire = Wire(api_url)
    try:
        answer = await wire.send("GET", "/meta")
    except GitHubError as unreachable:
        if unreachable.status in (0, *range(500, 600)):
            yield fail("github", unreachable.message, "Check the network, the proxy and TDD_GITHUB_URL.")
        else:
            yield warn("github", unreachable.message, "The clock could not be compared.")
        return
    finally:
        await wire.aclose()
    if version := installed_version(answer):
        yield ok("server", f"GitHub Enterprise Server {version}. {LEFT_OUT}")
    yield clock(answer, now)


def installed_version(answer: Answer) -> str:
    """The version of an Enterprise server, by its answer to `GET /meta`; "" on github.com.

    https://docs.github.com/en/enterprise-server/rest/meta/meta
    """
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("installed_version") or "")[:40] if isinstance(said, dict) else ""


def clock(answer: Answer, now: float) -> Finding:
    """How far the clocks are apart."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        return warn("github", "GitHub's answer has no date.", "Compare this machine's clock yourself.")
    skew = now - theirs
    told = f"This machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} GitHub's."
    remedy = "Set the clock, and keep it with NTP: GitHub refuses signatures from another time."
    if abs(skew) >= SKEW_FAIL_S:
        return fail("clock", told, remedy)
    return warn("clock", told, remedy) if abs(skew) >= SKEW_WARN_S else ok("clock", "Agrees with GitHub's.")


async def examine_app(connections: Connections, public_url: str | None) -> AsyncIterator[Finding]:
    """Whether GitHub takes our signature; if so, what the App may, hears, and where its webhooks go."""
    try:
        app = (await connections.app.get("/app")).json()
    except (Unauthorized, NotFound) as refused:
        remedy = "TDD_APP_ID and the private key must be of the same App, on the GitHub of TDD_GITHUB_URL."
        yield fail("credentials", refused.message, remedy)
        return
    yield ok("credentials", f"GitHub knows us as {app['slug']} (App {app['id']}).")
    wanted = plain()
    for finding in permissions(app.get("permissions") or {}, wanted["default_permissions"]):
        yield finding
    yield events(app.get("events") or [], wanted["default_events"])
    async for finding in _webhook(connections, public_url):
        yield finding


def permissions(held: Mapping[str, str], wanted: Mapping[str, str], about: str = "permissions") -> Iterator[Finding]:
    """Each permission of the manifest that is missing or too weak."""
    weak = [
        f"{name}: {level}"
        for name, level in sorted(wanted.items())
        if STRENGTH.get(held.get(name, "read" if name == "metadata" else ""), 0) < STRENGTH[level]
    ]
    if weak:
        remedy = "Add them on the App's page under Permissions & events; each installation must then accept them."
        yield fail(about, f"Missing: {', '.join(weak)}.", remedy)
    else:
        yield ok(about, "All that the manifest asks for.")


def events(heard: list[str], wanted: list[str]) -> Finding:
    """Events of the manifest that are not subscribed."""
    missing = [event for event in wanted if event not in heard]
    if missing:
        remedy = "Subscribe to them on the App's page under Permissions & events."
        return fail("events", f"Missing: {', '.join(missing)}.", remedy)
    return ok("events", "All that the manifest asks for.")


async def _webhook(connections: Connections, public_url: str | None) -> AsyncIterator[Finding]:
    hook = (await connections.app.get("/app/hook/config")).json()
    yield address(hook, public_url)
    records = (await connections.app.get("/app/hook/deliveries", query={"per_page": RECENT})).json()
    yield deliveries(records)


def address(hook: Mapping[str, Any], public_url: str | None) -> Finding:
    """Whether webhooks go where we are."""
    url, form = str(hook.get("url") or ""), hook.get("content_type")
    if not url:
        return fail("webhook", "The App has no webhook.", "Set its URL and secret on the App's page, and activate it.")
    if form != "json":
        return fail("webhook", f"Webhooks come as {form}.", "Set the content type to application/json.")
    if public_url is None:
        return ok("webhook", f"GitHub sends to {url}") if url.endswith(WEBHOOK) else _elsewhere(url, f"…{WEBHOOK}")
    if url.rstrip("/") != public_url + WEBHOOK:
        return _elsewhere(url, public_url + WEBHOOK)
    return ok("webhook", f"GitHub sends to {url}")


def _elsewhere(url: str, ours: str) -> Finding:
    return fail("webhook", f"GitHub sends to {url}, and this server is at {ours}", "Correct one of the two.")


def deliveries(records: Sequence[Mapping[str, Any]]) -> Finding:
    """What became of the last webhooks; the very first ping comes before the server knows the secret."""
    told = [record for record in records if record.get("event") != "ping" or record.get("status") == "OK"]
    if not told:
        remedy = "Open or comment on a pull request of an installed repository, then look again."
        return warn("deliveries", "GitHub has sent nothing yet.", remedy)
    lost = [record for record in told if record.get("status") != "OK"]
    if not lost:
        return ok("deliveries", f"The last {len(told)} arrived.")
    said = f"{len(lost)} of the last {len(told)} failed; the latest: {lost[0].get('event')}, {lost[0].get('status')}."
    remedy = "Check TDD_PUBLIC_URL, what is in front of the server, and TDD_WEBHOOK_SECRET. They are asked for again."
    return fail("deliveries", said, remedy) if told[0] in lost else warn("deliveries", said, remedy)
