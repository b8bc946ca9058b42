"""The workflow for repositories without an app is the other one, and one job more."""

from typing import Any

import yaml

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
