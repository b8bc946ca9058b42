"""The pull request as it stands: its PRDs at the head, the configuration of the base branch, never of the head."""

import re
from collections.abc import Iterable, Mapping

from tdd_orchestrator.core.config import CONFIG_PATH, parse_config
from tdd_orchestrator.core.event import PullRequestClosed, PullRequestSeen
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.prd import Prd, merge_prds
from tdd_orchestrator.core.replanning import digests
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.sources import Source
from tdd_orchestrator.documents.read import read_prd
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import PullView
from tdd_orchestrator.intake.in_force import not_in_force
from tdd_orchestrator.intake.rewriting import dropped

NAMED = re.compile(r"^PRD:[ \t]*`?([^\s`]+)`?[ \t]*$", re.MULTILINE)


async def look_at(
    reader: RepositoryReader, number: int, at: float, env: Mapping[str, str], run: Run | None = None
) -> PullRequestSeen | PullRequestClosed:
    """What an event needs to know of a pull request; five requests or so, most of them free when nothing has
    changed. `run` is what is known of it.
    """
    pull = await reader.pull(number)
    if pull.state != "open":
        return PullRequestClosed(at=at, merged=pull.merged)
    config, faults = await configuration(reader, pull.base.sha, env)
    changed = await reader.changed_files(number)
    requirements, prd_faults = merge_prds(await _prds(reader, pull, config, changed))
    ineffective = await not_in_force(reader, pull, changed) if requirements or prd_faults else ()
    return PullRequestSeen(
        at=at,
        repo=reader.repo,
        number=number,
        head=pull.head,
        base=pull.base,
        title=pull.title,
        author=pull.author,
        requirements=requirements,
        faults=(*faults, *ineffective, *prd_faults) if requirements or prd_faults else (),
        rules=rules_of(config),
        fork=pull.fork,
        bot=pull.bot,
        sources=await _sources(reader, pull, requirements, run),
        dropped=await dropped(reader, run, pull),
    )


async def configuration(reader: RepositoryReader, ref: str, env: Mapping[str, str]) -> tuple[Config, tuple[Fault, ...]]:
    """The configuration at a commit of the base branch, or the defaults and what is wrong with the file."""
    raw = await reader.file(CONFIG_PATH, ref)
    if raw is None:
        text = ""
    else:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return Config(), (Fault(CONFIG_PATH, 1, "The file is not UTF-8.", "Save it as UTF-8."),)
    parsed = parse_config(text, CONFIG_PATH, env)
    return (parsed, ()) if isinstance(parsed, Config) else (Config(), parsed)


def rules_of(config: Config) -> Rules:
    """The part of the configuration on which decisions rest."""
    return Rules(
        worker=config.tdd.worker,
        max_parallel=config.tdd.max_parallel,
        packing=config.tdd.packing,
        attempts=min(config.tdd.attempts, config.circuits.stage_max_failures),
        task_minutes=config.tdd.task_minutes,
        approve_above=config.budget.approve_above,
        per_run=config.budget.per_run,
        models=config.models.work,
        per_day=config.budget.per_day,
        per_repo=config.budget.per_repo,
        alert_at=config.budget.alert_at,
        max_invocations=config.budget.max_invocations,
        worker_max_consecutive=config.circuits.worker_max_consecutive,
        system_max_consecutive=config.circuits.system_max_consecutive,
        pause_minutes=config.circuits.pause_minutes,
        protected=config.git.protected,
        tests=config.tests,
        files=config.source,
        roles=config.commands.roles,
        branch_prefix=config.git.branch_prefix,
        ci=config.qa.ci,
        ci_minutes=config.qa.ci_minutes,
        ci_tasks=config.qa.ci_tasks,
        batch=config.git.batch,
        landing=config.git.landing,
    )


async def _sources(
    reader: RepositoryReader, pull: PullView, requirements: tuple[Requirement, ...], run: Run | None
) -> tuple[Source, ...]:
    """Who wrote the PRDs; asked only where their text is not what the run knows already."""
    known = digests(run.requirements) if run and run.sources else None
    if known == digests(requirements):
        return ()
    paths = sorted({requirement.path for requirement in requirements})
    return tuple([source for path in paths for source in await reader.authors(path, pull.head.sha)])


async def _prds(reader: RepositoryReader, pull: PullView, config: Config, changed: Iterable[str]) -> tuple[Prd, ...]:
    """The PRDs that the pull request changes, and those that its text names in lines such as `PRD: prds/search.md`."""
    wanted = {path for path in changed if matches(path, config.prd.paths)}
    found = []
    for path in sorted(wanted | set(NAMED.findall(pull.body))):
        raw = await reader.file(path, pull.head.sha)
        if raw is not None:
            found.append(read_prd(path, raw))
    return tuple(found)
