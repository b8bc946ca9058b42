"""The workflow for repositories without an app is the other one, and one job more."""

from typing import Any

import yaml

from tdd_action.prove import PROOF
from tdd_orchestrator.hub.runner.expressions import Scope, evaluate
from tdd_orchestrator.hub.runner.syntax import parse
from tdd_orchestrator.hub.runner.values import Value, truthy
from tdd_orchestrator.manifests import manifest


def read(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(manifest(f"workflows/{name}").read_text())
    return found


def test_both_workflow_files_have_the_same_jobs_but_for_the_one_that_hears() -> None:
    served, serverless = read("tdd.yml"), read("tdd-serverless.yml")
    hear = serverless["jobs"].pop("hear")
    assert serverless["jobs"] == served["jobs"]
    assert serverless["permissions"] == served["permissions"] == {}
    # YAML 1.1 reads the key `on` as true.
    assert serverless[True]["workflow_dispatch"] == served[True]["workflow_dispatch"]
    assert "workflow_dispatch" in hear["if"]


def test_the_job_that_hears_checks_nothing_out_and_holds_no_model_key() -> None:
    hear = read("tdd-serverless.yml")["jobs"]["hear"]
    assert not [step for step in hear["steps"] if "checkout" in step.get("uses", "")]
    assert "ANTHROPIC" not in str(hear)


def test_a_comment_without_a_command_starts_no_runner() -> None:
    """Anybody may comment in a public repository: the condition is evaluated as GitHub does."""
    when = parse(read("tdd-serverless.yml")["jobs"]["hear"]["if"])

    def heard(event: str, body: str | None = None) -> bool:
        told: dict[str, Value] = {"comment": {"body": body}} if body is not None else {}
        github: dict[str, Value] = {"event_name": event, "event": told}
        return truthy(evaluate(when, Scope({"github": github})))

    assert heard("issue_comment", "Please\n/tdd plan")
    assert heard("issue_comment", "/TDD plan")
    assert not heard("issue_comment", "Nice work!")
    assert all(heard(event) for event in ("pull_request_target", "check_run", "push", "schedule"))
    assert not heard("workflow_dispatch")


def test_the_job_that_lands_keeps_no_proof_that_the_job_that_works_left() -> None:
    steps = read("tdd.yml")["jobs"]["land"]["steps"]
    without_proof = [step for step in steps if step.get("if") == "needs.prove.result != 'success'"]
    fetched, dropped = without_proof
    assert fetched["with"]["name"] == "tdd-work"
    assert dropped["run"] == f'rm -f "$RUNNER_TEMP/tdd/{PROOF}"'
    assert steps.index(dropped) > steps.index(fetched)
