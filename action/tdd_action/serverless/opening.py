"""The place of a repository, as a job with its own token sees it."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tdd_action.inputs import AppKey, held
from tdd_action.serverless.speaking import speak
from tdd_orchestrator.bookkeeping import Bookkeeping
from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.drafting import Drafting
from tdd_orchestrator.engine import Engine
from tdd_orchestrator.github.connections import AppCredentials, TokenConnection
from tdd_orchestrator.github.perform import Performer
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.intake.pull import configuration
from tdd_orchestrator.place import Place
from tdd_orchestrator.store import LedgerStore, Pace, StateStore


@asynccontextmanager
async def opened(
    repo: str,
    token: str,
    api_url: str,
    *,
    state_interval_s: float,
    write_interval_s: float,
    environ: Mapping[str, str],
    app: AppKey | None = None,
) -> AsyncIterator[Place]:
    """The place, with results landed by the workflow; connections are closed at the end.

    With `app`, pushes are that App's, so that the repository's own workflows hear of them. The intervals are the least
    seconds between two pushes of state, and between two writes.
    """
    secrets = held(environ)
    speak(Redactor((token, *secrets)))
    pusher = AppCredentials(app.id, app.private_key, api_url) if app else None
    opening = TokenConnection(repo, token, api_url, write_interval_s=write_interval_s, secrets=secrets, app=pusher)
    async with opening as connection:
        reader = RepositoryReader(connection)
        config, _ = await configuration(reader, await reader.default_branch(), environ)
        store = StateStore(
            connection.git_url(),
            connection.git_credentials,
            prefix=config.state.prefix,
            pace=Pace(state_interval_s),
        )
        books = Bookkeeping(LedgerStore(store.refs, store.prefix), time.time, interval_s=6 * state_interval_s)
        engine = Engine(
            store,
            lambda number: Performer(connection, repo, number, reader=reader, lander="workflow"),
            redact=connection.redact,
        )
        try:
            drafting = Drafting(reader, environ, time.time, books, lander="workflow")
            yield Place(
                reader=reader,
                store=store,
                engine=engine,
                environ=environ,
                clock=time.time,
                drafting=drafting,
                books=books,
                keep_days=config.state.keep_days,
            )
        finally:
            await books.close()
            store.close()
