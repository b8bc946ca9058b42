"""Whether a stage's commit stays where its stage may write: judged from the tree diff, whatever the runner said."""

from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.run import Rules
from tdd_orchestrator.github.bare import Bare
from tdd_orchestrator.github.changes import tree_changes
from tdd_orchestrator.github.lineage import StageCommit


async def trespass(bare: Bare, commit: StageCommit, task: PlannedTask, rules: Rules) -> str | None:
    """Why the commit may not land, or `None`."""
    own = task.tests if commit.stage is Stage.RED else task.files
    for change in await tree_changes(bare, commit.parent, commit.sha):
        if matches(change.path, rules.protected):
            return f"{change.path} is protected."
        if not matches(change.path, own):
            return f"{commit.stage.value} may not change {change.path}."
    return None
