// Runs node:test on the files of its orders and passes every event on to the record.
import path from "node:path";
import { run } from "node:test";
import record from "./javascript_record.cjs";

const { orders, line, close, short, told } = record;
const MOST_STDERR = 6000;
const titles = [];
const said = new Map();
let bad = 0;

function results(type, event) {
  titles.length = event.nesting;
  const error = event.details?.error;
  const whole = event.nesting === 0 && path.resolve(orders.root, event.name) === event.file;
  const what = {
    kind: whole ? "file" : "test",
    file: event.file,
    titles: [...titles, event.name],
    line: event.line,
    suite: event.details?.type === "suite",
    outcome: type === "test:pass" ? "passed" : "failed",
    skipped: event.skip !== undefined && event.skip !== false,
    todo: event.todo !== undefined && event.todo !== false,
    seconds: (event.details?.duration_ms ?? 0) / 1000,
  };
  if (error) {
    what.failure = error.failureType;
    what.error = told(error.cause ?? error);
    if (typeof error.cause === "string") what.error.message = short(error.cause);
    if (whole) Object.assign(what, { stderr: said.get(event.file) ?? "", signal: error.signal, code: error.exitCode });
    if (!what.todo && !what.skipped) bad += 1;
  }
  line(what);
}

process.execArgv.push(...orders.flags);
const names = orders.collect ? { testNamePatterns: ["(?!)"] } : {};
for await (const { type, data } of run({ files: orders.files, concurrency: true, ...names })) {
  if (type === "test:dequeue") line({ kind: "start", file: data.file, titles: [data.name], line: data.line });
  else if (type === "test:complete") line({ kind: "stop", file: data.file, titles: [data.name], line: data.line });
  else if (type === "test:start") titles[data.nesting] = data.name;
  else if (type === "test:stderr") said.set(data.file, ((said.get(data.file) ?? "") + data.message).slice(-MOST_STDERR));
  else if (type === "test:pass" || type === "test:fail") results(type, data);
}
close(bad ? 1 : 0);
