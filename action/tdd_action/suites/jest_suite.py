"""jest, started by the project's own copy of it."""

from tdd_action.suites.javascript_suite import JavascriptSuite

JEST = JavascriptSuite("jest", "jest_run.cjs")
