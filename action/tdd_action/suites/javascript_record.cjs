// Writes down what a runner of JavaScript tests saw, one line of JSON at a time, and seals it.
//
// It is copied to a private folder beside a launcher and loaded before any code of the project. The nonce comes on
// standard input, which can be read once; what another process adds to the record, takes out or changes, breaks the
// seal. What this module needs is taken hold of here, before anybody can put something else in its place.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");

const orders = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const seal = crypto.createHmac("sha256", fs.readFileSync(0, "utf8"));
const file = fs.openSync(orders.report, "wx", 0o600);
const { update, digest } = Object.getPrototypeOf(seal);
const { apply } = Reflect;
const { stringify } = JSON;
const { writeSync } = fs;
const exit = process.exit.bind(process);
const bytes = Buffer.from.bind(Buffer);
const MOST_TEXT = 6000;
let lines = 0;

function line(what) {
  const raw = bytes(`${stringify(what)}\n`);
  apply(update, seal, [raw]);
  writeSync(file, raw);
  lines += 1;
}

// The run is over, and this is its exit code: nothing can be written any more.
function close(code) {
  line({ kind: "end", exit: code, lines });
  writeSync(file, bytes(`${stringify({ seal: apply(digest, seal, ["hex"]) })}\n`));
  exit(code);
}

function short(text) {
  return String(text ?? "").slice(0, MOST_TEXT);
}

// What the reader wants to know of an error, whatever kind of thing was thrown.
function told(error) {
  if (error === null || typeof error !== "object") return { name: "Error", message: short(error) };
  const frames = (error.stacks ?? []).map((frame) => [frame.file, frame.line]);
  const { name, code, message, stack } = error;
  return { name: short(name || "Error"), code: short(code), message: short(message), stack: short(stack), frames };
}

module.exports = { orders, line, close, short, told };
