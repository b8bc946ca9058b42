"""vitest, started by the project's own copy of it."""

from tdd_action.suites.javascript_suite import JavascriptSuite

VITEST = JavascriptSuite("vitest", "vitest_run.mjs")
