"""All endpoints of the API; an address that ends in `{ref:path}` comes after those that it would swallow."""

from tdd_orchestrator.hub.routes import apps, checks, comments, contents, gitdata, manifests, meta, pulls, repos, runs

ENDPOINTS = (
    *meta.ENDPOINTS,
    *apps.ENDPOINTS,
    *manifests.ENDPOINTS,
    *checks.ENDPOINTS,
    *comments.ENDPOINTS,
    *pulls.ENDPOINTS,
    *contents.ENDPOINTS,
    *gitdata.ENDPOINTS,
    *runs.ENDPOINTS,
    *repos.ENDPOINTS,
)
