"""The `plan` of a script file: tasks as their author wrote them."""

from tdd_action.workers.script_values import Complaint, a_list, a_mapping, a_text, known_keys, texts
from tdd_orchestrator.core.fault import listed
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.core.plan import Plan, PlannedTask, TaskKind

KEYS = ("key", "title", "kind", "requirements", "depends_on", "files", "tests", "acceptance")


def read_plan(path: str, found: Located, complaints: list[Complaint]) -> Plan | None:
    """The plan, or `None` where the script leaves planning to the default."""
    entries = dict(a_mapping(found, "plan", complaints))
    known_keys(found, ("tasks",), "plan", complaints)
    if "tasks" not in entries:
        complaints.append(Complaint(found.line, "The plan has no `tasks`: list them, or leave `plan` out."))
        return None
    tasks = tuple(_task(item, complaints) for item in a_list(entries["tasks"], "plan.tasks", complaints))
    return Plan(tasks, prompt_version=f"script:{path.rpartition('/')[2]}")


def _task(found: Located, complaints: list[Complaint]) -> PlannedTask:
    entries = dict(a_mapping(found, "a planned task", complaints))
    known_keys(found, KEYS, "a planned task", complaints)
    key = a_text(entries.get("key"), "key", complaints)
    if not key:
        complaints.append(Complaint(found.line, "This task has no key: write `key: TASK-1`."))
    return PlannedTask(
        key=key,
        title=a_text(entries.get("title"), "title", complaints) or key,
        kind=_kind(entries.get("kind"), complaints),
        requirements=texts(entries.get("requirements"), "requirements", complaints),
        depends_on=texts(entries.get("depends_on"), "depends_on", complaints),
        files=texts(entries.get("files"), "files", complaints),
        tests=texts(entries.get("tests"), "tests", complaints),
        acceptance=texts(entries.get("acceptance"), "acceptance", complaints),
    )


def _kind(found: Located | None, complaints: list[Complaint]) -> TaskKind:
    name = a_text(found, "kind", complaints) or TaskKind.BEHAVIOUR.value
    known = tuple(kind.value for kind in TaskKind)
    if name not in known:
        complaints.append(Complaint(found.line if found else 1, f"There is no kind {name!r}: write {listed(known)}."))
        return TaskKind.BEHAVIOUR
    return TaskKind(name)
