"""Whether a stage's commit stays where its stage may write: judged from the tree diff, whatever the runner said."""

from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.policy import ABSENT, LINK, Change, Territory, judge_paths
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.shared_config import SHARED, configures_otherwise
from tdd_orchestrator.core.within import MIXED, Within, within
from tdd_orchestrator.github.bare import Bare
from tdd_orchestrator.github.lineage import StageCommit

MOST_NAMED = 5


async def trespass(bare: Bare, commit: StageCommit, task: PlannedTask, rules: Rules) -> str | None:
    """Why the commit may not land, or `None`. Judged as it is in git: a rename is one path gone and one new."""
    territory = Territory(owned=task.files or rules.files, tests=task.tests or rules.tests, protected=rules.protected)
    changes = await _changes(bare, commit.parent, commit.sha)
    refusals = judge_paths(commit.stage, task.kind, changes, territory)
    if not refusals:
        return None
    more = f" And {len(refusals) - MOST_NAMED} more." if len(refusals) > MOST_NAMED else ""
    return " ".join(refusal.sentence for refusal in refusals[:MOST_NAMED]) + more


async def _changes(bare: Bare, before: str, after: str) -> list[Change]:
    listed = await bare.git("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after)
    parts = listed.text.split("\0")
    return [await _change(bare, heading, path) for heading, path in zip(parts[0::2], parts[1::2], strict=False)]


async def _change(bare: Bare, heading: str, path: str) -> Change:
    """From a line such as `:100644 100755 SHA SHA M`."""
    mode_before, mode_after, old, new = heading.lstrip(":").split()[:4]
    target, reconfigures = "", False
    if mode_after == LINK:
        target = await _content(bare, new)
    part = Within.CODE
    if path.rpartition("/")[2] in SHARED or path.endswith(MIXED):
        before = "" if mode_before == ABSENT else await _content(bare, old)
        after = "" if mode_after == ABSENT else await _content(bare, new)
        reconfigures, part = configures_otherwise(path, before, after), within(path, before, after)
    return Change(path, mode_before, mode_after, target, reconfigures, part)


async def _content(bare: Bare, blob: str) -> str:
    """A blob's text; an old one may have to be fetched."""
    return (await bare.online("cat-file", "blob", blob)).out.decode("utf-8", "replace")
