"""A server in a process of its own, to be killed: `server_child.py DIRECTORY` says its port; its handler never ends."""

import socket
import sys
from pathlib import Path

import uvicorn

from tdd_orchestrator.server.app import build
from world.serving import Kept, settings


def main(directory: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app = build(settings(directory), Kept(hold=True))
    uvicorn.Server(uvicorn.Config(app, log_config=None)).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
