"""`tdd serve`: the app behind a GitHub webhook; while there is no App, the pages that make one."""

import logging
import os
from typing import Annotated

import typer

from tdd_orchestrator.server.app import serve
from tdd_orchestrator.server.logs import configure
from tdd_orchestrator.server.serving import application
from tdd_orchestrator.server.settings import Settings
from tdd_orchestrator.server.setup.app import serve_setup, setup_application
from tdd_orchestrator.server.setup.desk import Desk, Tools
from tdd_orchestrator.server.setup.door import Door
from tdd_orchestrator.server.setup.stored import names_an_app
from tdd_orchestrator.server.setup.switchboard import Switchboard

NO_APP = "There is no GitHub App yet, so this server only sets one up."


def serve_command(
    setup: Annotated[bool, typer.Option("--setup", help="Show the set-up page also where there is an App.")] = False,
) -> None:
    """Serve the GitHub App, or set one up. Settings: TDD_APP_ID, TDD_PRIVATE_KEY[_FILE], TDD_WEBHOOK_SECRET, others.

    Without any of these three the server prints an address under which an App is made. What it gets is kept in
    TDD_DATA_DIR/app.json, or with TDD_SETUP=print printed once.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes whole addresses, and some hold a code
    begun = Settings.from_environ(os.environ) if names_an_app(os.environ) else None
    settings = begun or Settings.before_the_app(os.environ)
    configure(settings.secrets)
    if begun is not None and not setup:
        serve(application(begun, os.environ), begun)
        return
    desk = Desk(settings, os.environ, Door(), Switchboard(), Tools(application, configure, typer.echo))
    if begun is None:
        typer.echo(NO_APP)
    serve_setup(setup_application(desk, begun=begun), settings, desk.door.token, typer.echo)
