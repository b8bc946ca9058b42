// Starts the project's own vitest by its programming interface and passes every result on to the record.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import record from "./javascript_record.cjs";

const { orders, line, close, told } = record;
let bad = 0;

function names(task) {
  const found = [];
  for (let each = task; each && each.type !== "module"; each = each.parent) found.unshift(each.name);
  return found;
}

const watcher = {
  onTestCaseReady: (test) => line({ kind: "start", file: test.module.moduleId, titles: names(test) }),
  onTestCaseResult: (test) => line({ kind: "stop", file: test.module.moduleId, titles: names(test) }),
};

function tell(file, task, titles, broken) {
  const errors = task.result?.errors ?? [];
  if (task.tasks) {
    const here = task.type === "suite" && task.filepath ? titles : [...titles, task.name];
    const set = task.result?.state === "fail" && errors.length ? errors : broken;
    if (task.filepath && errors.length) failed(file, errors[0]);
    else if (errors.length && !broken) bad += 1;
    for (const each of task.tasks) tell(file, each, here, set);
    return;
  }
  const state = task.result?.state;
  const unrun = broken && state === "skip"; // one that was to be skipped anyway has no result
  if (state === "fail") bad += 1;
  line({
    kind: "test",
    file,
    titles: [...titles, task.name],
    line: task.location?.line ?? 0,
    outcome: unrun || state === "fail" ? "failed" : "passed",
    failure: unrun ? "hookFailed" : "",
    skipped: !unrun && state !== "fail" && state !== "pass",
    todo: task.mode === "todo",
    inverted: Boolean(task.fails),
    seconds: (task.result?.duration ?? 0) / 1000,
    error: unrun ? told(broken[0]) : errors.length ? told(errors[0]) : undefined,
  });
}

function failed(file, error) {
  bad += 1;
  line({ kind: "file", file, outcome: "failed", error: told(error) });
}

const place = createRequire(path.join(orders.root, "package.json")).resolve("vitest/node");
const { startVitest } = await import(pathToFileURL(place).href);
const vitest = await startVitest("test", orders.files ?? [], {
  root: orders.root,
  run: true,
  watch: false,
  passWithNoTests: false,
  dangerouslyIgnoreUnhandledErrors: false,
  includeTaskLocation: true,
  reporters: [watcher],
  coverage: { enabled: false },
  cache: false,
  update: false,
  bail: 0,
  typecheck: { enabled: false },
  ...(orders.collect ? { testNamePattern: "(?!)" } : {}),
  ...(orders.seed === null ? {} : { sequence: { shuffle: true, seed: orders.seed } }),
});
if (!vitest) close(3);
for (const file of vitest.state.getFiles()) tell(file.filepath, file, [], null);
for (const error of vitest.state.getUnhandledErrors()) failed("", error);
await vitest.close();
close(bad ? 1 : 0);
