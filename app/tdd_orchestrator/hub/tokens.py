"""Minting and recognising tokens."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from tdd_orchestrator.hub.identity import (
    INSTALLATION_TOKEN_LIFE,
    App,
    Installation,
    InstallationGrant,
    Permissions,
    User,
)
from tdd_orchestrator.hub.state import WorkflowRun, World

ACTIONS_APP_ID: Final = 15368  # GitHub's own number for the Actions app
ACTIONS_BOT: Final = "github-actions[bot]"
_ACTIONS_BOT_ID: Final = 41898282
_JOB_TOKEN_LIFE: Final = timedelta(hours=6)
_LEVELS: Final = dict.fromkeys(
    ("actions", "checks", "contents", "issues", "pull_requests", "statuses", "deployments", "packages"), "write"
)


def actions_app(world: World) -> App:
    """The app behind every job token: `github-actions`."""
    if ACTIONS_APP_ID not in world.apps:
        owner = User(9919, "github", "Organization")
        bot = User(_ACTIONS_BOT_ID, ACTIONS_BOT, "Bot")
        world.users[bot.login] = bot
        world.apps[ACTIONS_APP_ID] = App(
            ACTIONS_APP_ID,
            "github-actions",
            owner,
            bot,
            "",
            {**_LEVELS, "metadata": "read"},
            (),
            world.now(),
            "Iv1.actions",
        )
    return world.apps[ACTIONS_APP_ID]


def mint_job_token(world: World, run: WorkflowRun, permissions: Permissions) -> str:
    """A GITHUB_TOKEN: the Actions app on one repository, with what the workflow file grants."""
    held = {name.replace("-", "_"): level for name, level in permissions.items()}
    held = {name: level for name, level in held.items() if level != "none"} | {"metadata": "read"}
    token = "ghs_" + secrets.token_hex(20)
    world.tokens[token] = InstallationGrant(
        actions_app(world),
        frozenset({run.repository.id}),
        held,
        world.now() + _JOB_TOKEN_LIFE,
        run_id=run.id,
    )
    return token


def mint_installation_token(
    world: World, installation: Installation, repository_ids: frozenset[int], permissions: Permissions
) -> tuple[str, InstallationGrant]:
    """An installation token for one hour. Longer than the old format's 40 characters and with dots, as GitHub's are."""
    token = f"ghs_{installation.app.id}_{secrets.token_hex(24)}.{secrets.token_hex(48)}.{secrets.token_hex(32)}"
    grant = InstallationGrant(
        installation.app, repository_ids, permissions, world.now() + INSTALLATION_TOKEN_LIFE, installation
    )
    world.tokens[token] = grant
    return token, grant


def mint_user_token(world: World, user: User, token: str | None = None) -> str:
    """A person's token (`ghu_...`), or the one given."""
    minted = token or "ghu_" + secrets.token_hex(18)
    world.tokens[minted] = user
    return minted
