"""node:test, the runner that comes with Node.js (20.15 or later)."""

import re
from pathlib import Path

from tdd_action.suites import javascript_project as project
from tdd_action.suites.javascript_suite import JavascriptSuite, Orders, shuffled
from tdd_orchestrator.onboarding.runners import npm_test
from tdd_orchestrator.onboarding.texts import package_json

# What makes node understand TypeScript.
TYPED = re.compile(r"tsx|ts-node|strip-types|transform-types|swc|esbuild")


def _more(root: Path, told: Orders) -> Orders:
    """The files as the project's own script names them. Node keeps tests in order: only files can be shuffled."""
    flags, places = project.node_words(npm_test(package_json(root)))
    files = told["files"]
    if files is None:
        files = project.node_files(root, places, typed=bool(TYPED.search(" ".join(flags))))
    return {"flags": list(flags), "files": shuffled(tuple(files), told["seed"])}


NODE = JavascriptSuite("node:test", "node_run.mjs", _more)
