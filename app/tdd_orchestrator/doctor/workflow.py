"""The workflow file of a repository: whether it takes the inputs that we send, and on which runners it runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tdd_orchestrator.doctor.finding import Finding, fail, ok, warn
from tdd_orchestrator.manifests import manifest
from tdd_orchestrator.onboarding.starting import WORKFLOW_PATH

HOSTED = re.compile(r"(ubuntu|windows|macos)-[\w.-]+")
MEND = f"Take over the newest {WORKFLOW_PATH} (`tdd init --force` writes it), and keep your set-up steps."


def examine_workflow(about: str, raw: bytes | None, branch: str) -> Iterator[Finding]:
    """`raw` is the file on the default branch, None where there is none."""
    if raw is None:
        remedy = "Run `tdd init` and push, or use the button on the set-up page (`tdd serve --setup`)."
        yield fail(about, f"`{branch}` has no {WORKFLOW_PATH}.", remedy)
        return
    try:
        said = _mapping(yaml.safe_load(raw))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + 1})" if place is not None else ""
        yield fail(about, f"{WORKFLOW_PATH} is not YAML{line}.", MEND)
        return
    yield from _inputs(about, said)
    yield from _runners(about, said)


def _inputs(about: str, said: Mapping[Any, Any]) -> Iterator[Finding]:
    ours, theirs = inputs_of(yaml.safe_load(manifest("workflows/tdd.yml").read_bytes())), inputs_of(said)
    missing = sorted(set(ours) - set(theirs))
    strange = sorted(
        name
        for name, each in theirs.items()
        if name not in ours and _mapping(each).get("required") and "default" not in _mapping(each)
    )
    if missing:
        yield fail(about, f"The workflow does not take what we send: {', '.join(missing)}.", MEND)
    elif strange:
        yield fail(about, f"The workflow requires what we do not send: {', '.join(strange)}.", MEND)
    else:
        yield ok(about, "The workflow takes what we send.")


def inputs_of(said: object) -> Mapping[str, object]:
    """The inputs of `workflow_dispatch`. YAML 1.1 reads the key `on` as true."""
    document = _mapping(said)
    triggers = _mapping(document.get("on", document.get(True)))
    return {
        str(name): each for name, each in _mapping(_mapping(triggers.get("workflow_dispatch")).get("inputs")).items()
    }


def _runners(about: str, said: Mapping[Any, Any]) -> Iterator[Finding]:
    own = sorted({label for job in _mapping(said.get("jobs")).values() for label in _labels(_mapping(job))})
    if own:
        remedy = "Look under Settings, Actions, Runners that one with these labels is online."
        yield warn(about, f"Jobs run on runners of your own: {', '.join(own)}. They cannot be seen from here.", remedy)


def _labels(job: Mapping[Any, Any]) -> Iterator[str]:
    wanted = job.get("runs-on")
    for label in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(label, str) and "${{" not in label and not HOSTED.fullmatch(label):
            yield label


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}
