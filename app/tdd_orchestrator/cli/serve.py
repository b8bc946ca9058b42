"""`tdd serve`: the app behind a GitHub webhook."""

import os

from tdd_orchestrator.server.app import serve
from tdd_orchestrator.server.logs import configure
from tdd_orchestrator.server.serving import application
from tdd_orchestrator.server.settings import Settings


def serve_command() -> None:
    """Serve the GitHub App. Its settings are TDD_APP_ID, TDD_PRIVATE_KEY[_FILE], TDD_WEBHOOK_SECRET and others."""
    settings = Settings.from_environ(os.environ)
    configure(settings.secrets)
    serve(application(settings, os.environ), settings)
