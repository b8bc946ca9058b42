"""Keys and addresses of models that this environment has, as a repository's secrets and its runner get them."""

import os


def model_secrets() -> dict[str, str]:
    """The keys, by the names that the workflow file asks for."""
    return {name: os.environ[name] for name in ("ANTHROPIC_API_KEY",) if os.environ.get(name)}


def model_environment() -> dict[str, str]:
    """Where a model is reached, if not at its usual address."""
    return {name: os.environ[name] for name in ("ANTHROPIC_BASE_URL",) if os.environ.get(name)}
