"""A server in a process of its own: `server_child.py DIRECTORY PORT`. Its handler never ends."""

import sys
from pathlib import Path

from tdd_orchestrator.inbox import workers
from tdd_orchestrator.server.app import build, serve
from tdd_orchestrator.server.logs import configure
from world.serving import Kept, settings

if __name__ == "__main__":
    given = settings(Path(sys.argv[1]), port=int(sys.argv[2]))
    workers.STOP_S = 0.1  # the handler uses up whatever it is given
    configure(given.secrets)
    serve(build(given, Kept(hold=True)), given)
