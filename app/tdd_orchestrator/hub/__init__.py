"""GitHub on this machine: REST, git over HTTP, signed webhooks, workflow runs; stateful, on 127.0.0.1."""
