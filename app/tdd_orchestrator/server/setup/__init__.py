"""Set-up: from a server without an App to one that serves it, by GitHub's manifest flow, in a browser."""
