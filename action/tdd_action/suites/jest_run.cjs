// Starts the project's own jest by its programming interface and passes every result on to the record.
"use strict";

const { createRequire } = require("node:module");
const path = require("node:path");
const { orders, line, close, short } = require("./javascript_record.cjs");

// Jest loads this very module as its reporter, too.
class Watcher {
  onTestCaseStart(test, info) {
    line({ kind: "start", file: test.path, titles: [...info.ancestorTitles, info.title] });
  }
  onTestCaseResult(test, info) {
    line({ kind: "stop", file: test.path, titles: [...info.ancestorTitles, info.title] });
  }
}

function tell(file, test) {
  const said = test.failureMessages?.[0] ?? "";
  line({
    kind: "test",
    file,
    titles: [...test.ancestorTitles, test.title],
    line: test.location?.line ?? 0,
    outcome: test.status === "failed" ? "failed" : "passed",
    skipped: test.status === "pending" || test.status === "disabled" || test.status === "skipped",
    todo: test.status === "todo",
    inverted: Boolean(test.failing),
    seconds: (test.duration ?? 0) / 1000,
    error: said ? { matcher: Boolean(test.failureDetails?.[0]?.matcherResult), stack: short(said) } : undefined,
  });
}

async function main() {
  const jest = createRequire(createRequire(path.join(orders.root, "package.json")).resolve("jest/package.json"));
  const { runCLI } = jest("@jest/core");
  const options = {
    _: orders.files ?? [],
    $0: "jest",
    ci: true,
    bail: 0,
    cacheDirectory: orders.cache,
    collectCoverage: false,
    coverage: false,
    passWithNoTests: false,
    reporters: [__filename],
    runTestsByPath: Boolean(orders.files),
    testLocationInResults: true,
    watch: false,
    watchAll: false,
    watchman: false,
    ...(orders.collect ? { testNamePattern: "(?!)" } : {}),
    ...(orders.seed === null ? {} : { randomize: true, seed: orders.seed }),
  };
  const { results } = await runCLI(options, [orders.root]);
  let bad = results.runExecError ? 1 : 0;
  for (const file of results.testResults) {
    const broken = file.testExecError;
    if (broken) {
      const said = typeof broken === "string" ? broken : broken.stack || broken.message || file.failureMessage;
      line({ kind: "file", file: file.testFilePath, outcome: "failed", error: { stack: short(said) } });
    }
    for (const test of file.testResults) tell(file.testFilePath, test);
    if (broken || file.numFailingTests) bad += 1;
  }
  close(bad ? 1 : 0);
}

module.exports = Watcher;
if (require.main === module) main().catch((error) => (console.error(error), process.exit(3)));
