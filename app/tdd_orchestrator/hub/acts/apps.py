"""Registering apps and installing them; who tells the world of it is the caller's business."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tdd_orchestrator.hub.announce import PERMISSION_FOR
from tdd_orchestrator.hub.errors import not_found
from tdd_orchestrator.hub.identity import App, Installation, Permissions, User, allows
from tdd_orchestrator.hub.state import Repository, World

CODE_LIFE: Final = timedelta(hours=1)
"""How long the code of a manifest can be exchanged for what the app needs."""


def account(world: World, login: str, kind: str = "User") -> User:
    """A person or bot by login, made if need be."""
    if login not in world.users:
        world.users[login] = User(world.new_id("user"), login, "Bot" if kind == "Bot" else "User")
    return world.users[login]


def register(
    world: World,
    slug: str,
    webhook_url: str,
    permissions: Mapping[str, str],
    events: Iterable[str] = (),
    owner: str = "apps",
    private_key_pem: str | None = None,
) -> App:
    """A new app with a fresh webhook secret and key (or the RSA key given). Raises ValueError for an event that the
    permissions do not allow, as GitHub's form does."""
    held: Permissions = {**permissions, "metadata": "read"}
    subscribed = tuple(events)
    for event in subscribed:
        _may_subscribe(held, event)
    number = world.new_id("app")
    bot, by = account(world, f"{slug}[bot]", "Bot"), account(world, owner)
    app = App(number, slug, by, bot, webhook_url, held, subscribed, world.now(), f"Iv23li{number:014d}")
    app.private_key_pem, app.public_key_pem = _key_pair(private_key_pem)
    app.webhook_secret, app.client_secret = secrets.token_hex(20), secrets.token_hex(20)
    app.hook_id = world.new_id("hook")
    world.apps[number] = app
    return app


def install(world: World, app: App, repository: Repository) -> tuple[Installation, bool]:
    """The installation that now covers the repository, and whether it is a new one."""
    owner = repository.owner
    there = next((one for one in world.installations.values() if one.app is app and one.account == owner), None)
    if there is not None:
        there.repository_ids.add(repository.id)
        return there, False
    made = Installation(world.new_id("installation"), app, owner, {repository.id}, world.now())
    world.installations[made.id] = made
    return made, True


def slug_of(name: str) -> str:
    """How a name stands in addresses and logins."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def coded(world: World, app: App) -> str:
    """A code that is good for one conversion of the app's manifest."""
    code = secrets.token_hex(20)
    world.manifest_codes[code] = (app.id, world.now())
    return code


def converted(world: World, code: str) -> App:
    """The app behind a code, which is spent by this. Raises Refused (404) for a used, old or unknown one."""
    number, made = world.manifest_codes.pop(code, (0, world.now()))
    if number not in world.apps or world.now() - made > CODE_LIFE:
        raise not_found()
    return world.apps[number]


def _may_subscribe(held: Permissions, event: str) -> None:
    needed = PERMISSION_FOR.get(event)
    if needed is None:
        raise ValueError(f"apps cannot subscribe to {event}")
    if not allows(held, needed, "read"):
        raise ValueError(f"{event} needs the permission {needed}")


def _key_pair(known: str | None) -> tuple[str, str]:
    """(private, public) RSA keys in PEM; the public one of a known private key, or a new pair."""
    if known is None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        plain = (serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        secret = private.private_bytes(serialization.Encoding.PEM, *plain).decode()
    else:
        loaded = serialization.load_pem_private_key(known.encode(), None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(loaded, rsa.RSAPrivateKey):
            raise ValueError("an app's key is an RSA key")
        private, secret = loaded, known
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret, public.decode()
