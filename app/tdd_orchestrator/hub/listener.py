"""uvicorn inside an event loop that is not its own: no signal handlers, no ticking, stopped at once."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

_GRACE: Final = 5.0  # seconds that running requests have to end


class Listener:
    """Serves an application on 127.0.0.1."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._server: uvicorn.Server | None = None
        self._socket: socket.socket | None = None

    async def start(self, port: int) -> int:
        """Listen; gives the port, which is a free one for 0."""
        config = uvicorn.Config(
            self._application,
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            proxy_headers=False,
            loop="none",
            ws="none",
            timeout_keep_alive=60,
        )
        config.load()
        # Named as TCP, or asyncio leaves Nagle's algorithm on and every other answer waits 40 ms.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            listening.close()
            raise
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        self._server, self._socket = server, listening
        found: int = listening.getsockname()[1]
        return found

    async def stop(self) -> None:
        """Close the connections, let running requests end, and free the port."""
        if self._server is None or self._socket is None:
            return
        self._server.should_exit = True
        for server in self._server.servers:
            server.close()
        for connection in list(self._server.server_state.connections):
            connection.shutdown()
        state = self._server.server_state
        if state.tasks:
            _, late = await asyncio.wait(state.tasks, timeout=_GRACE)
            for task in late:
                task.cancel()
        for connection in list(state.connections):
            connection.transport.close()
        await asyncio.sleep(0)
        for server in self._server.servers:
            await server.wait_closed()
        self._socket.close()
        self._server = self._socket = None
