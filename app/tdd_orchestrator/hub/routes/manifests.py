"""Routes of the set-up of apps: exchanging a manifest's code, the webhook's configuration, names of secrets."""

from __future__ import annotations

from tdd_orchestrator.hub.acts.apps import converted
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.shapes import basics
from tdd_orchestrator.hub.shapes.basics import stamp


def convert(call: Call) -> Answer:
    """Everything that the new app needs, once; nobody has to say who they are, for the code is the proof."""
    app = converted(call.site.world, call.path["code"])
    told = {"client_secret": app.client_secret, "webhook_secret": app.webhook_secret, "pem": app.private_key_pem}
    return Answer(201, {**basics.app(call.site.world, app), **told})


def hook(call: Call) -> Answer:
    """Where the app's webhooks go; the secret is never shown."""
    told = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": call.app.webhook_url}
    return Answer(200, told)


def secrets(call: Call) -> Answer:
    """The names of the repository's secrets, without what is in them."""
    born = stamp(call.repository.created_at)
    return call.page(
        sorted(call.repository.secrets),
        lambda name: {"name": name, "created_at": born, "updated_at": born},
        "secrets",
    )


def organization_secrets(call: Call) -> Answer:
    """The hub's owners have none."""
    return call.page([], str, "secrets")


_SECRETS = "/repos/{owner}/{repo}/actions"
ENDPOINTS = (
    Endpoint("POST", "/app-manifests/{code}/conversions", convert, door="anyone"),
    Endpoint("GET", "/app/hook/config", hook, door="app"),
    Endpoint("GET", f"{_SECRETS}/secrets", secrets, ("secrets:read",), role="write"),
    Endpoint("GET", f"{_SECRETS}/organization-secrets", organization_secrets, ("secrets:read",), role="write"),
)
